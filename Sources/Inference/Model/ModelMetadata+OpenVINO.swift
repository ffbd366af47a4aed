internal import Yams

extension ModelMetadata {
    /// Reads the metadata of an OpenVINO IR: from `metadata.yaml` beside it, and what is missing there from the IR's own
    /// run-time information.
    init(ir xml: String, yaml: String?, file: String) throws(InferenceError) {
        let own = Self.runtimeInformation(xml)
        if let yaml {
            try self.init(yaml: yaml, file: file)
        } else {
            try self.init(properties: own, file: file)
        }
        if names == nil, let labels = own["labels"] {
            // One word per class; blanks within a name were made underscores.
            let words = labels.split(separator: " ").map(String.init)
            if !words.isEmpty { names = words }
        }
        isQuantized = xml.utf8.firstRange(of: "type=\"FakeQuantize\"".utf8) != nil
    }

    init(yaml: String, file: String) throws(InferenceError) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            throw InferenceError(
                .wrongModel, operation: "read metadata.yaml",
                detail: "metadata.yaml beside \(file) is not YAML; export the model again, or remove it (\(error))")
        }
        self.init()
        guard let root, case .mapping(let mapping) = root else { return }
        task = mapping["task"]?.scalar?.string
        stride = mapping["stride"]?.scalar.flatMap { Int($0.string) }
        isEndToEnd = mapping["end2end"]?.scalar?.string.lowercased() == "true"
        let sizes = mapping["imgsz"].map { $0.sequence.map(Array.init) ?? [$0] } ?? []
        let sides = sizes.compactMap { $0.scalar.flatMap { Int($0.string) } }
        if let height = sides.first, let width = sides.last, sides.count <= 2 {
            imageSize = .init(width: width, height: height)
        }
        guard let list = mapping["names"] else { return }
        var names: [String?] = []
        if let items = list.sequence {
            names = items.map { $0.scalar?.string }
        } else if let items = list.mapping {
            names = Array(repeating: nil, count: items.count)
            for (key, value) in items {
                guard let id = key.scalar.flatMap({ Int($0.string) }), names.indices.contains(id) else { continue }
                names[id] = value.scalar?.string
            }
        }
        let known = names.compactMap(\.self)
        guard !known.isEmpty, known.count == names.count else {
            throw InferenceError(
                .wrongModel, operation: "read metadata.yaml",
                detail: """
                    the class names in metadata.yaml beside \(file) cannot be understood: expected a list, or a mapping \
                    from 0, 1, … to names; export the model again
                    """)
        }
        self.names = known
    }

    /// The entries of the model's `<rt_info>`, which is the last one in the file: each element with a `value`, by name.
    private static func runtimeInformation(_ xml: String) -> [String: String] {
        let text = Array(xml.utf8)
        let tag = Array("<rt_info>".utf8)
        guard
            let start = text.indices.last(where: { index in
                text[index] == tag[0] && text[index...].starts(with: tag)
            })
        else { return [:] }
        var entries: [String: String] = [:]
        for element in String(decoding: text[start...], as: UTF8.self).split(separator: "<") {
            // `labels value="person bicycle" />`
            let parts = element.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[1].hasPrefix("value=\""), let name = parts.first else { continue }
            let value = parts[1].dropFirst("value=\"".count).prefix { $0 != "\"" }
            entries[String(name), default: unescape(String(value))] += ""
        }
        return entries
    }

    /// XML's five named entities.
    private static func unescape(_ text: String) -> String {
        guard text.contains("&") else { return text }
        var result = ""
        var rest = text[...]
        while let ampersand = rest.firstIndex(of: "&") {
            result += rest[..<ampersand]
            rest = rest[ampersand...]
            let entities = ["&apos;": "'", "&quot;": "\"", "&lt;": "<", "&gt;": ">", "&amp;": "&"]
            if let (entity, character) = entities.first(where: { rest.hasPrefix($0.key) }) {
                result += character
                rest = rest.dropFirst(entity.count)
            } else {
                result += "&"
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }
}
