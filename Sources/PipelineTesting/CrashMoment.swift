/// A moment between two steps of the pipeline at which it can be made to crash.
public enum CrashMoment: String, Sendable, CaseIterable, Comparable {
    /// The producer is about to append: nothing of it is in the log.
    case beforeAppend = "before append"
    /// All of what was appended is in the log, but the producer never learns that.
    case afterAppend = "after append"
    case beforeJoin = "before join"
    case afterJoin = "after join"
    case beforePoll = "before poll"
    /// What came, records or partitions, is lost with whoever polled.
    case afterPoll = "after poll"
    /// Checkpoints, registrations or results are about to be read.
    case beforeRead = "before read"
    case afterRead = "after read"
    /// Offsets, topics or groups are about to be asked for.
    case beforeLookup = "before look-up"
    /// The detector is about to get a picture: some of the chunk is done.
    case inChunk = "between two frames"
    /// Results, checkpoints and offsets are about to be committed: nothing of it is in the log.
    case beforeCommit = "before commit"
    /// All of it is in the log, but whoever committed never learns that.
    case afterCommit = "after commit"
    /// The lease is not renewed while the commit is on its way: the partitions may be another's by then.
    case leaseLost = "lease not renewed"
    /// The spool's folder goes away under those who write to it.
    case spoolLost = "spool write"
    case beforeLeave = "before leave"
    case afterLeave = "after leave"

    public static func < (a: Self, b: Self) -> Bool {
        allCases.firstIndex(of: a) ?? 0 < allCases.firstIndex(of: b) ?? 0
    }
}
