internal import Aggregation
internal import EventLog
internal import Exports
internal import Foundation
internal import NIOCore
internal import Pipeline
internal import Report

/// What has been found in one video, read once and gone on with from there.
///
/// Frames are not kept: marks say where in the log they lie, so that a few seconds of them can be read again.
actor VideoResults {
    private let log: any EventLog
    private let partition: TopicPartition
    private let id: VideoID
    private var next: Int64?
    /// When the video's registration was written, in milliseconds since 1970.
    private let registered: Int64?
    /// Whether there are results of it in the log.
    private let hasResults: Bool
    private var updating: Task<Void, any Error>?
    /// Where the video's first record lies.
    private var first: Int64?
    private(set) var report = VideoReport()
    /// The last event of a video that failed or has ended, a `gap` for each gap.
    private(set) var gaps: [ResultRecord] = []
    private var marks: [Mark] = []
    /// Between marks, in milliseconds; doubles when there are many.
    private var spacing = 1000.0

    /// From this offset on, frames at this time or later are found.
    private struct Mark {
        var milliseconds: Double
        var offset: Int64
    }

    private static let maximumMarks = 20_000

    private let settings: AggregationSettings
    /// What adds up; nil before the first record.
    private var aggregation: VideoAggregation?

    init(
        log: any EventLog, partition: TopicPartition, id: VideoID, registered: Int64?, hasResults: Bool,
        settings: AggregationSettings
    ) {
        self.registered = registered
        self.hasResults = hasResults
        self.settings = settings
        self.log = log
        self.partition = partition
        self.id = id
    }

    /// Reads what has come since the last time; who asks meanwhile waits for the same.
    func update() async throws -> VideoReport {
        let task = updating ?? Task { try await readOn() }
        updating = task
        defer { updating = nil }
        try await task.value
        return report
    }

    private func readOn() async throws {
        guard report.ended == nil else { return }
        let held = try await log.offsets(of: partition)
        var offset: Int64
        if let next { offset = next } else { offset = try await likelyStart(held) }
        var isGuess = next == nil && offset > held.lowerBound
        while true {
            if isGuess, offset >= held.upperBound, hasResults {
                // They came before the registration was complete, or that was written anew.
                isGuess = false
                offset = held.lowerBound
            }
            guard offset < held.upperBound else { return }
            let records = try await log.read(partition, from: offset)
            guard let last = records.last else { return }
            offset = last.offset + 1
            for logged in records where logged.record.key == id.rawValue && report.ended == nil {
                if isGuess, !Self.isStart(logged) {
                    isGuess = false
                    offset = held.lowerBound
                    break
                }
                isGuess = false
                take(logged)
            }
            next = offset
            if report.ended != nil { return }
        }
    }

    /// Where the first record after the video's registration lies, a minute of difference between clocks aside.
    ///
    /// Records of a partition are in the order of time, so that a few of them need to be looked at, and not all before.
    private func likelyStart(_ held: Range<Int64>) async throws -> Int64 {
        guard let registered else { return held.lowerBound }
        var (low, high) = (held.lowerBound, held.upperBound)
        while low < high {
            let middle = low + (high - low) / 2
            let found = try await log.read(partition, from: middle, maxBytes: 1).first
            if let found, found.timestamp < registered - 60_000 { low = found.offset + 1 } else { high = middle }
        }
        return low
    }

    private static func isStart(_ logged: LoggedRecord) -> Bool {
        guard let value = logged.record.value, !ResultsReader.isFrame(value) else { return false }
        let record = try? ResultRecord.decode(value, what: "a result")
        return record?.type == .videoEvent && record?.event == "started"
    }

    private func take(_ logged: LoggedRecord) {
        guard let value = logged.record.value,
            let record = try? ResultRecord.decode(value, what: "record \(logged.offset) of \(partition)")
        else { return }
        first = first ?? logged.offset
        report.add(record)
        if aggregation == nil {
            let camera = settings.cameraSource?.camera(of: id, record: logged.record)
            aggregation = VideoAggregation(id, settings: settings, camera: camera)
        }
        aggregation?.add(record)
        if record.type == .videoEvent, record.event == "gap", gaps.count < 1000 { gaps.append(record) }
        guard record.type == .frame, let time = record.timeMilliseconds,
            time >= (marks.last?.milliseconds ?? -.infinity) + spacing
        else { return }
        marks.append(Mark(milliseconds: time, offset: logged.offset))
        if marks.count > Self.maximumMarks {
            marks = marks.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
            spacing *= 2
        }
    }

    /// What adds up so far; nil before the first record.
    func summary() async throws -> VideoSummary? {
        _ = try await update()
        return aggregation?.summary
    }

    /// The frames in a span of time, in order.
    ///
    /// - Parameters:
    ///   - times: in milliseconds since the video's first frame.
    ///   - limit: at most so many.
    func frames(in times: ClosedRange<Double>, limit: Int) async throws -> [ResultRecord] {
        _ = try await update()
        guard let end = next, let first = marks.last(where: { $0.milliseconds <= times.lowerBound }) ?? marks.first
        else { return [] }
        var offset = first.offset
        var found: [ResultRecord] = []
        while offset < end, found.count < limit {
            let records = try await log.read(partition, from: offset, maxBytes: 1 << 20)
            guard let last = records.last else { break }
            for logged in records where logged.record.key == id.rawValue {
                guard let value = logged.record.value, ResultsReader.isFrame(value) else { continue }
                let record = try ResultRecord.decode(value, what: "record \(logged.offset) of \(partition)")
                guard let time = record.timeMilliseconds, time >= times.lowerBound else { continue }
                if time > times.upperBound || found.count == limit { return found }
                found.append(record)
            }
            offset = last.offset + 1
        }
        return found
    }
}

extension VideoResults {
    /// All records so far, in a format.
    func file(_ format: ExportFormat) async throws -> ResultsFile {
        _ = try await update()
        return ResultsFile(
            log: log, partition: partition, key: id.rawValue, format: format,
            offsets: (first ?? 0)..<(first == nil ? 0 : next ?? 0))
    }
}

/// A video's results as a file of some format, read from the log and written as they are wanted.
struct ResultsFile: AsyncSequence, Sendable {
    let log: any EventLog
    let partition: TopicPartition
    let key: String
    let format: ExportFormat
    let offsets: Range<Int64>

    func makeAsyncIterator() -> Iterator {
        Iterator(file: self, offset: offsets.lowerBound, export: ResultExport(format))
    }

    struct Iterator: AsyncIteratorProtocol {
        let file: ResultsFile
        var offset: Int64
        var export: ResultExport

        mutating func next() async throws -> ByteBuffer? {
            while offset < file.offsets.upperBound {
                let records = try await file.log.read(file.partition, from: offset, maxBytes: 1 << 20)
                guard let last = records.last else { break }
                offset = last.offset + 1
                var buffer = ByteBuffer()
                for logged in records where logged.record.key == file.key && logged.offset < file.offsets.upperBound {
                    if let value = logged.record.value { buffer.writeBytes(try export.add(value)) }
                }
                if buffer.readableBytes > 0 { return buffer }
            }
            offset = file.offsets.upperBound
            let rest = try export.finish()
            return rest.isEmpty ? nil : ByteBuffer(bytes: rest)
        }
    }
}

/// The results of the videos that were looked at last.
actor ResultsCache {
    private let log: any EventLog
    private let topics: Topics
    private let settings: AggregationSettings
    private let capacity: Int
    /// The one asked for last is the last.
    private var videos: [(id: VideoID, results: VideoResults)] = []

    init(log: any EventLog, topics: Topics, settings: AggregationSettings, capacity: Int = 16) {
        self.settings = settings
        self.log = log
        self.topics = topics
        self.capacity = capacity
    }

    func results(of video: VideoTable.Video) async throws -> VideoResults {
        let id = video.id
        if let known = take(id) { return known }
        let count = try await log.partitionCount(of: topics.results) ?? 1
        if let known = take(id) { return known }
        let partition = TopicPartition(
            topics.results, Partitioner.partition(forKey: id.rawValue, partitions: count))
        let results = VideoResults(
            log: log, partition: partition, id: id, registered: video.registered,
            hasResults: video.ledger != nil, settings: settings)
        videos.append((id, results))
        if videos.count > capacity { videos.removeFirst() }
        return results
    }

    private func take(_ id: VideoID) -> VideoResults? {
        guard let index = videos.firstIndex(where: { $0.id == id }) else { return nil }
        let known = videos.remove(at: index)
        videos.append(known)
        return known.results
    }
}
