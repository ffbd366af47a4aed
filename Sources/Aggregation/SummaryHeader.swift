internal import EventLog
internal import Pipeline

/// What a record of topic `summaries` says about itself beside its value: so that most values need not be read.
struct SummaryHeader: Codable {
    static let name = "lapwing-summary"
    /// Of a video that is not over: what the next aggregator must know of the objects in it.
    static let stateName = "lapwing-summary-state"
    /// Who made a record.
    static let signatureName = "lapwing-aggregator"

    /// `running`, `ended`, `failed`; of totals nil.
    var state: String?
    var revision: Int?
    /// Of the settings that it was counted with.
    var configuration: String

    /// - Throws: `PipelineError` with code `.invalidRecord`.
    static func read(_ logged: LoggedRecord) throws(PipelineError) -> SummaryHeader {
        let what = "summary \(logged.offset) of \(logged.topicPartition)"
        guard let bytes = logged.record.header(name) else {
            throw PipelineError(
                .invalidRecord, "\(what): header '\(name)' is missing; was the topic changed by something else?")
        }
        return try JSONCoding.decode(SummaryHeader.self, from: bytes, what: what)
    }

    /// The objects that a video's next aggregator goes on with.
    static func living(_ logged: LoggedRecord) throws(PipelineError) -> [Int: ObjectTrace] {
        guard let bytes = logged.record.header(stateName) else { return [:] }
        return try JSONCoding.decode(
            [Int: ObjectTrace].self, from: bytes, what: "state of summary \(logged.offset) of \(logged.topicPartition)")
    }
}
