import EventLog
import Foundation
import Logging
import SQLiteLog
import Telemetry
import Tracking
import Vision

@testable import Aggregation
@testable import Pipeline

/// A log in a folder of its own, with results in it, and what it takes to add them up.
final class AggregationRig: Sendable {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    let topics = Topics()
    let path: String
    private let folder: String

    init(partitions: Int = 3) async throws {
        folder =
            FileManager.default.temporaryDirectory.appendingPathComponent("lapwing-tests-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        path = folder + "/log.sqlite"
        let log = try open()
        try await log.createTopics(topics.specifications(partitions: partitions))
        await log.close()
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func open() throws -> SQLiteLog { try SQLiteLog(path: path) }

    func append(_ videos: [Footage], camera: String? = nil) async throws {
        let log = try open()
        // By turns, as workers publish them.
        var rest = videos.map { ArraySlice($0.outgoing(topics, camera: camera)) }
        while rest.contains(where: { !$0.isEmpty }) {
            for index in rest.indices {
                try await log.append(Array(rest[index].prefix(17)))
                rest[index] = rest[index].dropFirst(17)
            }
        }
        await log.close()
    }

    static let settings = AggregationSettings(
        zones: ZoneFile(
            zones: [Zone(name: "zone", polygon: [(0.2, 0.2), (0.8, 0.2), (0.8, 0.9)].map { ZonePoint(x: $0, y: $1) })],
            lines: [CountingLine(name: "line", from: ZonePoint(x: 0.5, y: 0), to: ZonePoint(x: 0.5, y: 1))]),
        cameraSource: .header("lapwing-camera"))

    func aggregator(
        _ log: any EventLog, _ settings: AggregationSettings = settings, group: String? = nil,
        fromBeginning: Bool = false, exitWhenIdle: Bool = true, sessionTimeout: Duration = .seconds(2),
        pollBytes: Int? = 20_000, publishInterval: Duration = .zero,
        metrics: MetricRegistry? = nil, health: HealthMonitor? = nil
    ) throws -> Aggregator {
        var configuration = AggregatorConfiguration(
            group: group, fromBeginning: fromBeginning, publishInterval: publishInterval,
            sessionTimeout: sessionTimeout, exitWhenIdle: exitWhenIdle)
        configuration.pollBytes = pollBytes
        configuration.metrics = metrics
        configuration.health = health
        configuration.lagInterval = .milliseconds(20)
        return try Aggregator(
            log: log, topics: topics, settings: settings, configuration: configuration, logger: Self.quiet)
    }

    /// Adds everything up with one aggregator, undisturbed.
    func aggregate(
        _ settings: AggregationSettings = settings, group: String? = nil, fromBeginning: Bool = false
    ) async throws {
        let log = try open()
        try await aggregator(log, settings, group: group, fromBeginning: fromBeginning, publishInterval: .seconds(5))
            .run()
        await log.close()
    }

    /// The newest value of each key of topic `summaries`, with what goes with it but who wrote it.
    func summaries() async throws -> [String: String] {
        let log = try open()
        var found: [String: String] = [:]
        for partition in 0..<(try await log.partitionCount(of: topics.summaries) ?? 0) {
            try await log.readAll(TopicPartition(topics.summaries, partition)) { logged in
                let headers = logged.record.headers.filter { $0.name != "lapwing-aggregator" }
                    .map { "\($0.name) \(String(decoding: $0.value, as: UTF8.self))" }
                let value = logged.record.value.map { String(decoding: $0, as: UTF8.self) }
                found["\(partition) \(logged.record.key ?? "")"] = value.map { "\($0) \(headers)" }
            }
        }
        await log.close()
        return found
    }

    /// A few objects that go to and fro, some of them tentative for a while.
    static func footage(_ number: Int, frames: Int = 60, state: VideoSummary.State = .ended) throws -> Footage {
        var footage = try Footage(
            "video-\(number)", startTime: number.isMultiple(of: 2) ? "2026-11-23T17:5\(number % 10):28.500Z" : nil,
            frameRate: 0.5)
        for frame in 0..<frames {
            let sightings = (0..<(2 + number % 3)).map { track in
                let phase = Double((frame * (7 + track) + number * 31) % 200)
                return Footage.Sighting(
                    track: track + 1 + 10 * (frame / 25), classID: (track + number) % 3,
                    box: Footage.box(70 + (phase < 100 ? phase : 200 - phase) * 5, 60 + Double(track) * 80),
                    confidence: 0.3 + Double((frame * 13 + track) % 60) / 100,
                    state: frame % 25 < 3 ? .tentative : .confirmed)
            }
            footage.frame(
                sightings,
                ended: frame.isMultiple(of: 25) && frame > 0 ? (0..<5).map { $0 + 1 + 10 * (frame / 25 - 1) } : [])
        }
        switch state {
        case .ended: footage.end()
        case .failed: footage.fail("incomplete")
        case .running: break
        }
        return footage
    }
}
