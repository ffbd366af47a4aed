import EventLog
import Foundation
import KafkaLog
import KafkaLogTesting
import Pipeline
import PipelineTesting
import Synchronization
import Testing

/// The pipeline on Kafka: on librdkafka's mock cluster, or on the real one that `LAPWING_TEST_KAFKA=host:port` names.
@Suite("On Kafka", .enabled(if: TestedKafka.isWanted, "takes minutes on a cluster in the process: make test-kafka"))
struct KafkaTests {
    /// A cluster, and topics of the test's own on it.
    private final class Cluster: Sendable {
        let mock: MockCluster?
        let rig: Rig

        init(partitions: Int = 4, mock: Bool = TestedKafka.address == nil) async throws {
            self.mock = mock ? MockCluster() : nil
            rig = try await Rig(topics: Topics(prefix: "test-\(UInt32.random(in: 0...UInt32.max))."))
            let log = try open()
            try await log.createTopics(rig.topics.specifications(partitions: partitions))
            await log.close()
        }

        func open() throws -> any EventLog {
            let configuration = KafkaLogConfiguration(logger: Rig.quiet)
            if let mock { return try MockClusterLog(mock, configuration: configuration) }
            return try KafkaLog(url: "kafka://\(TestedKafka.address ?? "")", configuration: configuration)
        }

        func worker(
            _ log: any EventLog, exitWhenIdle: Bool = true, commitInterval: Duration = .milliseconds(100),
            onFrame: @escaping @Sendable (VideoID) -> Void = { _ in }
        ) throws -> Worker {
            try rig.worker(
                log, exitWhenIdle: exitWhenIdle, commitInterval: commitInterval, sessionTimeout: .seconds(6),
                onFrame: onFrame)
        }

        /// Compares results with SQLite's, byte for byte.
        ///
        /// - Parameter mayRepeat: whether a transaction was aborted, which the mock cluster does not hide: then its
        ///   records come once more.
        func check(
            _ expected: [VideoID: [[UInt8]]], mayRepeat: Bool = false, _ location: SourceLocation = #_sourceLocation
        ) async throws {
            let log = try open()
            for (id, bytes) in expected {
                var found = try await rig.results(id, from: log)
                if mayRepeat, mock != nil {
                    var seen: Set<[UInt8]> = []
                    found = found.filter { seen.insert($0).inserted }
                }
                #expect(firstDifference(found, bytes) == nil, sourceLocation: location)
            }
            await log.close()
        }
    }

    private func clips(_ count: Int) throws -> [String] {
        try (0..<count).map { try Rig.clip("kafka", frames: 25 + $0 % 7, seed: $0) }
    }

    @Test("The results are SQLite's, byte for byte", .timeLimit(.minutes(2)))
    func sameBytes() async throws {
        let clips = try clips(3)
        let expected = try await Rig.undisturbed(clips)
        let cluster = try await Cluster()
        let log = try cluster.open()
        try await cluster.rig.submit(clips, to: log)
        try await cluster.worker(log).run()
        await log.close()
        try await cluster.check(expected)
    }

    @Test("A video that is submitted again is not worked on again", .timeLimit(.minutes(2)))
    func again() async throws {
        let clips = try clips(1)
        let cluster = try await Cluster()
        let log = try cluster.open()
        try await cluster.rig.submit(clips, to: log)
        try await cluster.worker(log).run()
        let again = try await Producer(log: log, topics: cluster.rig.topics).submit(path: clips[0])
        #expect(again.wasThere)
        // Even if its chunks come once more, by whatever way, the mark that it is done is there.
        let elsewhere = try await Rig()
        let source: any EventLog = try elsewhere.open()
        var copies: [OutgoingRecord] = []
        try await elsewhere.submit(clips, to: source)
        for number in 0..<4 {
            try await source.readAll(TopicPartition(elsewhere.topics.chunks, number)) { logged in
                copies.append(OutgoingRecord(topic: cluster.rig.topics.chunks, record: logged.record))
            }
        }
        await source.close()
        try await log.append(copies)
        let frames = Mutex(0)
        try await cluster.worker(log, onFrame: { _ in frames.withLock { $0 += 1 } }).run()
        #expect(frames.withLock { $0 } == 0)
        await log.close()
    }

    /// Counts what a worker's group makes it do.
    private actor Watch: ChunkHandler {
        let processor: Processor
        var restored = 0
        var dropped = 0

        init(_ processor: Processor) { self.processor = processor }

        func restore(
            partition: Int, from log: any EventLog, onProgress: @escaping @Sendable (Int64, Int64) -> Void
        ) async throws -> RestoredVideos {
            restored += 1
            return try await processor.restore(partition: partition, from: log, onProgress: onProgress)
        }

        nonisolated func begin(_ chunk: ChunkAssembly) -> PendingOutcome { processor.begin(chunk) }

        func giveUp(_ video: VideoID, partition: Int, reason: String, frames: Int?, chunks: Int?) async throws
            -> ChunkOutcome
        {
            try await processor.giveUp(video, partition: partition, reason: reason, frames: frames, chunks: chunks)
        }

        func drop(partition: Int) async {
            dropped += 1
            await processor.drop(partition: partition)
        }
    }

    @Test("A chunk that takes longer than the session's timeout costs no partition", .timeLimit(.minutes(2)))
    func longChunk() async throws {
        let clips = try clips(1)
        let expected = try await Rig.undisturbed(clips)
        let cluster = try await Cluster()
        let log = try cluster.open()
        let topics = cluster.rig.topics
        try await cluster.rig.submit(clips, to: log)
        let frames = Mutex(0)
        let watch = Watch(
            Processor(
                detector: ScriptedDetector(beforeFrame: {
                    let number = frames.withLock { frames in
                        frames += 1
                        return frames
                    }
                    if number == 5 { sleep(13) }
                }), configuration: try cluster.rig.configuration(), topics: topics))
        let worker = try Worker(
            log: log, topics: topics, handler: watch,
            configuration: WorkerConfiguration(
                group: topics.workerGroup, spoolRoot: cluster.rig.folder.path, sessionTimeout: .seconds(6),
                exitWhenIdle: true), logger: Rig.quiet)
        try await worker.run()
        await log.close()
        #expect(await watch.restored == 4)
        #expect(await watch.dropped == 0)
        try await cluster.check(expected)
    }

    /// What may happen to a cluster while it is used.
    struct Trouble: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// Whether it aborts transactions.
        var aborts = false
        var submitting: @Sendable (MockCluster) -> Void = { _ in }
        var working: @Sendable (MockCluster, _ topics: Topics) async throws -> Void

        static let all = [
            Trouble(testDescription: "requests time out") {
                $0.inject(.requestTimedOut, into: .produce, times: 3)
            } working: { cluster, _ in
                cluster.inject(.requestTimedOut, into: .produce, times: 3)
                cluster.inject(.connectionLoss, into: .fetch, times: 2)
            },
            Trouble(testDescription: "the coordinators are not ready") { cluster, _ in
                cluster.inject(.notCoordinator, into: .endTransaction, times: 2)
                cluster.inject(.concurrentTransactions, into: .addPartitionsToTransaction, times: 2)
                cluster.inject(.coordinatorNotAvailable, into: .findCoordinator, times: 2)
                cluster.inject(.notCoordinator, into: .transactionOffsetCommit, times: 2)
            },
            Trouble(testDescription: "the coordinators change") { cluster, topics in
                for broker: Int32 in 1...3 {
                    cluster.setCoordinator(ofGroup: topics.workerGroup, broker: broker)
                    try await Task.sleep(for: .milliseconds(500))
                }
            },
            Trouble(testDescription: "the leaders change") { cluster, topics in
                for step in 0..<6 {
                    for number in 0..<4 {
                        for topic in [topics.chunks, topics.results, topics.checkpoints] {
                            cluster.setLeader(of: TopicPartition(topic, number), broker: Int32((step + number) % 3 + 1))
                        }
                    }
                    try await Task.sleep(for: .milliseconds(300))
                }
            },
            Trouble(testDescription: "brokers go down and come back") { cluster, _ in
                for broker: Int32 in 1...3 {
                    cluster.setDown(true, brokers: broker...broker)
                    try await Task.sleep(for: .milliseconds(500))
                    cluster.setDown(false, brokers: broker...broker)
                }
            },
            Trouble(testDescription: "all brokers go down and come back") { cluster, _ in
                cluster.setDown(true)
                try await Task.sleep(for: .seconds(2))
                cluster.setDown(false)
            },
            Trouble(testDescription: "the brokers are slow") {
                $0.setLatency(100)
            } working: { cluster, _ in
                cluster.setLatency(100)
            },
            Trouble(testDescription: "the producer is fenced", aborts: true) { cluster, _ in
                cluster.inject(.producerFenced, into: .endTransaction)
                cluster.inject(.invalidProducerEpoch, into: .addPartitionsToTransaction)
            },
        ]
    }

    @Test("Whatever the brokers do, two workers get the same bytes", .timeLimit(.minutes(3)), arguments: Trouble.all)
    func troubles(_ trouble: Trouble) async throws {
        let clips = try clips(4)
        let expected = try await Rig.undisturbed(clips)
        let cluster = try await Cluster(mock: true)
        guard let mock = cluster.mock else { return }
        let logs = [try cluster.open(), try cluster.open()]
        trouble.submitting(mock)
        try await cluster.rig.submit(clips, to: logs[0])
        let topics = cluster.rig.topics
        let frames = Mutex(0)
        let hasBegun: @Sendable () -> Bool = { frames.withLock { $0 } > 0 }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for log in logs {
                let worker = try cluster.worker(log) { _ in frames.withLock { $0 += 1 } }
                group.addTask { try await worker.run() }
            }
            group.addTask {
                // The trouble begins with the work.
                while !hasBegun() { try await Task.sleep(for: .milliseconds(5)) }
                try await trouble.working(mock, topics)
            }
            try await group.waitForAll()
        }
        for log in logs { await log.close() }
        try await cluster.check(expected, mayRepeat: trouble.aborts)
    }

    @Test(
        "Three workers, 12 partitions, 24 videos: one is killed, one is stopped, one joins; nothing is missing or twice",
        .timeLimit(.minutes(4)))
    func comingAndGoing() async throws {
        let clips = try clips(24)
        let expected = try await Rig.undisturbed(clips)
        let cluster = try await Cluster(partitions: 12)
        let logs = try (0..<4).map { _ in try cluster.open() }
        try await cluster.rig.submit(clips, to: logs[3])
        let frames = Mutex(0)
        let onFrame: @Sendable (VideoID) -> Void = { _ in
            usleep(2000)
            frames.withLock { $0 += 1 }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Killed: from its second commit on, nothing that it does reaches the cluster.
            let crashing = CrashingLog(logs[0], crashAt: 2, .beforeCommit)
            let killed = try cluster.worker(crashing, commitInterval: .zero, onFrame: onFrame)
            group.addTask { await #expect(throws: CrashingLog.Crash.self) { try await killed.run() } }
            let stopped = try cluster.worker(logs[1], exitWhenIdle: false, onFrame: onFrame)
            group.addTask { try await stopped.run() }
            let staying = try cluster.worker(logs[2], onFrame: onFrame)
            group.addTask { try await staying.run() }
            while frames.withLock({ $0 }) < 200 { try await Task.sleep(for: .milliseconds(5)) }
            await stopped.stop()
            let joining = try cluster.worker(logs[3], onFrame: onFrame)
            group.addTask { try await joining.run() }
            try await group.waitForAll()
        }
        for log in logs { await log.close() }
        try await cluster.check(expected)
    }

    @Test("topics that are missing are said, all at once, and the cluster makes none", .timeLimit(.minutes(1)))
    func missingTopics() async throws {
        let topics = Topics()
        let cluster = MockCluster()
        let log = try MockClusterLog(cluster, configuration: KafkaLogConfiguration(logger: Rig.quiet))
        try await log.createTopics(topics.specifications(partitions: 3).filter { $0.name != topics.results })
        for _ in 0..<2 {
            let error = await #expect(throws: EventLogError.self) { try await topics.check(in: log) }
            #expect(error?.code == .unknownTopic)
            #expect(error?.detail.hasPrefix("\(cluster.url) has no topic 'lapwing.results': make the topics") == true)
        }
        try await log.createTopics(topics.specifications(partitions: 3))
        #expect(try await topics.check(in: log) == 3)
        // Settings that it did not show are not asked for again.
        let time = try await ContinuousClock().measure { _ = try await log.describe(topics.chunks) }
        #expect(time < .seconds(1))
        await log.close()
    }
}
