import ArgumentParser

/// What could not be processed.
struct DeadLetterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deadletter",
        abstract: "List what could not be processed, look at it, send it again.",
        discussion: """
            Examples:
              lapwing deadletter list --log sqlite:lapwing.db
              lapwing deadletter show 3:17 --log sqlite:lapwing.db --output chunk.mp4
              lapwing deadletter replay 3:17 --log sqlite:lapwing.db

            A dead letter is the record as it was, with the reason and where it came from. PARTITION:OFFSET, as 'list' shows
            it, names it.
            """,
        subcommands: [DeadLetterListCommand.self, DeadLetterShowCommand.self, DeadLetterReplayCommand.self])
}

/// A dead letter's place: `PARTITION:OFFSET`.
struct LetterPlace: ExpressibleByArgument {
    var partition: Int
    var offset: Int64

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let partition = Int(parts[0]), let offset = Int64(parts[1]), partition >= 0, offset >= 0
        else { return nil }
        (self.partition, self.offset) = (partition, offset)
    }
}
