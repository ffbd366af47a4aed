/// A field of a comma-separated file, as RFC 4180 quotes it.
public enum CSVField {
    /// Appends a text: in quotes where it has a comma, a quote or a line end.
    public static func append(_ field: String, to text: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let isPlain = field.utf8.allSatisfy {
            $0 != quote && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r")
        }
        guard !isPlain else { return text.append(contentsOf: field.utf8) }
        text.append(quote)
        for byte in field.utf8 {
            if byte == quote { text.append(quote) }
            text.append(byte)
        }
        text.append(quote)
    }

    /// A text as a field.
    public static func quoted(_ field: String) -> String {
        var text: [UInt8] = []
        append(field, to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
