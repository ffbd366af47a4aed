import EventLog
import Foundation
import Inference
import InferenceTesting
import PipelineTesting
import SQLiteLog
import Testing
import Tracking

@testable import Pipeline

@Suite("Appearance, through the pipeline", .serialized)
struct AppearanceTests {
    private static let folder = try! TemporaryFolder()

    /// A model whose vectors are the crops themselves: of 24 KB, so that checkpoints outgrow a record soon.
    private func embedder() throws -> sending AppearanceEmbedder {
        let url = Self.folder.url("crops.onnx")
        try SyntheticEmbedder(input: [nil, 3, 64, 32], isFlat: true).write(to: url)
        return try AppearanceEmbedder(modelPath: url.path)
    }

    private func embedder(if isTold: Bool) throws -> sending AppearanceEmbedder? {
        guard isTold else { return nil }
        return try embedder()
    }

    private func configuration(
        _ kind: TrackerKind, every: Int = 1, isTold: Bool = true
    ) throws -> ProcessingConfiguration {
        let options = kind.options.contains { $0.name == "new_thresh" } ? ["new_thresh": "0.6"] : [:]
        return ProcessingConfiguration(
            model: ScriptedDetector().model, tracker: try TrackerConfiguration(kind, options: options),
            appearance: isTold ? .init(model: try embedder().model, every: every) : nil)
    }

    private static let looking = TrackerKind.allCases.filter(\.usesAppearance)

    @Test("Killed before any commit, another worker goes on to the same bytes", arguments: looking)
    func crashes(kind: TrackerKind) async throws {
        let clip = try Rig.clip("looks", frames: 41)
        let configuration = try configuration(kind)
        let expected = try await Rig.undisturbed([clip], configuration: configuration, embedder: embedder())
        let rig = try await Rig(partitions: 1)
        let log = try rig.open()
        let id = try await rig.submit([clip], to: log)[0]
        let checkpoints = TopicPartition(rig.topics.checkpoints, 0)
        var largest = 0
        for _ in 0..<3 {
            await #expect(throws: CrashingLog.Crash.self) {
                let crashing = CrashingLog(log, crashAt: 2, .beforeCommit)
                try await rig.worker(
                    crashing, configuration: configuration, start: .streaming, embedder: embedder()
                ).run()
            }
            var reader = CheckpointReader()
            try await log.readAll(checkpoints) { logged in
                #expect(logged.record.byteCount < 1_000_000)
                try reader.take(logged)
            }
            largest = max(largest, try reader.checkpoint(of: id)?.parts ?? 1)
        }
        try await rig.worker(log, configuration: configuration, embedder: embedder()).run()
        #expect(firstDifference(expected[id] ?? [], try await rig.results(id, from: log)) == nil)
        if kind == .deepsort { #expect(largest > 1, "a gallery outgrows a record") }
        // Nothing is left of the parts once the video has ended.
        var newest: [String: [UInt8]?] = [:]
        try await log.readAll(checkpoints) { newest[$0.record.key ?? ""] = .some($0.record.value) }
        #expect(newest.compactMapValues { $0 }.keys.sorted() == [id.rawValue])
        await log.close()
    }

    @Test("The looks decide; they are told where and as often as was asked for", arguments: looking)
    func decision(kind: TrackerKind) async throws {
        let clip = try Rig.clip("looks", frames: 41)
        var results: [[ResultRecord]] = []
        var hashes: Set<String> = []
        let schema = try JSONSchema("result")
        for (every, isTold) in [(1, true), (7, true), (1, false)] {
            let configuration = try configuration(kind, every: every, isTold: isTold)
            hashes.insert(configuration.hash)
            let bytes = try await Rig.undisturbed(
                [clip], configuration: configuration, embedder: embedder(if: isTold))
            let faults = schema.faults(of: bytes.values.first?.first ?? [])
            #expect(faults.isEmpty, "\(faults)")
            results.append(try bytes.values.joined().map { try ResultRecord.decode($0, what: "a result") })
        }
        // What was found is the same; who it was need not be.
        let found = results.map { $0.map { ($0.objects ?? []).map(\.detectionID) } }
        #expect(found[0] == found[1] && found[0] == found[2])
        #expect(hashes.count == 3)
    }

    @Test("A checkpoint in parts is put together again, also after it shrank; a missing part is told")
    func parts() throws {
        let id = try VideoID("street")
        var checkpoint = Checkpoint(
            videoID: id, state: .running, nextChunk: 3, nextFrame: 30, configurationHash: "0123456789abcdef",
            ledger: Ledger(), tracker: Data((0..<5000).map { UInt8($0 % 251) }), identities: Data([1, 2]))
        var reader = CheckpointReader()
        var offset: Int64 = 0
        func take(_ records: [Record]) throws {
            for record in records {
                try reader.take(
                    LoggedRecord(
                        topicPartition: TopicPartition("checkpoints", 0), offset: offset, timestamp: 0, record: record))
                offset += 1
            }
        }
        let first = CheckpointParts.records(of: checkpoint, previous: 0, maxPartBytes: 1000)
        #expect(first.parts == 7 && first.records.count == 8)
        #expect(first.records.allSatisfy { ($0.value?.count ?? 0) <= 1000 })
        try take(first.records)
        var found = try #require(try reader.checkpoint(of: id))
        #expect(found.parts == 7)
        found.parts = nil
        #expect(found == checkpoint)

        checkpoint.nextChunk = 4
        checkpoint.tracker = Data([7])
        let second = CheckpointParts.records(of: checkpoint, previous: 7, maxPartBytes: 1000)
        #expect(second.parts == 0 && second.records.count { $0.value == nil } == 7)
        try take(second.records)
        #expect(try reader.checkpoint(of: id) == checkpoint)

        checkpoint.nextChunk = 5
        checkpoint.tracker = Data(repeating: 1, count: 2000)
        let third = CheckpointParts.records(of: checkpoint, previous: 0, maxPartBytes: 1000)
        try take(Array(third.records.dropFirst()))
        let error = #expect(throws: PipelineError.self) { try reader.checkpoint(of: id) }
        #expect(error?.code == .invalidRecord && error?.detail.contains("part 0 of \(third.parts) is missing") == true)
    }
}
