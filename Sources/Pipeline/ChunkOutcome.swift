public import EventLog

/// All that follows from one chunk, committed together or not at all.
public struct ChunkOutcome: Sendable {
    public var videoID: VideoID
    /// Frame results, track events, video events, the checkpoint, dead letters.
    public var records: [OutgoingRecord]
    /// Whether nothing more of the video is wanted.
    public var videoIsDone: Bool
    /// Whether the chunk's records are needed until the video is done, since no checkpoint stands for them.
    public var keepsRecords = false
    /// For metrics.
    var tally = ChunkTally()
    /// Why the chunk cannot be used; nil when it can.
    var fault: String?

    /// What the worker knows of the chunk that it is of; nil of a video given up.
    var origin: Origin?
    /// What goes into the headers of all its records.
    var context = RecordContext()

    struct Origin: Sendable {
        var chunk: Int
        /// When the first of its parts was taken from the log.
        var arrival: ContinuousClock.Instant
        /// When the log took the first of its parts, in milliseconds since 1970.
        var timestamp: Int64
    }

    /// The records with what goes into their headers.
    var recordsInContext: [OutgoingRecord] {
        let headers = context.headers
        guard !headers.isEmpty else { return records }
        return records.map { outgoing in
            var outgoing = outgoing
            outgoing.record.headers += headers
            return outgoing
        }
    }

    /// The same without its records, for what is to be said of it once they are written.
    var withoutRecords: ChunkOutcome {
        var copy = self
        copy.records = []
        return copy
    }
}
