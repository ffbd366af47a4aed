import ArgumentParser
import Foundation
import Yams

/// Adds to the command line what the environment and the configuration file say of options that it does not give.
enum LayeredArguments {
    private struct Help: Decodable {
        struct Command: Decodable {
            var commandName: String
            var subcommands: [Command]?
            var arguments: [Argument]?
        }
        struct Argument: Decodable {
            struct Name: Decodable {
                var kind: String
                var name: String
            }
            var kind: String
            var names: [Name]?
            var isRepeating: Bool

            var longName: String? { names?.first { $0.kind == "long" }?.name }
        }
        var command: Command
    }

    static func resolve(_ arguments: [String], environment: [String: String]) throws -> [String] {
        let help = try JSONDecoder().decode(Help.self, from: Data(Lapwing._dumpHelp().utf8))
        guard let name = arguments.first,
            let command = help.command.subcommands?.first(where: { $0.commandName == name })
        else { return arguments }
        var rest = Array(arguments.dropFirst())
        let file = try takeConfigPath(from: &rest) ?? environment["LAPWING_CONFIG"]
        let settings = try file.map(read) ?? [:]
        let options = (command.arguments ?? []).filter {
            $0.longName != nil && $0.longName != "help" && $0.longName != "version"
        }
        try check(settings, file: file, help: help)

        var added: [String] = []
        for option in options {
            guard let long = option.longName, !isGiven(long, in: rest) else { continue }
            let variable = "LAPWING_" + long.uppercased().replacingOccurrences(of: "-", with: "_")
            let values = environment[variable].map { [$0] } ?? settings[long] ?? []
            for value in values {
                if option.kind == "flag" {
                    switch value.lowercased() {
                    case "true", "yes", "on", "1": added.append("--\(long)")
                    case "false", "no", "off", "0": break
                    default: throw UsageError(message: "\(long): '\(value)' is neither true nor false")
                    }
                } else {
                    added.append("--\(long)=\(value)")
                }
            }
        }
        return [name] + added + rest
    }

    private static func isGiven(_ long: String, in arguments: [String]) -> Bool {
        arguments.prefix { $0 != "--" }.contains { $0 == "--\(long)" || $0.hasPrefix("--\(long)=") }
    }

    private static func takeConfigPath(from arguments: inout [String]) throws -> String? {
        if let index = arguments.firstIndex(where: { $0.hasPrefix("--config=") }) {
            return String(arguments.remove(at: index).dropFirst("--config=".count))
        }
        guard let index = arguments.firstIndex(of: "--config") else { return nil }
        guard index + 1 < arguments.count else { throw UsageError(message: "--config needs a file") }
        let path = arguments[index + 1]
        arguments.removeSubrange(index...index + 1)
        return path
    }

    /// A flat YAML mapping; lists and mappings are for options that repeat (`tracker-option: {max_age: 60}`).
    private static func read(_ path: String) throws -> [String: [String]] {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw UsageError(message: "configuration file \(path): \(error.localizedDescription)")
        }
        let loaded: Any?
        do {
            loaded = try Yams.load(yaml: text)
        } catch {
            throw UsageError(message: "configuration file \(path): \(error)")
        }
        guard let loaded else { return [:] }
        guard let mapping = loaded as? [String: Any] else {
            throw UsageError(message: "configuration file \(path): it must be a mapping, such as 'model: yolov8n.onnx'")
        }
        var settings: [String: [String]] = [:]
        for (key, value) in mapping {
            let values: [String]
            switch value {
            case let list as [Any]: values = list.map { "\($0)" }
            case let map as [String: Any]: values = map.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            default: values = ["\(value)"]
            }
            settings[key.replacingOccurrences(of: "_", with: "-")] = values
        }
        return settings
    }

    /// Refuses settings that no command has; those of other commands are fine, so that one file serves all.
    private static func check(_ settings: [String: [String]], file: String?, help: Help) throws {
        let known = Set((help.command.subcommands ?? []).flatMap { $0.arguments ?? [] }.compactMap(\.longName))
        for key in settings.keys.sorted() where !known.contains(key) {
            throw UsageError(
                message: "configuration file \(file ?? ""): there is no option '\(key)'; see 'lapwing help COMMAND'")
        }
    }
}
