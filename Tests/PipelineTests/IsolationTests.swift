import EventLog
import Foundation
import Media
import PipelineTesting
import SQLiteLog
import Synchronization
import Testing

@testable import Pipeline

#if os(Linux)
    @Suite("Decoding in a process of its own", .serialized)
    struct IsolationTests {
        private static let executable = Bundle.main.bundleURL.appendingPathComponent("lapwing").path

        private func isolated() -> IsolatedDecoder {
            IsolatedDecoder(.init(executable: Self.executable))
        }

        @Test("The results are the same bytes, and their settings the same")
        func sameResults() async throws {
            let clips = try [Rig.clip("i", frames: 60), Rig.clip("i", frames: 45, seed: 3)]
            let expected = try await Rig.undisturbed(clips)
            let rig = try await Rig()
            let log = try rig.open()
            let decoder = isolated()
            let ids = try await rig.submit(clips, to: log)
            try await rig.worker(log, decoding: decoder).run()
            for id in ids {
                #expect(firstDifference(expected[id] ?? [], try await rig.results(id, from: log)) == nil)
            }
            #expect(decoder.restarts == 0)
            await log.close()
        }

        @Test("A crash in mid-chunk costs that chunk: the results are those of a run in which it is a dead letter")
        func crash() async throws {
            let clip = try Rig.clip("i", frames: 50)
            let rig = try await Rig(partitions: 1)
            let log = try rig.open()
            let decoder = isolated()
            let seen = Atomic<Int>(0)
            let id = try await rig.submit([clip], to: log)[0]
            // Before they are processed, after which the log lets go of them.
            let other = try await Rig(partitions: 1)
            var records: [OutgoingRecord] = []
            try await log.readAll(TopicPartition(rig.topics.chunks, 0)) { logged in
                var record = logged.record
                if try ChunkHeader(of: logged).index == 2 { record.value?[100] ^= 0xff }
                records.append(OutgoingRecord(topic: other.topics.chunks, record: record))
            }
            try await rig.worker(
                log, decoding: decoder,
                onFrame: { _ in
                    // In the middle of the third chunk of ten frames.
                    guard seen.add(1, ordering: .relaxed).newValue == 23, let process = decoder.processID else {
                        return
                    }
                    kill(process, SIGSEGV)
                    while kill(process, 0) == 0 { sched_yield() }
                }, decoderRestarts: { decoder.restarts }
            ).run()
            let results = try await rig.results(id, from: log)
            let gap = try #require(try await rig.decoded(id, from: log).first { $0.event == "gap" })
            #expect(gap.frame == 20 && gap.frameCount == 10)
            #expect(gap.reason?.contains("signal 11") == true, "\(gap)")
            let ledger = try #require(try await rig.decoded(id, from: log).last?.ledger)
            #expect(ledger.isBalanced && ledger.chunksBad == 1 && ledger.framesUndecodable == 10)
            #expect(decoder.restarts == 1)

            // The header with the count, where status finds it.
            var counts: [Int] = []
            try await log.readAll(TopicPartition(rig.topics.checkpoints, 0)) {
                if let (_, count) = DecoderRestarts.read($0) { counts.append(count) }
            }
            #expect(counts.last == 1 && counts.max() == 1)
            var letters: [LoggedRecord] = []
            try await log.readAll(TopicPartition(rig.topics.deadLetters, 0)) { letters.append($0) }
            #expect(letters.count == 1)
            await log.close()

            // The same with a chunk that cannot be used, decoded in this process.
            let target = try other.open()
            try await target.append(records)
            try await other.worker(target).run()
            let expected = try await other.results(id, from: target)
            #expect(firstDifference(withoutReasons(expected), withoutReasons(results)) == nil)
            await target.close()
        }

        private func withoutReasons(_ values: [[UInt8]]) -> [[UInt8]] {
            values.map {
                Array(String(decoding: $0, as: UTF8.self).replacing(/"reason":"(\\.|[^"\\])*"/, with: "").utf8)
            }
        }

        @Test("A process that does not start stops the worker; no chunk becomes a dead letter")
        func doesNotStart() async throws {
            let rig = try await Rig(partitions: 1)
            let log = try rig.open()
            try await rig.submit([Rig.clip("i", frames: 50)], to: log)
            await #expect(throws: DecoderProcessError.self) {
                try await rig.worker(log, decoding: IsolatedDecoder(.init(executable: "/bin/true"))).run()
            }
            var letters = 0
            try await log.readAll(TopicPartition(rig.topics.deadLetters, 0)) { _ in letters += 1 }
            #expect(letters == 0)
            #expect(try await log.group(rig.topics.workerGroup)?.committed.isEmpty ?? true)
            await log.close()
        }
    }
#endif
