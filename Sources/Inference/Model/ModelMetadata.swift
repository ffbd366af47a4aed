/// What an exporter wrote into a model about its use; each part may be missing.
struct ModelMetadata: Equatable {
    /// The classes' names by ID, without gaps.
    var names: [String]?
    var stride: Int?
    /// The input size that the model was exported for.
    var imageSize: DetectorConfiguration.InputSize?
    /// `detect`, `segment`, `pose`, `classify`, `obb`.
    var task: String?
    /// Whether the model chooses among overlapping boxes itself.
    var isEndToEnd = false
    /// Whether convolutions are computed in 8-bit integers.
    var isQuantized = false

    /// - Parameter properties: texts as Python prints them; only what is known here is looked at.
    /// - Throws: a sentence about the property that cannot be understood.
    init(properties: [String: String], file: String) throws(InferenceError) {
        task = properties["task"]
        stride = properties["stride"].flatMap { Int($0) }
        isEndToEnd = properties["end2end"] == "True"
        if let text = properties["imgsz"] {
            switch PythonLiteral(text) {
            case .integer(let side): imageSize = .init(width: side, height: side)
            case .list(let items):
                if case .integer(let height)? = items.first, case .integer(let width)? = items.last, items.count <= 2 {
                    imageSize = .init(width: width, height: height)
                }
            default: break
            }
        }
        if let text = properties["names"] {
            guard let names = Self.names(text) else {
                throw InferenceError(
                    .wrongModel, operation: "read metadata",
                    detail: """
                        the class names of \(file) cannot be understood: expected a list, or a dictionary from 0, 1, … \
                        to names, found \(text.prefix(80)); export the model again
                        """)
            }
            self.names = names
        }
    }

    init() {}

    /// Class names from a list, or from a dictionary whose keys are 0, 1, … in any order.
    private static func names(_ text: String) -> [String]? {
        func name(_ literal: PythonLiteral) -> String? {
            switch literal {
            case .string(let text), .word(let text): text
            case .integer(let number): String(number)
            case .list, .dictionary: nil
            }
        }
        switch PythonLiteral(text) {
        case .list(let items):
            let names = items.compactMap(name)
            return names.count == items.count && !names.isEmpty ? names : nil
        case .dictionary(let items):
            var names: [String?] = Array(repeating: nil, count: items.count)
            for item in items {
                guard case .integer(let id) = item.key, names.indices.contains(id), names[id] == nil else { return nil }
                names[id] = name(item.value)
            }
            let known = names.compactMap(\.self)
            return known.count == items.count && !known.isEmpty ? known : nil
        default: return nil
        }
    }
}
