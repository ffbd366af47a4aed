internal import Media
internal import Telemetry

/// What a ``Producer`` measures; its handles are made once.
struct ProducerMetrics: Sendable {
    enum Outcome: String {
        case submitted
        case present
        case failed
    }

    private let submitted, present, failed: Counter
    private let chunks, frames, bytes: Counter
    let appendDuration: Histogram
    private let waited: Counter
    private let waiting: Gauge

    init(_ registry: MetricRegistry) {
        func videos(_ outcome: Outcome) -> Counter { registry.counter(.producerVideos, [outcome.rawValue]) }
        submitted = videos(.submitted)
        present = videos(.present)
        failed = videos(.failed)
        chunks = registry.counter(.producerChunks)
        frames = registry.counter(.producerFrames)
        bytes = registry.counter(.producerBytes)
        appendDuration = registry.histogram(.producerAppend)
        waited = registry.counter(.producerWaited)
        waiting = registry.gauge(.producerWaiting)
    }

    /// What became of a video's submission.
    func note(_ outcome: Outcome) {
        switch outcome {
        case .submitted: submitted.add()
        case .present: present.add()
        case .failed: failed.add()
        }
    }

    /// Chunks are in the log.
    func note(_ appended: [Chunk]) {
        chunks.add(appended.count)
        frames.add(appended.reduce(0) { $0 + $1.frameCount })
        bytes.add(appended.reduce(0) { $0 + $1.bytes.count })
    }

    /// The log, or its disk, is full.
    func beginWaiting() { waiting.set(true) }

    /// An append is over that waited for so long; zero: it did not wait.
    func endWaiting(_ time: Duration) {
        waiting.set(false)
        waited.add(time.inSeconds)
    }
}
