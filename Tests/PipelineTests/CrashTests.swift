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
    /// How many crashes are wished for, instead of as many as each run of the tests has time for.
    private static let crashes = ProcessInfo.processInfo.environment["LAPWING_CRASHES"].flatMap { Int($0) }

    /// Shows a tally that somebody asked for.
    private static func show(_ tally: CrashTally, _ name: String) throws {
        if crashes != nil { print("crashes on \(name)\n\(tally.text)") }
        guard let path = ProcessInfo.processInfo.environment["LAPWING_TALLY"] else { return }
        try tally.text.write(toFile: "\(path)-\(name).txt", atomically: true, encoding: .utf8)
    }

    /// Three short videos; the last one has a single chunk.
    private static func clips() throws -> [String] {
        try [60, 40, 4].enumerated().map { try Rig.clip("crash", frames: $1, gop: 5, seed: $0) }
    }

    private static let chunkSeconds = 0.5
    private static let undisturbed = Task { try await Rig.undisturbed(clips(), chunkSeconds: chunkSeconds) }

    /// Runs one log after the other, each of its own making, until there have been so many crashes; in every other one the
    /// videos' chunks are spread over all workers.
    private static func torture(
        crashes: Int, ofRun: Int = 25, seed: UInt64, moments: [CrashMoment], sessionTimeout: Duration,
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
                moments: moments, parallelDetect: run.isMultiple(of: 2), suspendHeartbeats: suspendHeartbeats,
                makeDetector: { ScriptedDetector(beforeFrame: $0) }, open: try await makeLog(rig))
            let result = try await driver.run(seed: seed << 32 + run, crashes: min(ofRun, crashes - tally.crashCount))
            tally += result
            // A moment that never comes is not waited for.
            if run > UInt64(crashes) { break }
        }
        return tally
    }

    @Test(
        "On SQLite, crashes between any two steps change nothing of the results",
        .timeLimit(.minutes(5 + (crashes ?? 0) / 50)))
    func sqlite() async throws {
        func torture(crashes: Int, seed: UInt64, moments: [CrashMoment]) async throws -> CrashTally {
            try await Self.torture(
                crashes: crashes, seed: seed, moments: moments, sessionTimeout: .milliseconds(500),
                suspendHeartbeats: { SQLiteLog.suspendHeartbeats(of: $0, $1) },
                makeLog: { rig in { try rig.open() } })
        }
        let wanted = Self.crashes ?? 300
        var tally = try await torture(crashes: wanted, seed: 1, moments: CrashMoment.allCases)
        // Which moments come before the work is done depends on the machine, too: some may never come on a slow one.
        for moment in CrashMoment.allCases {
            for seed: UInt64 in 100..<110 where tally.crashes[moment] == nil {
                tally += try await torture(crashes: 1, seed: seed, moments: [moment])
            }
        }
        #expect(tally.crashes.count > CrashMoment.allCases.count / 2, "\(tally.text)")
        #expect(tally.isClean, "\(tally.text)")
        #expect(tally.crashCount >= wanted)
        try Self.show(tally, "sqlite")
    }

    @Test(
        "On Kafka, crashes between any two steps change nothing of the results",
        .timeLimit(.minutes(5 + (crashes ?? 0) / 2)),
        .enabled(if: TestedKafka.isWanted, "takes a minute on a cluster in the process: make test-kafka"))
    func kafka() async throws {
        let wanted = Self.crashes ?? 12
        let tally = try await Self.torture(
            crashes: wanted, ofRun: 6, seed: 2, moments: CrashMoment.allCases, sessionTimeout: .seconds(6)
        ) { rig in
            let configuration = KafkaLogConfiguration(logger: Rig.quiet)
            let mock = MockCluster()
            for topic in rig.topics.specifications(partitions: 2) { try mock.createTopic(topic) }
            return { try MockClusterLog(mock, configuration: configuration) }
        }
        #expect(tally.isClean, "\(tally.text)")
        #expect(tally.crashCount >= wanted, "\(tally.text)")
        try Self.show(tally, "kafka")
    }

    /// From a worker's death to the next result of the video that it had in hand, which another worker has made.
    ///
    /// A static member that closes its connections says no good-bye: to the cluster it is as if its process were gone.
    private static func recovery(on mock: MockCluster, sessionTimeout: Duration, seed: Int) async throws -> Duration {
        let rig = try await Rig(topics: Topics(prefix: "recovery-\(seed)."))
        for topic in rig.topics.specifications(partitions: 1) { try mock.createTopic(topic) }
        func open() throws -> MockClusterLog {
            try MockClusterLog(
                mock, sessionTimeout: sessionTimeout, configuration: KafkaLogConfiguration(logger: Rig.quiet))
        }
        let reading = try open()
        let video = try await rig.submit([Rig.clip("long", frames: 400, gop: 5)], to: reading, chunkSeconds: 0.5)[0]
        let dying = try open()
        let crashing = CrashingLog(dying, crashAt: 4, .afterCommit)
        let victim = try rig.worker(
            crashing, exitWhenIdle: false, sessionTimeout: sessionTimeout, groupInstanceID: "victim")
        await #expect(throws: CrashingLog.Crash.self) { try await victim.run() }
        let partition = TopicPartition(rig.topics.results, 0)
        let known = try await reading.offsets(of: partition).upperBound
        await dying.close()
        let death = ContinuousClock.now
        let heirLog = try open()
        let heir = try rig.worker(heirLog, exitWhenIdle: false, sessionTimeout: sessionTimeout)
        async let working: Void = heir.run()
        while try await reading.read(partition, from: known, maxBytes: 1, wait: .seconds(1)).isEmpty {}
        let seconds = ContinuousClock.now - death
        try await ResultsReader(log: reading, topics: rig.topics).read(video, follow: true) { _ in }
        await heir.stop()
        try await working
        await heirLog.close()
        await reading.close()
        return seconds
    }

    @Test(
        "Measures how soon another worker goes on, on a cluster in the process", .timeLimit(.minutes(10)),
        .enabled(
            if: TestedKafka.isWanted && ProcessInfo.processInfo.environment["LAPWING_RECOVERY"] != nil,
            "LAPWING_RECOVERY=5 measures it five times"))
    func recovery() async throws {
        let count = ProcessInfo.processInfo.environment["LAPWING_RECOVERY"].flatMap { Int($0) } ?? 5
        for sessionTimeout in [4, 6, 10] {
            var times: [Duration] = []
            for seed in 0..<count {
                let mock = MockCluster()
                times.append(try await Self.recovery(on: mock, sessionTimeout: .seconds(sessionTimeout), seed: seed))
            }
            print("session timeout \(sessionTimeout) s: \(times.sorted())")
        }
    }
}
