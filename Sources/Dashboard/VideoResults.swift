internal import Aggregation
internal import EventLog
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

    init(log: any EventLog, partition: TopicPartition, id: VideoID, settings: AggregationSettings) {
        self.settings = settings
        self.log = log
        self.partition = partition
        self.id = id
    }

    /// Reads what has come since the last time.
    func update() async throws -> VideoReport {
        guard report.ended == nil else { return report }
        var offset = try await start()
        var records = try await log.read(partition, from: offset)
        while let last = records.last {
            // Another call may have been here while this one waited for the log.
            if let next, last.offset < next { break }
            for logged in records where logged.offset >= next ?? 0 && logged.record.key == id.rawValue {
                take(logged)
                if report.ended != nil { break }
            }
            offset = last.offset + 1
            next = offset
            if report.ended != nil { break }
            try Task.checkCancellation()
            records = try await log.read(partition, from: offset)
        }
        return report
    }

    private func start() async throws -> Int64 {
        if let next { return next }
        let lowest = try await log.offsets(of: partition).lowerBound
        next = next ?? lowest
        return next ?? lowest
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
    /// All records so far, as JSON lines.
    func lines() async throws -> ResultLines {
        _ = try await update()
        return ResultLines(
            log: log, partition: partition, key: id.rawValue, offsets: (first ?? 0)..<(first == nil ? 0 : next ?? 0))
    }
}

/// A video's records as JSON lines, read as they are wanted.
struct ResultLines: AsyncSequence, Sendable {
    let log: any EventLog
    let partition: TopicPartition
    let key: String
    let offsets: Range<Int64>

    func makeAsyncIterator() -> Iterator { Iterator(lines: self, offset: offsets.lowerBound) }

    struct Iterator: AsyncIteratorProtocol {
        let lines: ResultLines
        var offset: Int64

        mutating func next() async throws -> ByteBuffer? {
            while offset < lines.offsets.upperBound {
                let records = try await lines.log.read(lines.partition, from: offset, maxBytes: 1 << 20)
                guard let last = records.last else { return nil }
                offset = last.offset + 1
                var buffer = ByteBuffer()
                for logged in records where logged.record.key == lines.key && logged.offset < lines.offsets.upperBound {
                    guard let value = logged.record.value else { continue }
                    buffer.writeBytes(value)
                    buffer.writeInteger(UInt8(ascii: "\n"))
                }
                if buffer.readableBytes > 0 { return buffer }
            }
            return nil
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

    func results(of id: VideoID) async throws -> VideoResults {
        if let known = take(id) { return known }
        let count = try await log.partitionCount(of: topics.results) ?? 1
        if let known = take(id) { return known }
        let partition = TopicPartition(
            topics.results, Partitioner.partition(forKey: id.rawValue, partitions: count))
        let results = VideoResults(log: log, partition: partition, id: id, settings: settings)
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
