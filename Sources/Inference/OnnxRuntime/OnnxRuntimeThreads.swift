internal import Foundation

/// Threads of Lapwing's own in which networks run, the oldest picture first.
///
/// ONNX Runtime's own asynchronous call runs in the threads that share the work on one picture; with a thread per picture
/// nothing is shared, and no thread waits for another.
final class OnnxRuntimeThreads {
    private let queue = JobQueue()

    init(count: Int) {
        for index in 0..<count {
            let thread = Thread { [queue] in
                while let job = queue.next() { job.run() }
            }
            thread.name = "onnxruntime \(index)"
            thread.start()
        }
    }

    // The threads keep the queue until they see it, and each job keeps what it works on.
    deinit { queue.stop() }

    func start(_ job: OnnxRuntimeJob) { queue.append(job) }
}

/// Jobs that wait for a thread.
//
// Sendable: what changes is touched under the condition's lock only.
private final class JobQueue: @unchecked Sendable {
    private let condition = NSCondition()
    private var jobs: [OnnxRuntimeJob] = []
    private var isStopped = false

    func append(_ job: OnnxRuntimeJob) {
        condition.withLock { jobs.append(job) }
        condition.signal()
    }

    func stop() {
        condition.withLock { isStopped = true }
        condition.broadcast()
    }

    /// The oldest job, as soon as there is one; nil when there will be none.
    func next() -> OnnxRuntimeJob? {
        condition.withLock {
            while jobs.isEmpty {
                if isStopped { return nil }
                condition.wait()
            }
            return jobs.removeFirst()
        }
    }
}
