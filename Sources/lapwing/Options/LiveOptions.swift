import ArgumentParser
import Foundation
import Media
import Pipeline

/// How live sources are read, and the time of day that videos have.
struct LiveOptions: ParsableArguments {
    @Flag(
        name: .long,
        help:
            "The source goes on for ever, though its address does not tell: open it again when it ends."
    )
    var live = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "When to stop reading a live source: 18:00, 2026-11-23T18:00:00Z, or after a time such as 2h.",
            valueName: "time"))
    var until: StopTime?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "End a live video after so many hours and begin the next, which goes on with its objects.",
            valueName: "hours"))
    var segmentHours: Double?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Give a live source up when nothing comes for so long, such as 10m; never, if not given.",
            valueName: "time"))
    var giveUpAfter: TimeSpan?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The time of day of a file's first frame, such as 2026-11-23T17:59:28Z; live sources have their own.",
            valueName: "time"))
    var startTime: Moment?

    func validate() throws {
        if let segmentHours {
            guard segmentHours > 0, segmentHours <= 87600 else {
                throw ValidationError("--segment-hours must be above 0, and at most 87600")
            }
        }
        if let giveUpAfter, giveUpAfter.seconds < 1 {
            throw ValidationError("--give-up-after must be a second at least")
        }
    }

    /// Options that say nothing about files, by name, of those given.
    var liveOnly: [String] {
        [("--until", until != nil), ("--segment-hours", segmentHours != nil), ("--give-up-after", giveUpAfter != nil)]
            .filter(\.1).map(\.0)
    }

    func settings(_ chunks: ChunkOptions) -> LiveProducer.Settings {
        var settings = LiveProducer.Settings()
        settings.chunkSeconds = chunks.chunkSeconds
        settings.maxChunkBytes = chunks.maxChunkBytes.bytes
        settings.bufferBytes = max(settings.bufferBytes, chunks.maxChunkBytes.bytes)
        settings.segmentSeconds = segmentHours.map { $0 * 3600 }
        settings.giveUpAfter = giveUpAfter.map { .seconds($0.seconds) }
        settings.startTime = startTime?.seconds
        return settings
    }
}

/// A time of day on a certain day: `2026-11-23T17:59:28.123Z`.
struct Moment: ExpressibleByArgument {
    /// Since 1970.
    var seconds: Double

    init?(argument: String) {
        guard let seconds = StartTime.seconds(argument), seconds >= 0 else { return nil }
        self.seconds = seconds
    }
}

/// When to stop: a time of day, today or else tomorrow; a moment; or after so long.
struct StopTime: ExpressibleByArgument {
    private enum Kind {
        case clock(hour: Int, minute: Int)
        case moment(Double)
        case span(Int)
    }
    private let kind: Kind

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 2, parts.allSatisfy({ (1...2).contains($0.count) }), let hour = Int(parts[0]),
            let minute = Int(parts[1]), (0..<24).contains(hour), (0..<60).contains(minute)
        {
            kind = .clock(hour: hour, minute: minute)
        } else if let moment = Moment(argument: argument) {
            kind = .moment(moment.seconds)
        } else if argument.last.map({ $0.isLetter }) == true, let span = TimeSpan(argument: argument), span.seconds > 0
        {
            kind = .span(span.seconds)
        } else {
            return nil
        }
    }

    /// In seconds since 1970.
    func seconds(now: Date = .now, calendar: Calendar = .current) -> Double {
        switch kind {
        case .moment(let seconds): return seconds
        case .span(let seconds): return now.timeIntervalSince1970 + Double(seconds)
        case .clock(let hour, let minute):
            let next = calendar.nextDate(
                after: now, matching: DateComponents(hour: hour, minute: minute, second: 0), matchingPolicy: .nextTime)
            return (next ?? now).timeIntervalSince1970
        }
    }
}
