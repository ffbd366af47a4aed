import EventLog
import Foundation
import KafkaLog
import KafkaLogTesting
import Logging
import PipelineTesting
import SQLiteLog
import Testing

@testable import Pipeline

@Suite("Crashes anywhere")
struct CrashTests {
    /// Three short videos; the last one has a single chunk.
    private static func clips() throws -> [String] {
        try [60, 40, 4].enumerated().map { try Rig.clip("crash", frames: $1, gop: 5, seed: $0) }
    }

    private static let chunkSeconds = 0.5
    private static let undisturbed = Task { try await Rig.undisturbed(clips(), chunkSeconds: chunkSeconds) }

    /// Runs one log after the other, each of its own making, until there have been so many crashes.
    private static func torture(
        crashes: Int, seed: UInt64, moments: [CrashMoment], sessionTimeout: Duration,
        suspendHeartbeats: (@Sendable (any LogConsumer, Bool) -> Void)? = nil,
        makeLog: (Rig) async throws -> @Sendable () throws -> any EventLog
    ) async throws -> CrashTally {
        var tally = CrashTally()
        var run: UInt64 = 0
        while tally.crashCount < crashes {
            run += 1
            let rig = try await Rig(partitions: Int(run % 3) + 1)
            let driver = CrashDriver(
                topics: rig.topics, videos: try clips(), expected: try await undisturbed.value,
                chunkSeconds: chunkSeconds,
                processing: try rig.configuration(), folder: rig.folder.path, sessionTimeout: sessionTimeout,
                moments: moments, suspendHeartbeats: suspendHeartbeats,
                makeDetector: { ScriptedDetector(beforeFrame: $0) }, open: try await makeLog(rig))
            let result = try await driver.run(seed: seed << 32 + run, crashes: min(25, crashes - tally.crashCount))
            tally += result
            // A moment that never comes is not waited for.
            if run > UInt64(crashes) { break }
        }
        return tally
    }

    @Test("On SQLite, crashes between any two steps change nothing of the results", .timeLimit(.minutes(5)))
    func sqlite() async throws {
        func torture(crashes: Int, seed: UInt64, moments: [CrashMoment]) async throws -> CrashTally {
            try await Self.torture(
                crashes: crashes, seed: seed, moments: moments, sessionTimeout: .milliseconds(500),
                suspendHeartbeats: { SQLiteLog.suspendHeartbeats(of: $0, $1) },
                makeLog: { rig in { try rig.open() } })
        }
        var tally = try await torture(crashes: 300, seed: 1, moments: CrashMoment.allCases)
        // Which moments come before the work is done depends on the machine, too: some may never come on a slow one.
        for moment in CrashMoment.allCases {
            for seed: UInt64 in 100..<110 where tally.crashes[moment] == nil {
                tally += try await torture(crashes: 1, seed: seed, moments: [moment])
            }
        }
        #expect(tally.crashes.count > CrashMoment.allCases.count / 2, "\(tally.text)")
        #expect(tally.isClean, "\(tally.text)")
        #expect(tally.crashCount >= 300)
        if let path = ProcessInfo.processInfo.environment["LAPWING_TALLY"] {
            try tally.text.write(toFile: path + "-sqlite.txt", atomically: true, encoding: .utf8)
        }
    }

    @Test(
        "On Kafka, crashes between any two steps change nothing of the results", .timeLimit(.minutes(5)),
        .enabled(if: TestedKafka.isWanted, "takes a minute on a cluster in the process: make test-kafka"))
    func kafka() async throws {
        let tally = try await Self.torture(
            crashes: 12, seed: 2, moments: CrashMoment.allCases, sessionTimeout: .seconds(6)
        ) { rig in
            let configuration = KafkaLogConfiguration(logger: Rig.quiet)
            let mock = MockCluster()
            for topic in rig.topics.specifications(partitions: 2) { try mock.createTopic(topic) }
            return { try MockClusterLog(mock, configuration: configuration) }
        }
        #expect(tally.isClean, "\(tally.text)")
        #expect(tally.crashCount >= 12, "\(tally.text)")
        if let path = ProcessInfo.processInfo.environment["LAPWING_TALLY"] {
            try tally.text.write(toFile: path + "-kafka.txt", atomically: true, encoding: .utf8)
        }
    }
}
