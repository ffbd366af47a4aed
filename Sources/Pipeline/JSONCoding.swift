internal import Foundation

/// JSON for the records that are not written per frame: keys sorted, so that equal values are equal bytes.
enum JSONCoding {
    static func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value))
        } catch {
            preconditionFailure("a record of our own cannot be written as JSON: \(error)")
        }
    }

    /// - Throws: ``PipelineError`` with code `.invalidRecord`, which names `what`.
    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8], what: String) throws(PipelineError)
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

    private static func describe(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context) -> String {
            context.codingPath.isEmpty ? "the top" : context.codingPath.map(\.stringValue).joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, let context): "'\(key.stringValue)' is missing at \(path(context))"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(context.debugDescription) at \(path(context))"
        case .dataCorrupted(let context): "\(context.debugDescription) at \(path(context))"
        @unknown default: "\(error)"
        }
    }
}
