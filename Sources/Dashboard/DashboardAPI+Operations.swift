internal import EventLog
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Pipeline
internal import Serving

/// Workers, partitions and dead letters.
extension DashboardAPI {
    struct Partition: Encodable {
        var topic: String
        var partition: Int
        var end: Int64
        var committed: Int64?
        var lag: Int64
        var member: String?
    }

    struct WorkerJSON: Encodable {
        var member: String
        var partitions: Int
        var residentBytes: Int?
        var peakBytes: Int?
        var budgetBytes: Int?
        var decoderRestarts: Int?
    }

    struct Workers: Encodable {
        var workers: [WorkerJSON]
        var partitions: [Partition]
        var lag: Int64
    }

    private struct Letter: Encodable {
        var partition: Int
        var offset: Int64
        var time: String
        var videoId: String?
        var chunk: Int?
        var part: Int?
        var parts: Int?
        var bytes: Int
        var reason: String
    }

    private struct Letters: Encodable {
        var total: Int
        var letters: [Letter]
    }

    private struct Wanted: Decodable {
        struct Place: Decodable {
            var partition: Int
            var offset: Int64
        }

        var letters: [Place]
    }

    private struct Outcome: Encodable {
        var partition: Int
        var offset: Int64
        var sent: Bool
        var reason: String?
    }

    func workers() async throws -> Workers {
        let status = try await index.status()
        let partitions =
            status.partitions.map { Self.partition($0, topics.chunks) }
            + status.detections.map { Self.partition($0, topics.detections) }
        return Workers(
            workers: status.members.map { member in
                let memory = status.memory[member]
                return WorkerJSON(
                    member: member, partitions: status.partitions.count { $0.member == member },
                    residentBytes: memory?.resident, peakBytes: memory?.peak, budgetBytes: memory?.budget,
                    decoderRestarts: status.decoderRestarts[member])
            }, partitions: partitions, lag: partitions.reduce(0) { $0 + $1.lag })
    }

    private static func partition(_ partition: PipelineStatus.Partition, _ topic: String) -> Partition {
        Partition(
            topic: topic, partition: partition.partition, end: partition.end, committed: partition.committed,
            lag: partition.lag, member: partition.member)
    }

    func addOperations(to api: RouterGroup<ServingContext>) {
        api.get("workers") { _, _ in try JSONResponse(await workers()) }
        api.get("dead-letters") { request, _ in
            let limit = try request.number("limit", in: 1...1000, default: 200)
            var letters: [Letter] = []
            var total = 0
            try await DeadLetterBox(log: log, topics: topics).read { letter in
                total += 1
                letters.append(Self.letter(letter))
                // The latest are shown.
                if letters.count > 2 * limit { letters.removeFirst(limit) }
            }
            letters.sort { ($1.time, $1.offset) < ($0.time, $0.offset) }
            return try JSONResponse(Letters(total: total, letters: Array(letters.prefix(limit))))
        }
        api.post("dead-letters/replay") { request, _ in
            try requireWritable()
            let body = try await request.body.collect(upTo: 1 << 20)
            guard let wanted = try? JSONDecoder().decode(Wanted.self, from: Data(body.readableBytesView)) else {
                throw Problem(.badRequest, "bad_request", "send {\"letters\":[{\"partition\":0,\"offset\":0}]}")
            }
            let box = DeadLetterBox(log: log, topics: topics)
            var letters: [DeadLetterBox.Letter] = []
            for place in wanted.letters {
                guard let letter = try await box.letter(partition: place.partition, offset: place.offset) else {
                    throw Problem(
                        .notFound, "no_such_letter", "there is no dead letter \(place.partition):\(place.offset)")
                }
                letters.append(letter)
            }
            let outcomes = try await box.replay(letters)
            return try JSONResponse(
                zip(letters, outcomes).map { letter, outcome in
                    switch outcome {
                    case .sent: Outcome(partition: letter.partition, offset: letter.offset, sent: true)
                    case .tooLate(let reason):
                        Outcome(partition: letter.partition, offset: letter.offset, sent: false, reason: reason)
                    }
                })
        }
    }

    private static func letter(_ letter: DeadLetterBox.Letter) -> Letter {
        Letter(
            partition: letter.partition, offset: letter.offset, time: TimeText.rfc3339(letter.timestamp),
            videoId: letter.record.key, chunk: letter.chunk?.index, part: letter.chunk?.part,
            parts: letter.chunk?.parts, bytes: letter.record.value?.count ?? 0, reason: letter.reason)
    }
}
