import EventLog
import Foundation
import Inference
import Logging
import Pipeline
import Synchronization

/// A run of the ``CrashDriver``: what is going on in it, and what has happened.
final class CrashRun: Sendable {
    private struct State {
        var random: SeededGenerator
        var crashesLeft: Int
        /// Of these, how many may be the producer's, which is quick to start again.
        var producerCrashesLeft: Int
        var tally = CrashTally()
        /// Workers at work, and their logs, by place.
        var working: [Int: (worker: WorkerPair, log: CrashingLog)] = [:]
        var hasEnded = false
    }

    /// A crash that is to come.
    private struct Plan {
        var moment: CrashMoment
        var number: Int
        /// Whether its lease must be waited for.
        var staysMember: Bool
        var killsOthers: Bool
        var start: StartPolicy
        var commitInterval: Duration
    }

    let workerCount: Int
    private let driver: CrashDriver
    private let state: Mutex<State>

    init(_ driver: CrashDriver, seed: UInt64, crashes: Int) {
        self.driver = driver
        var random = SeededGenerator(seed: seed)
        workerCount = Int.random(in: 1...2, using: &random)
        state = Mutex(State(random: random, crashesLeft: crashes, producerCrashesLeft: crashes / 3))
    }

    // MARK: Chance

    private static let producerMoments: Set<CrashMoment> = [.beforeAppend, .afterAppend]

    /// Draws a crash; one that never comes when there have been enough.
    private func plan(ofProducer: Bool) -> Plan {
        let candidates = driver.moments.filter { moment in
            if ofProducer { return Self.producerMoments.contains(moment) }
            if moment == .leaseLost, driver.suspendHeartbeats == nil { return false }
            return !Self.producerMoments.contains(moment)
        }
        return state.withLock { state in
            var moment = candidates.randomElement(using: &state.random) ?? .beforeCommit
            // Leaving comes at the end of all: a worker that is to crash there does not crash before.
            if moment == .beforeLeave || moment == .afterLeave, Bool.random(using: &state.random) {
                moment = driver.moments.contains(.beforeCommit) ? .beforeCommit : moment
            }
            let most =
                switch moment {
                case .beforeAppend, .afterAppend: 8
                case .beforeJoin, .afterJoin, .beforeLeave, .afterLeave, .spoolLost: 1
                case .inChunk: 12
                case .beforeLookup, .beforePoll: 6
                default: 3
                }
            let number = Int.random(in: 1...most, using: &state.random)
            let dice = Int.random(in: 0..<8, using: &state.random)
            return Plan(
                moment: moment,
                number: (ofProducer ? state.producerCrashesLeft : state.crashesLeft) > 0 ? number : .max,
                staysMember: driver.suspendHeartbeats != nil && dice == 0, killsOthers: dice.isMultiple(of: 4),
                // Chunks go to the spool while their videos are not complete.
                start: Bool.random(using: &state.random) && moment != .spoolLost ? .streaming : .complete,
                commitInterval: Bool.random(using: &state.random) ? .zero : .milliseconds(100))
        }
    }

    private func note(_ moment: CrashMoment) {
        state.withLock { state in
            state.tally.crashes[moment, default: 0] += 1
            state.crashesLeft -= 1
            if Self.producerMoments.contains(moment) { state.producerCrashesLeft -= 1 }
        }
    }

    // MARK: The producer

    func submit() async throws {
        while true {
            let plan = plan(ofProducer: true)
            let base = try driver.open()
            let log = CrashingLog(base, crashAt: plan.number, plan.moment)
            let producer = Producer(
                log: log, topics: driver.topics, chunkSeconds: driver.chunkSeconds, appendBytes: 30_000,
                parallelDetect: driver.parallelDetect)
            do {
                for path in driver.videos { _ = try await producer.submit(path: path) }
                return await base.close()
            } catch is CrashingLog.Crash {
                note(plan.moment)
                await base.close()
            }
        }
    }

    // MARK: Workers

    /// One worker after the other in the same place, until every video has ended.
    func work(_ place: Int) async throws {
        var undead: [any EventLog] = []
        while !state.withLock({ $0.hasEnded }) {
            let plan = plan(ofProducer: false)
            let base = try driver.open()
            let spool = "\(driver.folder)/spool-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: spool, withIntermediateDirectories: true)
            // The chosen moment of a lost spool is the first poll: by then the spool is there.
            let moment = plan.moment == .spoolLost ? .beforePoll : plan.moment
            let log = CrashingLog(base, crashAt: plan.number, moment) { [self] log in
                await strike(plan, log, spool: spool)
            }
            do {
                try await work(log, plan, place, spool: spool)
            } catch is CrashingLog.Crash {
                // One that was killed with another was counted with it.
                if state.withLock({ $0.working.removeValue(forKey: place) }) != nil { note(plan.moment) }
            } catch let error as PipelineError where plan.moment == .spoolLost && error.code == .unwritable {
                note(.spoolLost)
            }
            state.withLock { $0.working[place] = nil }
            try? FileManager.default.removeItem(atPath: spool)
            // Closing would end the membership.
            if plan.staysMember { undead.append(base) } else { await base.close() }
        }
        for log in undead { await log.close() }
    }

    private func work(_ log: CrashingLog, _ plan: Plan, _ place: Int, spool: String) async throws {
        let detector = driver.makeDetector { try log.reachNow(.inChunk) }
        // Nobody else has it.
        nonisolated(unsafe) let lent = detector
        let processor = Processor(detector: lent, configuration: driver.processing, topics: driver.topics)
        let worker = try WorkerPair(
            log: log, topics: driver.topics, handler: processor, processing: driver.processing,
            configuration: WorkerConfiguration(
                group: driver.topics.workerGroup, start: plan.start, memoryLimit: 1, spoolRoot: spool,
                sessionTimeout: driver.sessionTimeout, videoTimeout: nil, commitInterval: plan.commitInterval),
            logger: Logger(label: "crash") { _ in SwiftLogNoOpLogHandler() })
        let isWanted = state.withLock { state in
            if !state.hasEnded { state.working[place] = (worker, log) }
            return !state.hasEnded
        }
        if isWanted { try await worker.run() }
    }

    /// Does what happens at the moment; false when the worker is to live on.
    private func strike(_ plan: Plan, _ log: CrashingLog, spool: String) async -> Bool {
        switch plan.moment {
        case .spoolLost:
            try? FileManager.default.removeItem(atPath: spool)
            return false
        case .leaseLost:
            // As if the process were held up for longer than its lease, and then went on with its commit.
            try? await log.holdUp()
            for consumer in log.consumers { driver.suspendHeartbeats?(consumer, true) }
            try? await Task.sleep(for: driver.sessionTimeout * 3 / 2)
            for consumer in log.consumers { driver.suspendHeartbeats?(consumer, false) }
            note(.leaseLost)
            return false
        default:
            log.kill(mayLeave: !plan.staysMember)
            if plan.staysMember { for consumer in log.consumers { driver.suspendHeartbeats?(consumer, true) } }
            guard plan.killsOthers else { return true }
            state.withLock { state in
                for (place, other) in state.working where other.log !== log {
                    other.log.kill()
                    state.working[place] = nil
                    state.tally.killedTogether += 1
                    state.crashesLeft -= 1
                }
            }
            return true
        }
    }

    // MARK: The end

    /// Waits until every video has ended, and stops the workers.
    func stopAtEnd() async throws {
        let log = try driver.open()
        let reader = ResultsReader(log: log, topics: driver.topics)
        for video in driver.expected.keys { try await reader.read(video, follow: true) { _ in } }
        let workers = state.withLock { state in
            state.hasEnded = true
            return state.working.values.map(\.worker)
        }
        for worker in workers { await worker.stop() }
        await log.close()
    }

    /// The tally, with what was found in the log.
    func compare() async throws -> CrashTally {
        var tally = state.withLock { $0.tally }
        tally.runs = 1
        let log = try driver.open()
        for (video, records) in driver.expected {
            let partitions = try await log.partitionCount(of: driver.topics.results) ?? 1
            let partition = TopicPartition(
                driver.topics.results, Partitioner.partition(forKey: video.rawValue, partitions: partitions))
            // Not with a ResultsReader, which stops at the end of the video: nothing may come after it.
            var found: [[UInt8]] = []
            try await log.readAll(partition) { logged in
                if logged.record.key == video.rawValue { found.append(logged.record.value ?? []) }
            }
            try tally.compare(video, expected: records, found: found)
        }
        await log.close()
        return tally
    }
}

extension CrashTally {
    /// Takes in what is in the log of a video.
    mutating func compare(_ video: VideoID, expected: [[UInt8]], found: [[UInt8]]) throws {
        func frames(_ records: [[UInt8]]) throws -> [Int] {
            try records.filter(ResultsReader.isFrame).compactMap { try ResultRecord.decode($0, what: "a result").frame }
        }
        let wanted = try frames(expected)
        let published = try frames(found)
        framesExpected += wanted.count
        framesPublished += published.count
        duplicates += published.count - Set(published).count
        gaps += Set(wanted).subtracting(published).count
        let ledger = try found.last.map { try ResultRecord.decode($0, what: "the last result") }?.ledger
        if ledger?.isBalanced != true { unbalanced += 1 }
        guard found != expected else { return }
        let index = zip(expected, found).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        let place = index ?? min(expected.count, found.count)
        func text(_ records: [[UInt8]]) -> String {
            place < records.count ? String(decoding: records[place], as: UTF8.self) : "nothing"
        }
        differences.append(
            "\(video), record \(place) of \(expected.count) and \(found.count):\n\(text(expected))\n\(text(found))")
    }
}
