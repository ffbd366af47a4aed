/// A value as Python's `repr` prints it; exporters write class names and sizes into a model's metadata like that.
indirect enum PythonLiteral: Equatable {
    case string(String)
    case integer(Int)
    /// Anything else that is one word: `None`, `True`, `0.5`.
    case word(String)
    case list([PythonLiteral])
    case dictionary([(key: PythonLiteral, value: PythonLiteral)])

    /// Parses all of `text`; nil where it is no literal of these kinds.
    init?(_ text: String) {
        var parser = Parser(text)
        guard let value = parser.value(depth: 0), parser.isAtEnd else { return nil }
        self = value
    }

    static func == (one: PythonLiteral, other: PythonLiteral) -> Bool {
        switch (one, other) {
        case (.string(let a), .string(let b)), (.word(let a), .word(let b)): a == b
        case (.integer(let a), .integer(let b)): a == b
        case (.list(let a), .list(let b)): a == b
        case (.dictionary(let a), .dictionary(let b)): a.count == b.count && zip(a, b).allSatisfy { $0 == $1 }
        default: false
        }
    }

    private struct Parser {
        private let scalars: [Unicode.Scalar]
        private var position = 0

        init(_ text: String) { scalars = Array(text.unicodeScalars) }

        var isAtEnd: Bool {
            mutating get {
                skipSpace()
                return position == scalars.count
            }
        }

        mutating func value(depth: Int) -> PythonLiteral? {
            skipSpace()
            guard depth < 16, let scalar = peek else { return nil }
            switch scalar {
            case "{": return dictionary(depth: depth)
            case "[": return list(closing: "]", depth: depth).map { .list($0) }
            case "(": return list(closing: ")", depth: depth).map { .list($0) }
            case "'", "\"": return string().map { .string($0) }
            default: return word()
            }
        }

        private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

        private mutating func skipSpace() {
            while let scalar = peek, scalar.properties.isWhitespace { position += 1 }
        }

        /// Steps over `scalar` if it comes next.
        private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
            skipSpace()
            guard peek == scalar else { return false }
            position += 1
            return true
        }

        private mutating func list(closing: Unicode.Scalar, depth: Int) -> [PythonLiteral]? {
            position += 1
            var items: [PythonLiteral] = []
            while true {
                if skip(closing) { return items }
                guard let item = value(depth: depth + 1) else { return nil }
                items.append(item)
                guard skip(",") else { return skip(closing) ? items : nil }
            }
        }

        private mutating func dictionary(depth: Int) -> PythonLiteral? {
            position += 1
            var items: [(key: PythonLiteral, value: PythonLiteral)] = []
            while true {
                if skip("}") { return .dictionary(items) }
                guard let key = value(depth: depth + 1), skip(":"), let item = value(depth: depth + 1) else {
                    return nil
                }
                items.append((key, item))
                guard skip(",") else { return skip("}") ? .dictionary(items) : nil }
            }
        }

        private mutating func word() -> PythonLiteral? {
            let start = position
            while let scalar = peek, scalar.properties.isAlphabetic || "0123456789+-._".unicodeScalars.contains(scalar)
            {
                position += 1
            }
            guard position > start else { return nil }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars[start..<position])
            return Int(String(text)).map { .integer($0) } ?? .word(String(text))
        }

        private mutating func string() -> String? {
            let quote = scalars[position]
            position += 1
            var text = String.UnicodeScalarView()
            while let scalar = peek {
                position += 1
                if scalar == quote { return String(text) }
                guard scalar == "\\" else {
                    text.append(scalar)
                    continue
                }
                guard let escaped = escape() else { return nil }
                text.append(escaped)
            }
            return nil
        }

        /// What follows a backslash.
        private mutating func escape() -> Unicode.Scalar? {
            guard let scalar = peek else { return nil }
            position += 1
            switch scalar {
            case "n": return "\n"
            case "t": return "\t"
            case "r": return "\r"
            case "x": return hexadecimal(digits: 2)
            case "u": return hexadecimal(digits: 4)
            case "U": return hexadecimal(digits: 8)
            case "\\", "'", "\"": return scalar
            default: return nil
            }
        }

        private mutating func hexadecimal(digits: Int) -> Unicode.Scalar? {
            guard scalars.count - position >= digits else { return nil }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars[position..<position + digits])
            position += digits
            // `UInt32` alone would take a sign.
            guard text.allSatisfy({ $0.properties.isASCIIHexDigit }) else { return nil }
            return UInt32(String(text), radix: 16).flatMap(Unicode.Scalar.init)
        }
    }
}
