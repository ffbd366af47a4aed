internal import CFFmpeg
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Ends reading from a source that may never answer: when somebody says so, at a time of day, or when it takes too long.
public final class ReadInterrupt: Sendable {
    private struct State {
        var isStopped = false
        var until: Double?
        var deadline: ContinuousClock.Instant?
    }
    private let state = Mutex(State())

    public init() {}

    /// Ends all reading for good; from any thread.
    public func stop() { state.withLock { $0.isStopped = true } }

    /// Ends all reading for good at a time, in seconds since 1970.
    public func stop(at time: Double) { state.withLock { $0.until = time } }

    /// Whether reading has ended for good.
    public var isStopped: Bool {
        state.withLock { state in
            if let until = state.until, WallTime.now >= until { state.isStopped = true }
            return state.isStopped
        }
    }

    /// Gives what is read next so much time.
    func expect(within time: Duration) { state.withLock { $0.deadline = .now + time } }

    /// Whether a call that waits for the source is to end.
    var isDue: Bool {
        if isStopped { return true }
        return state.withLock { state in state.deadline.map { .now >= $0 } ?? false }
    }

    /// What FFmpeg asks while it waits; the interrupt must outlive its use.
    var callback: AVIOInterruptCB {
        AVIOInterruptCB(
            callback: { opaque in
                guard let opaque else { return 0 }
                return Unmanaged<ReadInterrupt>.fromOpaque(opaque).takeUnretainedValue().isDue ? 1 : 0
            }, opaque: Unmanaged.passUnretained(self).toOpaque())
    }
}

/// The time of day.
public enum WallTime {
    /// Seconds since 1970.
    public static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
