/// The metrics of a worker; aggregators have those that say how a member of a group gets on.
///
/// Label `role`: a worker is a member of two groups. As `worker` it detects and tracks; as `tracker` it tracks what any
/// worker has found in videos that were submitted with `--parallel-detect`. Aggregators are `aggregator`.
extension MetricDescription {
    static let worker: [Self] = [
        frames, chunks, videos, detections, trackEvents, identitySwitches, deadLetters,
        receivedRecords, receivedBytes, writtenRecords, writtenBytes,
        stageDuration, inferenceDuration, batchFrames, batchLimit, workTime, workThreads, shortageTime,
        chunkWork, chunkLatency, endToEndLatency, commitDuration, transactions, rebalances, partitions, lag,
        queuedChunks, openVideos, intakePaused, chunkMemory, chunkMemoryLimit, spooled, decoderRestarts,
    ]

    // MARK: What was done: counted once it is committed, so that sums over all workers are those of the ledgers

    public static let frames = counter(
        "lapwing_frames_total",
        "Frames whose results are committed, as ledgers count them: processed, skipped, undecodable or missing.",
        labels: ["result"])
    public static let chunks = counter(
        "lapwing_chunks_total",
        "Chunks that are committed: processed, bad (in the dead letters) or missing, as ledgers count them; detected "
            + "(with --parallel-detect: found in, not yet tracked).",
        labels: ["result"])
    public static let videos = counter(
        "lapwing_videos_total", "Videos by how they ended: ended or failed.", labels: ["outcome"])
    public static let detections = counter(
        "lapwing_detections_total", "Detections listed in committed results, tracked or not.")
    public static let trackEvents = counter(
        "lapwing_track_events_total", "Turns in objects' lives: born, confirmed, lost, recovered, ended.",
        labels: ["event"])
    public static let identitySwitches = counter(
        "lapwing_identity_switches_suspected_total",
        "Objects that were lost, and given up, where another of their class was born within 30 processed frames.")
    public static let deadLetters = counter(
        "lapwing_dead_letters_total",
        "Records put among the dead letters: unreadable (no part of a chunk), damaged (not what its header says), "
            + "undecodable, or detections (that cannot be read).",
        labels: ["reason"])

    // MARK: What goes in and out

    public static let receivedRecords = counter(
        "lapwing_received_records_total", "Records taken from the log, repeated ones included.", labels: ["role"])
    public static let receivedBytes = counter(
        "lapwing_received_bytes_total", "Bytes of records taken from the log: keys, values, headers.", labels: ["role"])
    public static let writtenRecords = counter(
        "lapwing_written_records_total", "Records committed to the log.", labels: ["role"])
    public static let writtenBytes = counter(
        "lapwing_written_bytes_total", "Bytes of records committed to the log: keys, values, headers.",
        labels: ["role"])

    // MARK: How long it takes

    public static let stageDuration = histogram(
        "lapwing_stage_duration_seconds",
        "How long a processor's thread is at a stage at a time: decoding, scaling, detecting (waiting for the network, and "
            + "reading it) and tracking, each of one frame; writing, of one chunk.",
        labels: ["stage"], buckets: frameBuckets)
    public static let inferenceDuration = histogram(
        "lapwing_inference_duration_seconds",
        "From when a picture goes into the detector to when its detections are out, waiting for its turn included.",
        buckets: frameBuckets)
    public static let batchFrames = histogram(
        "lapwing_batch_frames", "How many pictures went through the network together.",
        buckets: [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64])
    public static let batchLimit = gauge(
        "lapwing_batch_frames_limit", "How many pictures go through the network together when a batch is full.")
    public static let workTime = counter(
        "lapwing_work_seconds_total", "Time of all processors' threads by what it went into; idle: there is no chunk.",
        labels: ["stage"])
    public static let workThreads = gauge("lapwing_work_threads", "How many processors are at work.")
    public static let shortageTime = counter(
        "lapwing_shortage_seconds_total",
        "Time in which a processor had use for a chunk and there was none, by the reason: input (all is done), last_chunks "
            + "(videos wait for theirs), videos, partitions, memory, fetching or committing.",
        labels: ["reason"])
    public static let chunkWork = histogram(
        "lapwing_chunk_work_duration_seconds", "From when a chunk is begun to when its outcome is decided.",
        labels: ["role"], buckets: chunkBuckets)
    public static let chunkLatency = histogram(
        "lapwing_chunk_latency_seconds",
        "From when a chunk's first part is taken from the log to when its results are committed.",
        labels: ["role"], buckets: longBuckets)
    public static let endToEndLatency = histogram(
        "lapwing_end_to_end_latency_seconds",
        "From when the log took a chunk's first part, by the log's clock, to when its results are committed.",
        labels: ["role"], buckets: longBuckets)
    public static let commitDuration = histogram(
        "lapwing_commit_duration_seconds", "How long the log takes for a transaction.", labels: ["role"],
        buckets: chunkBuckets)

    // MARK: The log

    public static let transactions = counter(
        "lapwing_transactions_total",
        "Transactions: committed; fenced (a partition was another worker's); retried (the log did not take it).",
        labels: ["role", "result"])
    public static let rebalances = counter(
        "lapwing_rebalances_total", "Times that partitions were assigned, revoked (given back) or lost.",
        labels: ["role", "event"])
    public static let partitions = gauge(
        "lapwing_partitions", "Partitions that this member of the group has.", labels: ["role"])
    public static let lag = gauge(
        "lapwing_lag_records",
        "Offsets of a partition that its group has not committed past; of partitions that this member has.",
        labels: ["topic", "partition"])

    // MARK: What waits

    public static let queuedChunks = gauge(
        "lapwing_queued_chunks",
        "Chunks held: collector (whole or in part, not begun), processor (begun), commit (done, not committed).",
        labels: ["role", "queue"])
    public static let openVideos = gauge(
        "lapwing_open_videos", "Videos under way in this member's partitions.", labels: ["role"])
    public static let intakePaused = gauge(
        "lapwing_intake_paused", "Whether nothing is taken from the log since memory is short: 1 or 0.",
        labels: ["role"])
    public static let chunkMemory = gauge(
        "lapwing_chunk_memory_bytes", "Bytes of chunks, pictures and outcomes that are counted against the limit.")
    public static let chunkMemoryLimit = gauge(
        "lapwing_chunk_memory_limit_bytes", "Bytes of chunks, pictures and outcomes at which intake stops.")
    public static let spooled = gauge("lapwing_spool_bytes", "Bytes of chunks in the spool, on disk.")
    public static let decoderRestarts = counter(
        "lapwing_decoder_restarts_total", "How often a decoder's process had to be started anew (--isolate-decoder).")
}
