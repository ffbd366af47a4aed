import Foundation

/// As much of JSON Schema 2020-12 as the files in `Schemas/` use; a keyword that is not known here is an error.
struct JSONSchema {
    private let root: [String: Any]

    /// - Parameter name: of a file in `Schemas/`, without its ending.
    init(_ name: String) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Schemas")
        let data = try Data(contentsOf: folder.appendingPathComponent("\(name).schema.json"))
        root = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }

    /// What is wrong with a document; empty when nothing is.
    func faults(of json: [UInt8]) -> [String] {
        guard let value = try? JSONSerialization.jsonObject(with: Data(json), options: .fragmentsAllowed) else {
            return ["is not JSON"]
        }
        return check(value, root, "")
    }

    private func check(_ value: Any, _ schema: [String: Any], _ path: String) -> [String] {
        var faults: [String] = []
        for (keyword, argument) in schema {
            switch keyword {
            case "$schema", "$id", "$defs", "title", "description", "items", "additionalProperties", "properties": break
            case "$ref": faults += check(value, resolve(argument as? String ?? ""), path)
            case "oneOf":
                let matches = (argument as? [[String: Any]] ?? []).map { check(value, $0, path) }
                if matches.count(where: \.isEmpty) != 1 {
                    faults.append("\(path): matches not exactly one of: \(matches.min { $0.count < $1.count } ?? [])")
                }
            case "type":
                let names = argument as? [String] ?? [argument as? String ?? ""]
                if !names.contains(where: { isOf(value, $0) }) { faults.append("\(path): is not \(names)") }
            case "const": if !equal(value, argument) { faults.append("\(path): is not \(argument)") }
            case "enum":
                if !(argument as? [Any] ?? []).contains(where: { equal($0, value) }) {
                    faults.append("\(path): \(value) is not among \(argument)")
                }
            case "minItems":
                if let items = value as? [Any], items.count < argument as? Int ?? 0 {
                    faults.append("\(path): too short")
                }
            case "maxItems":
                if let items = value as? [Any], items.count > argument as? Int ?? 0 {
                    faults.append("\(path): too long")
                }
            case "minimum":
                if let number = value as? Double, number < argument as? Double ?? 0 {
                    faults.append("\(path): \(number)")
                }
            case "maximum":
                if let number = value as? Double, number > argument as? Double ?? 0 {
                    faults.append("\(path): \(number)")
                }
            case "pattern":
                if let text = value as? String,
                    text.range(of: argument as? String ?? "", options: .regularExpression) == nil
                {
                    faults.append("\(path): '\(text)' is not like \(argument)")
                }
            case "required":
                let present = value as? [String: Any]
                for name in argument as? [String] ?? [] where present != nil && present?[name] == nil {
                    faults.append("\(path): '\(name)' is missing")
                }
            default: faults.append("the schema has a keyword that is not known here: \(keyword)")
            }
        }
        if let object = value as? [String: Any] {
            let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
            for (name, member) in object {
                if let known = properties[name] {
                    faults += check(member, known, "\(path).\(name)")
                } else if let rest = schema["additionalProperties"] as? [String: Any] {
                    faults += check(member, rest, "\(path).\(name)")
                } else if schema["additionalProperties"] as? Bool == false {
                    faults.append("\(path): '\(name)' is not in the schema")
                }
            }
        }
        if let list = value as? [Any], let items = schema["items"] as? [String: Any] {
            for (index, element) in list.enumerated() { faults += check(element, items, "\(path)[\(index)]") }
        }
        return faults
    }

    private func resolve(_ reference: String) -> [String: Any] {
        let name = reference.replacingOccurrences(of: "#/$defs/", with: "")
        return (root["$defs"] as? [String: [String: Any]])?[name] ?? ["unresolved \(reference)": true]
    }

    private func isOf(_ value: Any, _ type: String) -> Bool {
        switch type {
        case "object": value is [String: Any]
        case "array": value is [Any]
        case "string": value is String
        case "null": value is NSNull
        case "boolean": isBoolean(value)
        case "number": value is NSNumber && !isBoolean(value)
        case "integer":
            !isBoolean(value) && (value as? NSNumber).map { $0.doubleValue == $0.doubleValue.rounded() } == true
        default: false
        }
    }

    private func isBoolean(_ value: Any) -> Bool {
        guard let number = value as? NSNumber else { return false }
        return String(cString: number.objCType) == "c"
    }

    private func equal(_ a: Any, _ b: Any) -> Bool {
        if a is NSNull || b is NSNull { return a is NSNull && b is NSNull }
        return (a as? NSObject) == (b as? NSObject) || "\(a)" == "\(b)"
    }
}
