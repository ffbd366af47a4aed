/// The number that every JSON record carries, read before anything else of it.
package enum SchemaVersion {
    private struct Versioned: Decodable {
        var schema: Int
    }

    /// - Throws: ``PipelineError`` with code `.invalidRecord` when the record is of another version than `known`.
    package static func check(_ json: [UInt8], is known: Int, what: String) throws(PipelineError) {
        let version = try JSONCoding.decode(Versioned.self, from: json, what: what).schema
        guard version == known else {
            throw PipelineError(
                .invalidRecord, "\(what): schema \(version), this Lapwing reads \(known); use the Lapwing that wrote it"
            )
        }
    }
}
