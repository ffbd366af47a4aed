/// What became of hostile input, counted.
public struct HostileTally: Sendable, CustomStringConvertible {
    /// Cases in which a damaged file was given to the producer, damaged chunks with sums that fit were put into the log,
    /// and damaged records.
    public var files = 0
    public var chunks = 0
    public var records = 0

    /// Files that the producer refused, at once or half-way, by kind of error.
    public var refused: [String: Int] = [:]
    /// Videos by their end; `nothing` where none of their records could be read.
    public var videos: [String: Int] = [:]
    /// Gaps by reason, numbers left out.
    public var gaps: [String: Int] = [:]
    public var framesExpected = 0
    public var framesProcessed = 0
    public var framesUndecodable = 0
    public var framesMissing = 0
    public var deadLetters = 0
    /// What must not be: frames or records that are not accounted for.
    public var faults: [String] = []

    public init() {}

    public static func + (a: Self, b: Self) -> Self {
        var sum = a
        sum.files += b.files
        sum.chunks += b.chunks
        sum.records += b.records
        sum.refused.merge(b.refused, uniquingKeysWith: +)
        sum.videos.merge(b.videos, uniquingKeysWith: +)
        sum.gaps.merge(b.gaps, uniquingKeysWith: +)
        sum.framesExpected += b.framesExpected
        sum.framesProcessed += b.framesProcessed
        sum.framesUndecodable += b.framesUndecodable
        sum.framesMissing += b.framesMissing
        sum.deadLetters += b.deadLetters
        sum.faults += b.faults
        return sum
    }

    public var description: String {
        func list(_ counts: [String: Int]) -> String {
            counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "    \($0.value) × \($0.key)" }
                .joined(separator: "\n")
        }
        return """
            \(files + chunks + records) cases: \(files) files, \(chunks) with damaged chunks, \(records) with damaged records
            files refused:
            \(list(refused))
            videos:
            \(list(videos))
            gaps:
            \(list(gaps))
            frames: \(framesExpected) expected = \(framesProcessed) processed + \(framesUndecodable) undecodable \
            + \(framesMissing) missing
            dead letters: \(deadLetters)
            not accounted for: \(faults.count)
            \(faults.joined(separator: "\n"))
            """
    }
}
