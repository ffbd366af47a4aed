@preconcurrency import Dispatch
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Threads of its own for calls of librdkafka that wait, so that they never block Swift's shared threads.
final class BlockingQueue: Sendable {
    private let label: String
    private let serial: DispatchQueue?

    /// - Parameter isConcurrent: several calls at once; else one after the other.
    init(_ label: String, isConcurrent: Bool = false) {
        self.label = label
        serial = isConcurrent ? nil : DispatchQueue(label: label)
    }

    /// A serial queue gets a thread at once, however many are blocked; a concurrent one waits for an idle processor.
    private var queue: DispatchQueue { serial ?? DispatchQueue(label: label) }

    /// Runs `body` on the queue. It looks at the signal between short waits: the signal says when the task was cancelled.
    func run<Value: Sendable>(_ body: @escaping @Sendable (StopSignal) throws -> Value) async throws -> Value {
        let signal = StopSignal()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.async { continuation.resume(with: Result { try body(signal) }) }
            }
        } onCancel: {
            signal.stop()
        }
    }

    /// Runs `body` on the queue, whatever becomes of the task, and returns at its end or after `patience`.
    func finish(within patience: Duration, _ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            let waiting = Waiting(continuation)
            queue.async {
                body()
                waiting.resume()
            }
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(patience.milliseconds))) {
                waiting.resume()
            }
        }
    }

    /// Somebody who waits, to be woken once.
    private final class Waiting: Sendable {
        private let continuation: Mutex<CheckedContinuation<Void, Never>?>

        init(_ continuation: CheckedContinuation<Void, Never>) { self.continuation = Mutex(continuation) }

        func resume() {
            let waiting = continuation.withLock { continuation in
                defer { continuation = nil }
                return continuation
            }
            waiting?.resume()
        }
    }

    /// Runs `body` on the queue to its end, whatever becomes of the task.
    func start(_ body: @escaping @Sendable () -> Void) { queue.async(execute: body) }
}

/// Says to a thread that it shall end what it is waiting for.
final class StopSignal: Sendable {
    private let flag = Atomic(false)

    var isStopped: Bool { flag.load(ordering: .acquiring) }

    func stop() { flag.store(true, ordering: .releasing) }

    /// Throws `CancellationError` once stopped.
    func check() throws(CancellationError) {
        if isStopped { throw CancellationError() }
    }
}

extension Duration {
    /// Whole milliseconds, rounded up, held within what librdkafka takes.
    var milliseconds: Int32 {
        let (seconds, attoseconds) = components
        guard seconds < 2_000_000 else { return .max }
        return Int32(clamping: seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}

/// A moment until which something may be waited for.
struct Deadline: Sendable {
    private let end: ContinuousClock.Instant

    init(after duration: Duration) { end = .now + min(duration, .seconds(1 << 31)) }

    var hasPassed: Bool { ContinuousClock.now >= end }

    /// What is left, at most `slice`, in milliseconds.
    func milliseconds(atMost slice: Duration) -> Int32 {
        max(0, min(ContinuousClock.now.duration(to: end), slice).milliseconds)
    }
}

/// Lets a thread of ours rest for a few milliseconds.
func sleepBriefly() { usleep(5000) }
