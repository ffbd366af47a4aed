import ArgumentParser
import EventLog
import Foundation
import Pipeline

/// Shows one dead letter, and writes its bytes into a file.
struct DeadLetterShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a dead letter: its reason, its origin, its headers; write its bytes into a file.",
        discussion: """
            Examples:
              lapwing deadletter show 3:17 --log sqlite:lapwing.db
              lapwing deadletter show 3:17 --log sqlite:lapwing.db --output chunk.mp4 && ffprobe chunk.mp4
            """)

    @Argument(help: ArgumentHelp("The letter, as 'lapwing deadletter list' shows it.", valueName: "partition:offset"))
    var letter: LetterPlace

    @OptionGroup var logOptions: LogOptions

    @Option(name: .long, help: ArgumentHelp("Where the record's bytes go.", valueName: "file"))
    var output: String?

    @Flag(name: .long, help: "One JSON object, on standard output.")
    var json = false

    func run() async throws {
        let log = try logOptions.open(mustExist: true)
        let found = try await DeadLetterBox(log: log, topics: logOptions.topics).letter(letter)
        await log.close()
        if let output { try File.write(Data(found.record.value ?? []), to: output) }
        if json { return try JSONOutput.line(found.facts) }
        var table = Table([("", .left), ("", .left)])
        table.add(["reason", found.reason])
        table.add(["letter", "\(found.place), \(found.time)"])
        table.add(["origin", "record \(found.originOffset) of \(found.origin)"])
        table.add(["key", found.record.key ?? "none"])
        table.add(["bytes", Table.grouped(found.byteCount) + (output.map { ", written to \($0)" } ?? "")])
        for header in found.record.headers {
            table.add([header.name, String(decoding: header.value, as: UTF8.self)])
        }
        Console.output(table.text.split(separator: "\n").joined(separator: "\n"))
    }
}

extension DeadLetterBox {
    /// - Throws: ``Failure`` when there is no letter at that place.
    func letter(_ place: LetterPlace) async throws -> Letter {
        guard let found = try await letter(partition: place.partition, offset: place.offset) else {
            throw Failure.failed(
                "there is no dead letter \(place.partition):\(place.offset); 'lapwing deadletter list' shows those there are"
            )
        }
        return found
    }
}
