internal import EventLog
internal import Foundation

/// Cuts a checkpoint that is too large for one record, such as one with the looks of many objects, into several.
///
/// The record under the video's key then has everything but the state, and says in how many `parts` the whole
/// checkpoint lies beside it: slices of its JSON, under keys of their own, which compaction keeps apart. All are written
/// in one transaction. Parts of no more use are replaced by tombstones.
enum CheckpointParts {
    /// Bytes of a record's value at most; with key and headers it stays under Kafka's default of 1 MiB per record.
    static let maxPartBytes = 900_000

    static let headerName = "lapwing-checkpoint-part"

    /// What a part says about itself, JSON in the header ``headerName``.
    struct Header: Codable {
        var schema = Checkpoint.currentSchema
        var videoID: VideoID
        /// That of the checkpoint it is a part of.
        var nextChunk: Int
        var part: Int

        enum CodingKeys: String, CodingKey {
            case schema
            case videoID = "video_id"
            case nextChunk = "next_chunk"
            case part
        }
    }

    /// - Parameter previous: how many parts the video's last checkpoint had.
    /// - Returns: the records, and how many of them are parts.
    static func records(
        of checkpoint: Checkpoint, previous: Int, maxPartBytes: Int = maxPartBytes
    ) -> (records: [Record], parts: Int) {
        let whole = JSONCoding.encode(checkpoint)
        let count = whole.count > maxPartBytes ? (whole.count + maxPartBytes - 1) / maxPartBytes : 0
        let id = checkpoint.videoID
        var records = (0..<count).map { part in
            let header = Header(videoID: id, nextChunk: checkpoint.nextChunk, part: part)
            return Record(
                key: key(id, part),
                value: Array(whole[part * maxPartBytes..<min((part + 1) * maxPartBytes, whole.count)]),
                headers: [Record.Header(headerName, JSONCoding.encode(header))])
        }
        for part in count..<max(count, previous) { records.append(Record(key: key(id, part), value: nil)) }
        var head = checkpoint
        if count > 0 {
            head.tracker = nil
            head.identities = nil
            head.camera = nil
            head.parts = count
        }
        records.append(Record(key: id.rawValue, value: count > 0 ? JSONCoding.encode(head) : whole))
        return (records, count)
    }

    /// No video has this key: a video's ID has no slash.
    private static func key(_ id: VideoID, _ part: Int) -> String { "\(id)/\(part)" }
}

/// Puts the checkpoints of a partition together again, record by record.
struct CheckpointReader {
    /// The newest record of each video that goes on; those in parts are without their state.
    private(set) var running: [VideoID: Checkpoint] = [:]
    /// The videos whose work is done.
    private(set) var done: Set<VideoID> = []
    /// What went with the last chunk of each video that goes on.
    private(set) var contexts: [VideoID: RecordContext] = [:]
    private var parts: [VideoID: [Int: (nextChunk: Int, bytes: [UInt8])]] = [:]

    /// - Throws: ``PipelineError`` with code `.invalidRecord` for bytes that this version does not understand.
    mutating func take(_ logged: LoggedRecord) throws(PipelineError) {
        if let header = logged.record.header(CheckpointParts.headerName) {
            let what = "part \(logged.offset) of a checkpoint in \(logged.topicPartition)"
            try SchemaVersion.check(header, is: Checkpoint.currentSchema, what: what)
            let part = try JSONCoding.decode(CheckpointParts.Header.self, from: header, what: what)
            parts[part.videoID, default: [:]][part.part] = (part.nextChunk, logged.record.value ?? [])
        } else if let checkpoint = try Checkpoint.decode(logged) {
            let id = checkpoint.videoID
            // What belongs to it came before it.
            if checkpoint.parts == nil { parts[id] = nil }
            if checkpoint.state == .running {
                running[id] = checkpoint
                contexts[id] = RecordContext(of: logged.record)
            } else {
                running[id] = nil
                contexts[id] = nil
                done.insert(id)
            }
        }
    }

    /// The whole checkpoint of a video that goes on; nil when there is none.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidRecord` when a part is missing.
    func checkpoint(of video: VideoID) throws(PipelineError) -> Checkpoint? {
        guard let head = running[video], let count = head.parts else { return running[video] }
        let what = "checkpoint of video \(video)"
        var whole: [UInt8] = []
        for number in 0..<count {
            guard let part = parts[video]?[number], part.nextChunk == head.nextChunk else {
                throw PipelineError(
                    .invalidRecord,
                    "\(what): part \(number) of \(count) is missing; was the topic changed by something else?")
            }
            whole += part.bytes
        }
        var checkpoint = try Checkpoint.decode(whole, what: what)
        guard checkpoint.videoID == video, checkpoint.nextChunk == head.nextChunk else {
            throw PipelineError(.invalidRecord, "\(what): its parts are another's; was the topic changed?")
        }
        checkpoint.parts = count
        return checkpoint
    }
}
