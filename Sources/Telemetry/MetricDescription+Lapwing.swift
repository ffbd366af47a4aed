/// Every metric that Lapwing has.
///
/// This is the one list: docs/metrics.md and the dashboard in deploy/grafana are compared with it by tests.
extension MetricDescription {
    public static let all: [Self] = common + worker + producer + aggregator

    /// Of a part of a frame's way.
    static let frameBuckets: [Double] = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
    ]
    /// Of what happens once per chunk.
    static let chunkBuckets: [Double] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
    /// From one end to the other, where a backlog may lie between.
    static let longBuckets: [Double] = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 43200]

    // MARK: Of every process

    static let common: [Self] = [info, ready, memoryResident, memoryPeak, memoryBudget]

    public static let info = gauge(
        "lapwing_info", "What runs here; always 1.", labels: ["version", "command", "topic_prefix"])
    public static let ready = gauge("lapwing_ready", "Whether /readyz would say that it is ready: 1 or 0.")
    public static let memoryResident = gauge(
        "lapwing_memory_resident_bytes", "Memory of the process, as the system counts it.")
    public static let memoryPeak = gauge("lapwing_memory_peak_bytes", "The most memory that the process has had.")
    public static let memoryBudget = gauge("lapwing_memory_budget_bytes", "What the process may have (--memory).")

    // MARK: Of aggregators, besides what every member of a group has

    static let aggregator: [Self] = [unreadableResults]

    public static let unreadableResults = counter(
        "lapwing_unreadable_results_total", "Results that an aggregator could not read, and left out.")

    // MARK: Of who submits

    static let producer: [Self] = [
        producerVideos, producerChunks, producerFrames, producerBytes, producerAppend, producerWaited, producerWaiting,
    ]

    public static let producerVideos = counter(
        "lapwing_producer_videos_total",
        "Videos by what became of their submission: submitted, present (in the log already) or failed.",
        labels: ["outcome"])
    public static let producerChunks = counter("lapwing_producer_chunks_total", "Chunks appended to the log.")
    public static let producerFrames = counter("lapwing_producer_frames_total", "Frames in chunks appended to the log.")
    public static let producerBytes = counter(
        "lapwing_producer_bytes_total", "Bytes of chunks appended to the log, without keys and headers.")
    public static let producerAppend = histogram(
        "lapwing_producer_append_duration_seconds",
        "How long the log takes for an append, waiting for room included.", buckets: chunkBuckets)
    public static let producerWaited = counter(
        "lapwing_producer_waiting_seconds_total", "Time spent waiting because the log, or its disk, was full.")
    public static let producerWaiting = gauge(
        "lapwing_producer_waiting", "Whether it waits now because the log, or its disk, is full: 1 or 0.")
}
