internal import Foundation

/// How much this process has worked since this was made, on all its threads.
public struct ProcessorTime {
    private let start = ContinuousClock.now
    private let startSeconds = Self.seconds()

    public init() {}

    /// How many cores were at work on average since.
    public var coresUsed: Double { coreSeconds / (start.duration(to: .now) / .seconds(1)) }

    /// What all threads together have worked since; other processes on the machine hardly change it.
    public var coreSeconds: Double { Self.seconds() - startSeconds }

    private static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
