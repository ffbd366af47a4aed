internal import EventLog
internal import Foundation
internal import Logging
internal import Pipeline

/// The videos of a log as the list shows them, kept up to date from the log.
///
/// What is asked of it is answered from memory, however many videos there are.
actor VideoIndex {
    /// One page of a list, and how many there are in all.
    struct Page {
        var total: Int
        var videos: [Row]
    }

    /// A video and how fast it goes.
    struct Row {
        var video: VideoTable.Video
        /// Frames per second over the last seconds in which it went on; nil when it does not.
        var rate: Double?
        /// Grows with every change of any video.
        var version: Int
    }

    enum Order: String, CaseIterable {
        case newest, oldest, name, state, frames
    }

    private let log: any EventLog
    private let topics: Topics
    private let logger: Logger
    private var table = VideoTable()
    private var positions: [TopicPartition: Int64] = [:]
    private var versions: [VideoID: Int] = [:]
    private var version = 0
    /// When and at how many frames each running video was seen, the last few seconds of it.
    private var samples: [VideoID: [(at: Int64, frames: Int)]] = [:]
    /// The videos in the order asked for last, which mostly is the one asked for next.
    private var sorted: (order: Order, version: Int, ids: [VideoID])?
    /// Whether all that was in the log when it began has been read.
    private(set) var isComplete = false
    /// What the log last said was wrong; nil while it is read.
    private(set) var problem: String?

    /// Over how long a rate is taken, in milliseconds of the log's clock.
    private static let rateWindow: Int64 = 15_000

    init(log: any EventLog, topics: Topics, logger: Logger) {
        self.log = log
        self.topics = topics
        self.logger = logger
    }

    /// Follows the log until it is cancelled. A log that is away is asked again.
    func follow() async throws {
        while true {
            let began = ContinuousClock.now
            do {
                try await readOn()
                isComplete = true
                problem = nil
            } catch let error as CancellationError {
                throw error
            } catch {
                if problem == nil { logger.warning("the log cannot be read: \(Explanation.of(error))") }
                problem = Explanation.of(error)
            }
            // Asking a cluster costs it something: most of the time it is left alone.
            let pause = max(.milliseconds(500), began.duration(to: .now) * 4)
            try await Task.sleep(for: min(pause, .seconds(10)))
        }
    }

    private func readOn() async throws {
        for topic in [topics.videos, topics.checkpoints] {
            for number in 0..<(try await log.partitionCount(of: topic) ?? 0) {
                try await readOn(TopicPartition(topic, number))
            }
        }
    }

    private func readOn(_ partition: TopicPartition) async throws {
        let range = try await log.offsets(of: partition)
        while case let offset = max(positions[partition] ?? 0, range.lowerBound), offset < range.upperBound {
            let records = try await log.read(partition, from: offset)
            guard let last = records.last else { return }
            for logged in records {
                // What a later version wrote hides its own video only.
                let id =
                    try? partition.topic == topics.videos
                    ? table.takeRegistration(logged) : table.takeCheckpoint(logged)
                if let id { noteChange(of: id) }
            }
            positions[partition] = last.offset + 1
        }
    }

    private func noteChange(of id: VideoID) {
        version += 1
        versions[id] = version
        guard let video = table.videos[id], ["processing", "live"].contains(video.state) else {
            samples[id] = nil
            return
        }
        var seen = samples[id] ?? []
        seen.append((video.updated, video.framesDone))
        seen.removeAll { $0.at < video.updated - Self.rateWindow }
        samples[id] = seen
    }

    // MARK: - Asking

    func row(_ id: VideoID) -> Row? {
        table.videos[id].map { Row(video: $0, rate: rate(of: id), version: versions[id] ?? 0) }
    }

    private func rate(of id: VideoID, now: Int64 = Int64(Date.now.timeIntervalSince1970 * 1000)) -> Double? {
        guard let seen = samples[id], let first = seen.first, let last = seen.last, last.at > first.at,
            now - last.at < Self.rateWindow
        else { return nil }
        return Double(last.frames - first.frames) / (Double(last.at - first.at) / 1000)
    }

    /// A page of those that match.
    ///
    /// - Parameters:
    ///   - states: nil: all.
    ///   - text: part of the ID or the source's name, upper or lower case; empty: all.
    func page(states: Set<String>?, text: String, order: Order, offset: Int, limit: Int) -> Page {
        let needle = text.lowercased()
        var total = 0
        var rows: [Row] = []
        for id in ids(order) {
            guard let video = table.videos[id], states?.contains(video.state) ?? true else { continue }
            guard
                needle.isEmpty || id.rawValue.lowercased().contains(needle)
                    || video.source?.lowercased().contains(needle) == true
            else { continue }
            if total >= offset, rows.count < limit {
                rows.append(Row(video: video, rate: rate(of: id), version: versions[id] ?? 0))
            }
            total += 1
        }
        return Page(total: total, videos: rows)
    }

    private func ids(_ order: Order) -> [VideoID] {
        if let sorted, sorted.order == order, sorted.version == version { return sorted.ids }
        let videos = table.videos.values
        let ids: [VideoID] =
            switch order {
            case .newest: videos.sorted { ($1.updated, $0.id) < ($0.updated, $1.id) }.map(\.id)
            case .oldest: videos.sorted { ($0.updated, $0.id) < ($1.updated, $1.id) }.map(\.id)
            case .name: videos.map(\.id).sorted()
            case .state: videos.sorted { ($0.state, $0.id) < ($1.state, $1.id) }.map(\.id)
            case .frames:
                videos.sorted { ($1.framesTotal ?? 0, $0.id) < ($0.framesTotal ?? 0, $1.id) }.map(\.id)
            }
        sorted = (order, version, ids)
        return ids
    }

    /// How many videos are in each state, and how fast all of them go together.
    func totals() -> (states: [String: Int], rate: Double, version: Int) {
        var states: [String: Int] = [:]
        for video in table.videos.values { states[video.state, default: 0] += 1 }
        let now = Int64(Date.now.timeIntervalSince1970 * 1000)
        return (states, samples.keys.reduce(0) { $0 + (rate(of: $1, now: now) ?? 0) }, version)
    }

    /// The videos that have changed since a version, the most recent `limit` of them.
    func changes(since earlier: Int, limit: Int) -> [Row] {
        guard version > earlier else { return [] }
        return versions.filter { $0.value > earlier }.sorted { $0.value > $1.value }.prefix(limit)
            .compactMap { row($0.key) }
    }

    /// Who works on what, how far behind they are, and what memory they have.
    func status() async throws -> PipelineStatus {
        try await PipelineStatus(of: log, topics: topics, videos: table)
    }
}
