internal import EventLog
internal import Foundation
internal import Logging
internal import Media
internal import Pipeline

/// Videos on their way into the log from here, one after the other.
actor Submissions {
    /// One of them.
    struct Job: Sendable {
        var number: Int
        /// The file's name.
        var name: String
        var videoID: VideoID
        /// `waiting`, `submitting`, `submitted`, `failed`.
        var state: String
        var bytesRead: Int64 = 0
        var byteCount: Int64?
        /// Why it failed, or what it waits for.
        var note: String?
    }

    private let producer: Producer
    private let logger: Logger
    private var jobs: [Job] = []
    private var paths: [Int: String] = [:]
    private let wake = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    init(producer: Producer, logger: Logger) {
        self.producer = producer
        self.logger = logger
    }

    /// How many jobs are remembered once they are done.
    private static let remembered = 200

    /// The last ones, newest first.
    var recent: [Job] { jobs.reversed() }

    /// Looks at a file and puts it in the queue.
    ///
    /// - Throws: ``Media/MediaError`` for what is not a video, ``PipelineError`` for what cannot be read.
    func add(path: String) throws -> Job {
        _ = try Demuxer(path: path)
        let id = try VideoID.forFile(atPath: path)
        if let known = jobs.last(where: { $0.videoID == id && $0.state != "failed" }) { return known }
        let job = Job(
            number: (jobs.last?.number ?? 0) + 1, name: URL(fileURLWithPath: path).lastPathComponent, videoID: id,
            state: "waiting")
        jobs.append(job)
        paths[job.number] = path
        if jobs.count > Self.remembered,
            let done = jobs.firstIndex(where: { ["submitted", "failed"].contains($0.state) })
        {
            jobs.remove(at: done)
        }
        wake.continuation.yield()
        return job
    }

    /// Submits what is in the queue until it is cancelled.
    func run() async throws {
        for await _ in wake.stream {
            while let job = jobs.first(where: { $0.state == "waiting" }),
                let path = paths.removeValue(forKey: job.number)
            {
                change(job.number) { $0.state = "submitting" }
                do {
                    let number = job.number
                    let (progress, report) = AsyncStream<Producer.Progress>.makeStream(
                        bufferingPolicy: .bufferingNewest(1))
                    async let told: Void = tell(number, progress)
                    defer { report.finish() }
                    let submission = try await producer.submit(path: path, id: nil) { report.yield($0) }
                    report.finish()
                    await told
                    change(number) {
                        $0.state = "submitted"
                        $0.note = submission.registration.truncation
                    }
                } catch let error as CancellationError {
                    throw error
                } catch {
                    logger.warning(
                        "a video cannot be submitted",
                        metadata: ["path": "\(path)", "error": "\(Explanation.of(error))"])
                    change(job.number) {
                        $0.state = "failed"
                        $0.note = Explanation.of(error)
                    }
                }
            }
        }
        try Task.checkCancellation()
    }

    private func tell(_ number: Int, _ progress: AsyncStream<Producer.Progress>) async {
        for await step in progress {
            change(number) {
                $0.bytesRead = step.bytesRead
                $0.byteCount = step.byteCount
                $0.note =
                    step.diskIsFull != nil
                    ? "the log's disk is full" : step.isWaiting ? "the log is full: waiting for workers" : nil
            }
        }
    }

    private func change(_ number: Int, _ body: (inout Job) -> Void) {
        guard let index = jobs.firstIndex(where: { $0.number == number }) else { return }
        body(&jobs[index])
    }
}
