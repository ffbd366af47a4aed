internal import Logging

/// Looks now and then at what a worker spends its time on, and says what it is bound by.
struct BottleneckWatch {
    /// How much time is looked at at once.
    let interval: Duration
    /// Why there is no chunk; nil while there are enough.
    var shortage: TimeSheet<Shortage?>
    private var begin: (times: WorkTimes?, shortages: [Shortage?: Duration]) = (nil, [:])
    private var said: Bottleneck?

    init(interval: Duration, at now: ContinuousClock.Instant = .now) {
        self.interval = interval
        shortage = TimeSheet(nil, at: now)
    }

    /// To be called after each chunk, so that nothing is said while there are none.
    ///
    /// - Returns: what to log once the interval is over, louder when it is something else than the last time.
    mutating func look(
        at times: WorkTimes, now: ContinuousClock.Instant = .now
    ) -> (level: Logger.Level, message: String, facts: Logger.Metadata)? {
        let recent = times.since(begin.times)
        guard recent.elapsed >= interval else { return nil }
        let shortages = shortage.times(at: now)
        guard let found = Bottleneck(recent, shortages: shortages.since(begin.shortages).known) else { return nil }
        begin = (times, shortages)
        // Work that comes and goes is not worth a word each time.
        let isNew = found != said && !found.isNone
        if isNew { said = found }
        let message = found.name(device: times.device)
        return (
            isNew ? .info : .debug, found.remedy(device: times.device).map { "\(message): \($0)" } ?? message,
            Self.facts(recent)
        )
    }

    /// What there is to say of all of the time; nothing where there was none.
    func summary(of times: WorkTimes, now: ContinuousClock.Instant = .now) -> Logger.Metadata {
        guard let found = Bottleneck(times, shortages: shortage.times(at: now).known) else { return [:] }
        return Self.facts(times).merging(["mostly": "\(found.name(device: times.device))"]) { $1 }
    }

    private static func facts(_ times: WorkTimes) -> Logger.Metadata {
        times.shares.reduce(into: [:]) { facts, share in
            facts[share.stage.rawValue] = "\(Int((share.share * 100).rounded()))%"
        }
    }
}

extension [Shortage?: Duration] {
    /// Without the time in which there was no shortage.
    fileprivate var known: [Shortage: Duration] {
        reduce(into: [:]) { known, entry in if let shortage = entry.key { known[shortage] = entry.value } }
    }
}
