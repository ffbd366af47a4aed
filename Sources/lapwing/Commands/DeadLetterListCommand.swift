import ArgumentParser
import EventLog
import Foundation
import Pipeline

/// Lists the dead letters.
struct DeadLetterListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the records that could not be processed, and why.",
        discussion: """
            Examples:
              lapwing deadletter list --log sqlite:lapwing.db
              lapwing deadletter list --log kafka://h:9092 --video-id street-3f9a2c1b77aa --json | jq -r .reason
            """)

    @OptionGroup var logOptions: LogOptions

    @Option(name: .long, help: ArgumentHelp("Only those of one video.", valueName: "video"))
    var videoID: String?

    @Flag(name: .long, help: "One JSON object per letter, on standard output.")
    var json = false

    func run() async throws {
        let log = try logOptions.open(mustExist: true)
        var letters: [DeadLetterBox.Letter] = []
        try await DeadLetterBox(log: log, topics: logOptions.topics).read {
            if videoID == nil || $0.record.key == videoID { letters.append($0) }
        }
        await log.close()
        if json {
            for letter in letters { try JSONOutput.line(letter.facts) }
            return
        }
        guard !letters.isEmpty else { return Console.output("No dead letters.") }
        var table = Table([
            ("LETTER", .left), ("TIME", .left), ("VIDEO", .left), ("CHUNK", .right), ("PART", .right),
            ("BYTES", .right),
            ("REASON", .left),
        ])
        for letter in letters {
            table.add([
                letter.place, letter.time, letter.record.key ?? "-", letter.chunk.map { "\($0.index)" } ?? "-",
                letter.chunk.map { "\($0.part + 1)/\($0.parts)" } ?? "-", Table.grouped(letter.byteCount),
                letter.reason,
            ])
        }
        Console.output(table.text)
        Console.output("\n\(Table.grouped(letters.count)) dead letter\(letters.count == 1 ? "" : "s")")
    }
}

extension DeadLetterBox.Letter {
    /// As the commands take it: `PARTITION:OFFSET`.
    var place: String { "\(partition):\(offset)" }

    var byteCount: Int { record.value?.count ?? 0 }

    var time: String {
        Date(timeIntervalSince1970: Double(timestamp) / 1000).formatted(.iso8601)
    }

    /// All that is known of it, but for its bytes.
    var facts: [String: JSONOutput.Value] {
        [
            "letter": .string(place), "time": .string(time), "reason": .string(reason),
            "topic": .string(origin.topic), "partition": .integer(origin.partition),
            "offset": .integer(Int(originOffset)), "key": .optional(record.key), "bytes": .integer(byteCount),
            "video_id": .optional(chunk?.videoID.rawValue), "chunk_index": .optional(chunk?.index),
            "part": .optional(chunk?.part), "parts": .optional(chunk?.parts),
            "first_frame": .optional(chunk?.firstFrame), "frame_count": .optional(chunk?.frameCount),
        ]
    }
}
