import EventLog
import Logging
import PipelineTesting
import SQLiteLog
import Testing

@testable import Pipeline

@Suite("What a worker is bound by")
struct BottleneckTests {
    private func times(_ seconds: [WorkTimes.Stage: Double], threads: Int = 1, device: String = "CPU") -> WorkTimes {
        WorkTimes(spent: seconds.mapValues { .seconds($0) }, threads: threads, device: device)
    }

    @Test("A time sheet adds up how long each state lasted, the present one included")
    func timeSheet() {
        let start = ContinuousClock.now
        var sheet = TimeSheet("asleep", at: start)
        sheet.enter("awake", at: start + .seconds(7))
        sheet.enter("awake", at: start + .seconds(8))
        sheet.enter("asleep", at: start + .seconds(12))
        #expect(sheet.times(at: start + .seconds(15)) == ["asleep": .seconds(10), "awake": .seconds(5)])
        #expect(sheet.times(at: start + .seconds(12)) == ["asleep": .seconds(7), "awake": .seconds(5)])
    }

    @Test("The times of several threads are added up, and what came since an earlier moment is the difference")
    func sums() {
        var both = times([.detecting: 5, .idle: 1])
        both.add(times([.detecting: 3, .decoding: 3]))
        #expect(both == times([.detecting: 8, .decoding: 3, .idle: 1], threads: 2))
        #expect(both.elapsed == .seconds(6))
        #expect(
            both.since(times([.detecting: 2, .idle: 1])) == times([.detecting: 6, .decoding: 3, .idle: 0], threads: 2))
    }

    struct Case: CustomTestStringConvertible {
        var stages: [WorkTimes.Stage: Double]
        var shortages: [Shortage: Double] = [:]
        var found: Bottleneck?
        var testDescription: String
    }

    @Test(
        "follows from the times",
        arguments: [
            Case(stages: [:], found: nil, testDescription: "no time"),
            Case(
                stages: [.detecting: 60, .decoding: 25, .scaling: 10, .tracking: 5], found: .stage(.detecting),
                testDescription: "the network is waited for"),
            Case(
                stages: [.detecting: 30, .decoding: 45, .scaling: 20, .tracking: 5], found: .stage(.detecting),
                testDescription: "the network is waited for, if only for a while: feeding it faster would not help"),
            Case(
                stages: [.detecting: 10, .decoding: 50, .scaling: 40], found: .stage(.decoding),
                testDescription: "the network is waited for as long as it takes to read what it found"),
            Case(
                stages: [.decoding: 20, .scaling: 70, .idle: 10], found: .stage(.scaling), testDescription: "scaling"),
            Case(stages: [.decoding: 20, .tracking: 70], found: .stage(.tracking), testDescription: "tracking"),
            Case(
                stages: [.detecting: 70, .idle: 30], shortages: [.memory: 20, .input: 10], found: .shortage(.memory),
                testDescription: "memory keeps the threads idle"),
            Case(
                stages: [.detecting: 90, .idle: 10], shortages: [.memory: 10], found: .stage(.detecting),
                testDescription: "memory is short, but the threads have work"),
            Case(
                stages: [.detecting: 5, .idle: 95], shortages: [.committing: 60, .fetching: 35],
                found: .shortage(.committing), testDescription: "the log is slow"),
            Case(stages: [.detecting: 5, .idle: 95], found: .shortage(.input), testDescription: "nothing is short"),
        ])
    func verdicts(_ example: Case) {
        let found = Bottleneck(
            times(example.stages), shortages: example.shortages.mapValues { .seconds($0) })
        #expect(found == example.found)
    }

    @Test("Its name tells the processor from other devices, and what would help")
    func names() {
        #expect(Bottleneck.stage(.detecting).name(device: "CPU") == "bound by the CPU (inference)")
        #expect(Bottleneck.stage(.detecting).name(device: "CUDA") == "bound by the GPU (inference)")
        #expect(Bottleneck.stage(.decoding).name(device: "GPU") == "bound by the CPU (decoding)")
        #expect(Bottleneck.shortage(.memory).remedy(device: "CPU")?.contains("--memory") == true)
        #expect(Bottleneck.shortage(.input).remedy(device: "CPU") == nil)
    }

    @Test("It is looked at over whole intervals, and said aloud only when it is another one")
    func watch() throws {
        let start = ContinuousClock.now
        var watch = BottleneckWatch(interval: .seconds(30), at: start)
        // Two threads: 29 seconds of each.
        #expect(watch.look(at: times([.detecting: 58], threads: 2), now: start) == nil)
        let looked = watch.look(at: times([.detecting: 54, .decoding: 6], threads: 2), now: start)
        let first = try #require(looked)
        #expect(first.level == .info)
        #expect(first.message.hasPrefix("bound by the CPU (inference): "))
        #expect(first.facts["detecting"] == "90%" && first.facts["decoding"] == "10%" && first.facts["idle"] == "0%")
        #expect(watch.look(at: times([.detecting: 99, .decoding: 16], threads: 2), now: start) == nil)
        let again = watch.look(at: times([.detecting: 99, .decoding: 21], threads: 2), now: start)
        let second = try #require(again)
        #expect(second.level == .debug, "the same again")
        #expect(second.facts["detecting"] == "75%", "of the second interval alone")
        watch.shortage.enter(.memory, at: start + .seconds(60))
        watch.shortage.enter(nil, at: start + .seconds(70))
        watch.shortage.enter(.input, at: start + .seconds(71))
        let late = watch.look(
            at: times([.detecting: 139, .decoding: 21, .idle: 20], threads: 2), now: start + .seconds(72))
        let third = try #require(late)
        #expect(third.level == .info)
        #expect(third.message.hasPrefix("bound by memory: "))
        let idle = watch.look(
            at: times([.detecting: 139, .decoding: 21, .idle: 90], threads: 2), now: start + .seconds(107))
        #expect(idle?.level == .debug)
        #expect(idle?.message == "not bound: it waits for video")
        let summary = watch.summary(
            of: times([.detecting: 139, .decoding: 21, .idle: 20], threads: 2), now: start + .seconds(72))
        #expect(summary["mostly"] == "bound by the CPU (inference)", "of all the time")
        #expect(summary["detecting"] == "77%")
    }

    @Test("A worker says it in its log, and once more when it leaves")
    func inTheLog() async throws {
        let rig = try await Rig()
        let log = try rig.open()
        try await rig.submit([Rig.clip("b", frames: 40)], to: log)
        let messages = CapturedMessages()
        let processor = Processor(
            detector: ScriptedDetector(), configuration: try rig.configuration(), topics: rig.topics)
        var settings = WorkerConfiguration(
            group: rig.topics.workerGroup, spoolRoot: rig.folder.path, exitWhenIdle: true)
        settings.watchInterval = .zero
        let worker = try Worker(
            log: log, topics: rig.topics, handler: processor, configuration: settings,
            logger: messages.logger(.debug))
        try await worker.run()
        let said = messages.all.filter { $0.contains("bound by ") || $0.contains("not bound") }
        #expect(said.contains { !$0.hasPrefix("left ") && $0.contains("detecting=") }, "\(messages.all)")
        let left = try #require(messages.all.last { $0.hasPrefix("left ") })
        for stage in WorkTimes.Stage.allCases { #expect(left.contains(" \(stage.rawValue)="), "\(left)") }
        #expect(left.contains(" mostly="), "\(left)")
        let spent = try #require(processor.workTimes).spent
        for stage in WorkTimes.Stage.allCases { #expect(spent[stage, default: .zero] > .zero, "\(stage)") }
        await log.close()
    }
}
