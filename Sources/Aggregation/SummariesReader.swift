public import EventLog
public import Pipeline

/// Reads what aggregators have published.
public struct SummariesReader: Sendable {
    private let log: any EventLog
    private let topics: Topics
    private let group: String?

    /// - Parameter group: whose summaries; nil: those of the usual group.
    public init(log: any EventLog, topics: Topics, group: String? = nil) {
        self.log = log
        self.topics = topics
        self.group = group
    }

    /// A video as the list of all has it.
    public struct Video: Sendable, Hashable {
        public var id: VideoID
        public var state: VideoSummary.State
        /// How often it was begun.
        public var revision: Int
    }

    /// Everything, added up over the partitions.
    public struct Overview: Sendable {
        /// Over all videos, those that are not over included.
        public var total: TotalSummary
        /// By name.
        public var cameras: [String: TotalSummary] = [:]
        /// By ID.
        public var videos: [Video] = []
    }

    /// The summary of a video; nil when there is none yet.
    public func video(_ id: VideoID) async throws -> VideoSummary? {
        let count = try await partitionCount()
        let number = Partitioner.partition(forKey: id.rawValue, partitions: count)
        let wanted = SummaryKey.video(id).text(group: group)
        var newest: LoggedRecord?
        try await log.readAll(TopicPartition(topics.summaries, number)) { logged in
            if logged.record.key == wanted { newest = logged }
        }
        guard let newest, let value = newest.record.value else { return nil }
        return try VideoSummary.decode(value, what: Self.name(newest))
    }

    /// What all partitions hold; of the videos that are over, only the totals' values are read.
    public func overview() async throws -> Overview {
        var overview = Overview(total: TotalSummary())
        for number in 0..<(try await partitionCount()) {
            var newest: [SummaryKey: LoggedRecord] = [:]
            try await log.readAll(TopicPartition(topics.summaries, number)) { logged in
                guard let key = logged.record.key.flatMap({ SummaryKey($0, group: group) }) else { return }
                var kept = logged
                if case .video = key, kept.record.value != nil, try Self.state(logged) != .running {
                    kept.record.value = []
                }
                newest[key] = kept.record.value == nil ? nil : kept
            }
            for (key, logged) in newest { try overview.add(key, logged) }
        }
        overview.videos.sort { $0.id < $1.id }
        return overview
    }

    /// Gives the summary of each video, partition by partition, in no order that means anything.
    public func videos(_ body: (VideoSummary) throws -> Void) async throws {
        for number in 0..<(try await partitionCount()) {
            // What has been replaced may still lie in the log.
            var newest: [VideoID: Int64] = [:]
            let partition = TopicPartition(topics.summaries, number)
            func video(_ logged: LoggedRecord) -> VideoID? {
                guard case .video(let id) = logged.record.key.flatMap({ SummaryKey($0, group: group) }) else {
                    return nil
                }
                return id
            }
            try await log.readAll(partition) { logged in
                if let id = video(logged) { newest[id] = logged.offset }
            }
            try await log.readAll(partition) { logged in
                guard let id = video(logged), newest[id] == logged.offset, let value = logged.record.value else {
                    return
                }
                try body(try VideoSummary.decode(value, what: Self.name(logged)))
            }
        }
    }

    private func partitionCount() async throws -> Int {
        guard let count = try await log.partitionCount(of: topics.summaries) else {
            throw EventLogError(
                .unknownTopic, operation: "read", detail: "\(log.name) has no topic '\(topics.summaries)'",
                recovery: .giveUp)
        }
        return count
    }

    static func name(_ logged: LoggedRecord) -> String { "summary \(logged.offset) of \(logged.topicPartition)" }

    static func state(_ logged: LoggedRecord) throws(PipelineError) -> VideoSummary.State {
        let header = try SummaryHeader.read(logged)
        guard let state = header.state.flatMap(VideoSummary.State.init) else {
            throw PipelineError(.invalidRecord, "\(name(logged)): its header does not say how far the video is")
        }
        return state
    }
}

extension SummariesReader.Overview {
    /// Adds what a partition has under a key; the values of videos that are over are not there, and not needed.
    fileprivate mutating func add(_ key: SummaryKey, _ logged: LoggedRecord) throws {
        let value = logged.record.value ?? []
        let what = SummariesReader.name(logged)
        switch key {
        case .video(let id):
            let header = try SummaryHeader.read(logged)
            let state = try SummariesReader.state(logged)
            videos.append(.init(id: id, state: state, revision: header.revision ?? 1))
            guard state == .running else { return }
            let summary = try VideoSummary.decode(value, what: what)
            merge(into: nil, summary.configuration) { $0.add(summary) }
            if let camera = summary.camera { merge(into: camera, summary.configuration) { $0.add(summary) } }
        case .total, .camera:
            let partition = try TotalSummary.decode(value, what: what)
            merge(into: partition.camera, partition.configuration) { $0.merge(partition) }
        }
    }

    private mutating func merge(
        into camera: String?, _ configuration: String, _ change: (inout TotalSummary) -> Void
    ) {
        guard let camera else {
            total.configuration = configuration
            return change(&total)
        }
        change(&cameras[camera, default: TotalSummary(camera: camera, configuration: configuration)])
    }
}
