internal import EventLog
internal import Pipeline

/// What is added up of one partition of topic `results`: its videos, and over them the totals.
///
/// The totals of a partition are those of its videos that are over, as their summaries say: nothing else. What has changed
/// since the last commit is remembered, to be written with the offset that it rests on.
struct PartitionAggregation {
    let number: Int
    private let settings: AggregationSettings
    private let configuration: String
    private let topics: Topics
    private let group: String?

    private var running: [VideoID: VideoAggregation] = [:]
    /// Videos that are over, and their revisions.
    private var done: [VideoID: Int] = [:]
    /// By camera; nil: over all videos.
    private var totals: [String?: TotalSummary] = [:]

    /// The offset to go on from; nil: nothing has come.
    private(set) var position: Int64?
    private var changed: Set<VideoID> = []
    /// Videos that are over and not written yet.
    private var finals: [VideoID: VideoSummary] = [:]
    private var changedTotals: Set<String?> = []
    /// Whether a video that is in the totals is being processed again.
    private(set) var mustRecount = false
    /// Bytes of records that came since the last commit.
    private(set) var pendingBytes = 0

    init(_ number: Int, settings: AggregationSettings, topics: Topics, group: String?) {
        self.number = number
        self.settings = settings
        configuration = settings.hash
        self.topics = topics
        self.group = group
    }

    /// Videos that are not over.
    var runningCount: Int { running.count }
    /// Whether there is something to commit.
    var isChanged: Bool { position != nil }
    /// Whether a video is over and its summary not written yet.
    var hasFinals: Bool { !finals.isEmpty }

    // MARK: - Records

    /// Takes in a record of topic `results`.
    ///
    /// - Throws: `PipelineError` with code `.invalidRecord` when it cannot be read; it is passed over then.
    mutating func take(_ logged: LoggedRecord) throws(PipelineError) {
        position = logged.offset + 1
        pendingBytes += logged.record.byteCount
        guard let value = logged.record.value, !Self.isNotNeeded(value) else { return }
        let what = "record \(logged.offset) of \(logged.topicPartition)"
        let record = try ResultRecord.decode(value, what: what)
        let id = record.videoID
        if record.type == .videoEvent, record.event == "started" {
            begin(id, logged.record)
        } else if running[id] == nil {
            // After the end nothing may come; before the start, something was there that the log has forgotten.
            if done[id] != nil { return }
            begin(id, logged.record)
        }
        running[id]?.add(record)
        changed.insert(id)
        // Not copied before: what is shared would have to be copied with the next record.
        guard running[id]?.summary.isFinal == true, let summary = running[id]?.summary else { return }
        running[id] = nil
        changed.remove(id)
        done[id] = summary.revision
        finals[id] = summary
        if !mustRecount { addToTotals(summary) }
    }

    private mutating func begin(_ id: VideoID, _ record: Record) {
        let revision = running[id]?.summary.revision ?? done[id] ?? 0
        if done.removeValue(forKey: id) != nil { mustRecount = true }
        finals[id] = nil
        running[id] = VideoAggregation(
            id, settings: settings, camera: settings.cameraSource?.camera(of: id, record: record),
            revision: revision + 1)
    }

    private mutating func addToTotals(_ summary: VideoSummary) {
        for camera in Set([nil, summary.camera]) {
            totals[camera, default: TotalSummary(camera: camera, configuration: configuration)].add(summary)
            changedTotals.insert(camera)
        }
    }

    /// Whether a record is one of those that nothing is counted from, as far as its beginning shows.
    private static func isNotNeeded(_ json: [UInt8]) -> Bool {
        guard json.starts(with: trackEventStart) else { return false }
        let event = json[trackEventStart.count...]
        return notNeeded.contains { event.starts(with: $0) }
    }

    private static let trackEventStart = Array(#"{"schema":1,"type":"track_event","event":""#.utf8)
    private static let notNeeded = ["born", "lost", "recovered"].map { Array($0.utf8) }

    // MARK: - Writing

    /// What is to be written with the offset.
    func records() -> [OutgoingRecord] {
        var records: [OutgoingRecord] = []
        for id in changed.sorted() {
            guard let video = running[id] else { continue }
            records.append(
                record(
                    .video(id), video.summary.json, header(video.summary),
                    more: [Record.Header(SummaryHeader.stateName, JSONCoding.encode(video.living))]))
        }
        for (id, summary) in finals.sorted(by: { $0.key < $1.key }) {
            records.append(record(.video(id), summary.json, header(summary)))
        }
        for camera in changedTotals.sorted(by: { $0 ?? "" < $1 ?? "" }) {
            records.append(
                record(
                    camera.map { .camera($0, partition: number) } ?? .total(partition: number), totals[camera]?.json,
                    SummaryHeader(configuration: configuration)))
        }
        return records
    }

    private func header(_ summary: VideoSummary) -> SummaryHeader {
        SummaryHeader(state: summary.state.rawValue, revision: summary.revision, configuration: configuration)
    }

    /// - Parameter value: nil: there is nothing any more.
    private func record(
        _ key: SummaryKey, _ value: [UInt8]?, _ header: SummaryHeader, more: [Record.Header] = []
    ) -> OutgoingRecord {
        let headers = value == nil ? [] : [Record.Header(SummaryHeader.name, JSONCoding.encode(header))] + more
        return OutgoingRecord(
            topic: topics.summaries, partition: number,
            record: Record(key: key.text(group: group), value: value, headers: headers))
    }

    /// What was to be written is in the log.
    mutating func noteCommitted() {
        changed = []
        finals = [:]
        changedTotals = []
        position = nil
        pendingBytes = 0
    }

    /// Forgets all that is in the log, to begin anew: the records that do so.
    func reset(_ keys: [String]) -> [OutgoingRecord] {
        keys.sorted().map {
            OutgoingRecord(topic: topics.summaries, partition: number, record: Record(key: $0, value: nil))
        }
    }

    // MARK: - The log

    /// What a partition of topic `summaries` holds of this group.
    struct Stored {
        /// The newest record of each key.
        var newest: [SummaryKey: LoggedRecord] = [:]
        var headers: [SummaryKey: SummaryHeader] = [:]

        /// The settings that its records were made with, if they are not these.
        func otherConfiguration(than configuration: String) -> String? {
            headers.values.map(\.configuration).filter { $0 != configuration }.min()
        }
    }

    /// Reads what is there; of videos that are over without their values.
    func stored(in log: any EventLog) async throws -> Stored {
        var stored = Stored()
        try await log.readAll(TopicPartition(topics.summaries, number)) { logged in
            guard let key = logged.record.key.flatMap({ SummaryKey($0, group: group) }) else { return }
            guard logged.record.value != nil else {
                stored.newest[key] = nil
                stored.headers[key] = nil
                return
            }
            let header = try SummaryHeader.read(logged)
            var kept = logged
            if header.state.map({ $0 != VideoSummary.State.running.rawValue }) ?? false { kept.record.value = nil }
            stored.newest[key] = kept
            stored.headers[key] = header
        }
        return stored
    }

    /// Goes on with what is there.
    mutating func restore(_ stored: Stored) throws {
        for (key, logged) in stored.newest {
            let what = "summary \(logged.offset) of \(logged.topicPartition)"
            switch key {
            case .video(let id):
                if let value = logged.record.value {
                    let summary = try VideoSummary.decode(value, what: what)
                    running[id] = VideoAggregation(
                        summary, living: try SummaryHeader.living(logged), settings: settings)
                } else {
                    done[id] = stored.headers[key]?.revision ?? 1
                }
            case .total, .camera:
                let total = try TotalSummary.decode(logged.record.value ?? [], what: what)
                totals[total.camera] = total
            }
        }
    }

    /// Adds up the totals anew, from the summaries in the log and from those that are to be written.
    mutating func recount(from log: any EventLog) async throws {
        var newest: [VideoID: Int64] = [:]
        let partition = TopicPartition(topics.summaries, number)
        func video(_ logged: LoggedRecord) -> VideoID? {
            guard case .video(let id) = logged.record.key.flatMap({ SummaryKey($0, group: group) }) else { return nil }
            // Those that are begun again, or over again, count as they now are.
            return running[id] == nil && finals[id] == nil ? id : nil
        }
        try await log.readAll(partition) { logged in
            if let id = video(logged) { newest[id] = logged.offset }
        }
        let (before, unwritten) = (totals, changedTotals)
        totals = [:]
        try await log.readAll(partition) { logged in
            guard let id = video(logged), newest[id] == logged.offset, let value = logged.record.value else { return }
            let summary = try VideoSummary.decode(value, what: "summary \(logged.offset) of \(partition)")
            if summary.isFinal { addToTotals(summary) }
        }
        for summary in finals.values { addToTotals(summary) }
        // Besides those that had changed before, and are not written yet.
        changedTotals = Set(before.keys).union(totals.keys).filter { before[$0] != totals[$0] }.union(unwritten)
        mustRecount = false
    }
}
