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

            /// The long names of its options, and of those of its subcommands.
            var longNames: [String] {
                (arguments ?? []).compactMap(\.longName) + (subcommands ?? []).flatMap(\.longNames)
            }
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
        var command = help.command
        var rest = arguments
        while let next = command.subcommands?.first(where: { $0.commandName == rest.first }) {
            command = next
            rest.removeFirst()
        }
        let names = arguments.prefix(arguments.count - rest.count)
        guard !names.isEmpty else { return arguments }
        let file = try takeConfigPath(from: &rest) ?? environment["LAPWING_CONFIG"]
        let settings = try file.map(read) ?? [:]
        let options = (command.arguments ?? []).filter {
            $0.longName != nil && $0.longName != "help" && $0.longName != "version"
        }
        try check(settings, file: file, help: help)

        // A flag with an opposite (--labels, --no-labels) is set by either name; the opposite says that it is false.
        let flags = Set(options.filter { $0.kind == "flag" }.compactMap(\.longName))
        var opposites: [String: String] = [:]
        for flag in flags where flags.contains("no-\(flag)") {
            opposites[flag] = "no-\(flag)"
            opposites["no-\(flag)"] = flag
        }
        for flag in flags.sorted() { try spellOut(flag, opposite: opposites[flag], in: &rest) }

        var added: [String] = []
        for option in options {
            guard let long = option.longName else { continue }
            let opposite = opposites[long]
            guard !isGiven(long, in: rest), opposite.map({ !isGiven($0, in: rest) }) ?? true else { continue }
            let fromEnvironment = value(of: long, in: environment)
            // What the file says of a flag does not count either if the environment names its opposite.
            if fromEnvironment == nil, let opposite, value(of: opposite, in: environment) != nil { continue }
            let origin = fromEnvironment == nil ? "configuration file \(file ?? ""): \(long)" : variable(long)
            for value in fromEnvironment.map({ [$0] }) ?? settings[long] ?? [] {
                if option.kind != "flag" {
                    added.append("--\(long)=\(value)")
                } else if try isTrue(value, origin) {
                    added.append("--\(long)")
                } else if let opposite {
                    added.append("--\(opposite)")
                }
            }
        }
        // A flag that the command line takes back has done its work: it kept the other layers out.
        let takenBack = Set(flags.map { "--\($0)=false" })
        return names + added + rest.filter { !takenBack.contains($0) }
    }

    private static func variable(_ option: String) -> String {
        "LAPWING_" + option.uppercased().replacingOccurrences(of: "-", with: "_")
    }

    /// What a variable says of an option; one that is empty is not set.
    private static func value(of option: String, in environment: [String: String]) -> String? {
        environment[variable(option)].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// `--json=true` is `--json`; `--json=false` takes back what the environment or the file say.
    private static func spellOut(_ flag: String, opposite: String?, in arguments: inout [String]) throws {
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        for index in arguments[..<end].indices {
            guard let value = arguments[index].removingPrefix("--\(flag)=") else { continue }
            let isTrue = try isTrue(value, "--\(flag)")
            arguments[index] = isTrue ? "--\(flag)" : opposite.map { "--\($0)" } ?? "--\(flag)=false"
        }
    }

    private static func isTrue(_ value: String, _ origin: String) throws -> Bool {
        switch value.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        default: throw UsageError(message: "\(origin): '\(value)' is neither true nor false")
        }
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
            throw UsageError(message: "configuration file \(path): it cannot be read (\(ErrorText.cause(error)))")
        }
        let loaded: Node?
        do {
            loaded = try Yams.compose(yaml: text)
        } catch {
            throw UsageError(message: "configuration file \(path): it is not YAML: \(error)")
        }
        guard let loaded, loaded.null == nil else { return [:] }
        guard let mapping = loaded.mapping else {
            throw UsageError(message: "configuration file \(path): it must be a mapping, such as 'model: yolov8n.onnx'")
        }
        var settings: [String: [String]] = [:]
        for (key, value) in mapping where value.null == nil {
            // As written: an ID of digits is text, too.
            let name = key.string ?? ""
            func scalar(_ node: Node) throws -> String {
                guard let text = node.scalar?.string else {
                    throw UsageError(
                        message: "configuration file \(path): \(name): lists and mappings cannot be nested")
                }
                return text
            }
            let values: [String]
            switch value {
            case .sequence(let list): values = try list.map(scalar)
            case .mapping(let map): values = try map.map { "\(try scalar($0.key))=\(try scalar($0.value))" }
            default: values = [try scalar(value)]
            }
            settings[name.replacingOccurrences(of: "_", with: "-")] = values
        }
        return settings
    }

    /// Refuses settings that no command has; those of other commands are fine, so that one file serves all.
    private static func check(_ settings: [String: [String]], file: String?, help: Help) throws {
        let known = Set((help.command.subcommands ?? []).flatMap(\.longNames))
        for key in settings.keys.sorted() where !known.contains(key) {
            throw UsageError(
                message: "configuration file \(file ?? ""): there is no option '\(key)'; see 'lapwing help COMMAND'")
        }
    }
}
