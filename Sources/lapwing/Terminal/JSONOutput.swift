import Foundation

/// Machine-readable output: one JSON object per line, keys sorted.
enum JSONOutput {
    indirect enum Value: Encodable {
        case string(String)
        case integer(Int)
        case number(Double)
        case boolean(Bool)
        case null
        case list([Value])
        case object([String: Value])

        static func optional(_ value: Int?) -> Value { value.map { .integer($0) } ?? .null }
        static func optional(_ value: String?) -> Value { value.map { .string($0) } ?? .null }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .string(let value): try container.encode(value)
            case .integer(let value): try container.encode(value)
            case .number(let value): try container.encode(value)
            case .boolean(let value): try container.encode(value)
            case .null: try container.encodeNil()
            case .list(let value): try container.encode(value)
            case .object(let value): try container.encode(value)
            }
        }
    }

    static func line(_ object: [String: Value]) throws { Console.output(text(object)) }

    /// On one line.
    static func text(_ object: [String: Value]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // What is no number of JSON's is the only thing that it cannot write.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "+Inf", negativeInfinity: "-Inf", nan: "NaN")
        return String(decoding: (try? encoder.encode(object)) ?? Data("{}".utf8), as: UTF8.self)
    }
}
