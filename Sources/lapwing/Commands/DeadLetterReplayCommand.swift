import ArgumentParser
import EventLog
import Pipeline

/// Sends dead letters again.
struct DeadLetterReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Send dead letters again to where they came from, once their cause is gone.",
        discussion: """
            Examples:
              lapwing deadletter replay 3:17 3:18 --log sqlite:lapwing.db
              lapwing deadletter replay --all --video-id street-3f9a2c1b77aa --log sqlite:lapwing.db

            It helps where a video still waits for the chunk: say, one that was sent by a newer Lapwing than the worker was.
            Where the video has gone on, with a gap in the chunk's place, its results stand, and the letter is not sent: to
            process the video anew, submit it under another --video-id or --topic-prefix. The letter stays either way.
            """)

    @Argument(help: ArgumentHelp("Letters, as 'lapwing deadletter list' shows them.", valueName: "partition:offset"))
    var letters: [LetterPlace] = []

    @Flag(name: .long, help: "All of them.")
    var all = false

    @Option(name: .long, help: ArgumentHelp("With --all: only those of one video.", valueName: "video"))
    var videoID: String?

    @OptionGroup var logOptions: LogOptions

    func validate() throws {
        guard all != !letters.isEmpty else { throw ValidationError("name letters, as in 3:17, or say --all") }
        guard videoID == nil || all else { throw ValidationError("--video-id goes with --all") }
    }

    func run() async throws {
        let log = try logOptions.open(mustExist: true)
        let box = DeadLetterBox(log: log, topics: logOptions.topics)
        var chosen: [DeadLetterBox.Letter] = []
        if all {
            try await box.read { if videoID == nil || $0.record.key == videoID { chosen.append($0) } }
        } else {
            for place in letters { chosen.append(try await box.letter(place)) }
        }
        let outcomes = try await box.replay(chosen)
        await log.close()
        for (letter, outcome) in zip(chosen, outcomes) {
            if case .tooLate(let reason) = outcome { Console.warning("\(letter.place): not sent: \(reason)") }
        }
        let sent = outcomes.count { $0 == .sent }
        Console.output("\(Table.grouped(sent)) of \(Table.grouped(chosen.count)) sent again")
        try Failure.check(failed: chosen.count - sent, done: sent)
    }
}
