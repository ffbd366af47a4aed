internal import Foundation

/// JSON for the records that are not written per frame: keys sorted, so that equal values are equal bytes.
package enum JSONCoding {
    package static func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value))
        } catch {
            preconditionFailure("a record of our own cannot be written as JSON: \(error)")
        }
    }

    /// - Throws: ``PipelineError`` with code `.invalidRecord`, which names `what`.
    package static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8], what: String)
        throws(PipelineError)
        -> Value
    {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw PipelineError(.invalidRecord, "\(what): \(describe(error))")
        } catch {
            throw PipelineError(.invalidRecord, "\(what): \(error)")
        }
    }

    /// What is wrong, and at which field, in words that need no Swift.
    private static func describe(_ error: DecodingError) -> String {
        func field(_ path: [any CodingKey]) -> String {
            path.isEmpty
                ? "it" : "'" + path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".") + "'"
        }
        return switch error {
        case .keyNotFound(let key, let context): "\(field(context.codingPath + [key])) is missing"
        case .typeMismatch(_, let context): "\(field(context.codingPath)) is a value of the wrong kind"
        case .valueNotFound(_, let context): "\(field(context.codingPath)) is null"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? "it is not JSON" : "\(field(context.codingPath)) is not a value that this version knows"
        @unknown default: "\(error)"
        }
    }
}
