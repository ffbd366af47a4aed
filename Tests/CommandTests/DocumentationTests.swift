import Foundation
import Testing

/// docs/configuration.md against what the program itself says of its options.
///
/// A command has a section `### `lapwing NAME``: a table of its own options, and links to the sections of those that it
/// shares with others. A new command needs such a section; nothing has to be changed here.
@Suite("the documentation")
struct DocumentationTests {
    private struct Help: Decodable {
        struct Command: Decodable {
            var commandName: String
            var subcommands: [Command]?
            var arguments: [Argument]?

            /// The command, or its subcommands by their whole names: `topics create`.
            var leaves: [Command] {
                guard let subcommands, !subcommands.isEmpty else { return [self] }
                return subcommands.flatMap(\.leaves).map { leaf in
                    var leaf = leaf
                    leaf.commandName = "\(commandName) \(leaf.commandName)"
                    return leaf
                }
            }
        }
        struct Argument: Decodable {
            struct Name: Decodable {
                var kind: String
                var name: String
            }
            var kind: String
            var names: [Name]?
            var isOptional: Bool
            var defaultValue: String?
            var allValues: [String]?

            var longName: String? { names?.first { $0.kind == "long" }?.name }
        }
        var command: Command
    }

    /// A row of a table of options: what stands under "option", "default", and in all cells.
    private struct Row {
        var option: String
        var defaultValue: String
        var line: String
    }

    private struct Section {
        var title: String
        var lines: [String] = []

        /// `### Making the log` is linked to as `#making-the-log`.
        var anchor: String {
            title.lowercased().filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" }
                .replacingOccurrences(of: " ", with: "-")
        }

        var command: String? {
            guard title.hasPrefix("`lapwing "), title.hasSuffix("`") else { return nil }
            return String(title.dropFirst("`lapwing ".count).dropLast())
        }

        var links: [String] {
            lines.filter { !$0.hasPrefix("|") }.joined(separator: " ").components(separatedBy: "](#").dropFirst()
                .compactMap { $0.split(separator: ")").first.map(String.init) }
        }

        /// The rows of tables whose second column is the default.
        var rows: [Row] {
            var rows: [Row] = []
            var isOfOptions = false
            for line in lines {
                guard line.hasPrefix("|") else {
                    isOfOptions = false
                    continue
                }
                let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
                if cells.prefix(2) == ["option", "default"] {
                    isOfOptions = true
                } else if isOfOptions, cells[0].hasPrefix("`--") {
                    rows.append(Row(option: Self.unquoted(cells[0]), defaultValue: cells[1], line: line))
                }
            }
            return rows
        }

        static func unquoted(_ text: String) -> String { text.replacingOccurrences(of: "`", with: "") }
    }

    private static let everywhere: Set<String> = ["--help", "--version", "--config"]

    private let text: String
    private let sections: [Section]
    private let commands: [Help.Command]

    init() async throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        text = try String(contentsOf: root.appendingPathComponent("docs/configuration.md"), encoding: .utf8)
        var sections: [Section] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("### ") {
                sections.append(Section(title: String(line.dropFirst(4))))
            } else if line.hasPrefix("## ") || line.hasPrefix("# ") {
                sections.append(Section(title: ""))
            } else if !sections.isEmpty {
                sections[sections.count - 1].lines.append(line)
            }
        }
        self.sections = sections
        let dump = try await Program.succeed(["--experimental-dump-help"])
        let help = try JSONDecoder().decode(Help.self, from: Data(dump.output.utf8))
        commands = (help.command.subcommands ?? []).filter { $0.commandName != "help" }.flatMap(\.leaves)
    }

    private func options(of command: Help.Command) -> [Help.Argument] {
        (command.arguments ?? []).filter { argument in
            argument.longName.map { !Self.everywhere.contains("--\($0)") } ?? false
        }
    }

    /// What the documentation says of a command: its own rows, and those of the sections that it links to.
    private func rows(of command: String) throws -> [Row] {
        let section = try #require(
            sections.first { $0.command == command }, "docs/configuration.md has no section '### `lapwing \(command)`'")
        return try section.rows
            + section.links.flatMap { link in
                try #require(sections.first { $0.anchor == link }, "there is no section #\(link)").rows
            }
    }

    @Test("lists every option of every command, and none that the command does not have")
    func options() async throws {
        #expect(commands.count >= 10)
        for command in commands {
            let documented = try rows(of: command.commandName).map(\.option)
            let there = options(of: command).compactMap { $0.longName.map { "--\($0)" } }
            #expect(Set(there).subtracting(documented) == [], "lapwing \(command.commandName): not documented")
            #expect(Set(documented).subtracting(there) == [], "lapwing \(command.commandName): there is no such option")
            #expect(documented.count == Set(documented).count, "lapwing \(command.commandName): documented twice")
        }
    }

    @Test("gives their defaults and their values")
    func defaults() async throws {
        for command in commands {
            let documented = try rows(of: command.commandName)
            for option in options(of: command) {
                let name = "--\(option.longName ?? "")"
                let place: Comment = "lapwing \(command.commandName) \(name)"
                guard let row = documented.first(where: { $0.option == name }) else { continue }
                #expect((row.defaultValue == "required") == !option.isOptional, place)
                if option.kind == "flag" {
                    #expect(["on", "off"].contains(row.defaultValue), place)
                    #expect((row.defaultValue == "on") == (option.defaultValue == name), place)
                } else if let value = option.defaultValue, name != "--spool-dir" {
                    let stated = Section.unquoted(row.defaultValue)
                    #expect(row.defaultValue == "`\(stated)`", place)
                    #expect(stated == value || Double(stated) == Double(value) && Double(value) != nil, place)
                } else {
                    // What is not given, or depends on the machine, stands in words.
                    #expect(!row.defaultValue.contains("`--"), place)
                }
                for value in option.allValues ?? [] { #expect(row.line.contains("`\(value)`"), "\(place): \(value)") }
            }
        }
    }

    @Test("names no option, no variable and no section that is not there")
    func mentions() async throws {
        let known = Set(commands.flatMap(options).compactMap { $0.longName.map { "--\($0)" } }).union(Self.everywhere)
        for match in text.matches(of: #/--[a-z][a-z-]*/#) {
            #expect(known.contains(String(match.output)), "\(match.output)")
        }
        for match in text.matches(of: #/LAPWING_([A-Z_]+)/#) {
            let name = match.output.1.lowercased().replacingOccurrences(of: "_", with: "-")
            #expect(known.contains("--\(name)"), "\(match.output.0)")
        }
        let names = Set(commands.map(\.commandName))
        for command in sections.compactMap(\.command) { #expect(names.contains(command), "lapwing \(command)") }
        // Tables of options that no command links to would not be looked at above.
        let linked = Set(sections.filter { $0.command != nil }.flatMap(\.links))
        for section in sections where section.command == nil && !section.rows.isEmpty {
            #expect(linked.contains(section.anchor), "\(section.title)")
        }
    }

    @Test("lists the settings of every tracker, with their defaults")
    func trackerSettings() async throws {
        let help = try await Program.succeed(["track", "--help"])
        // As '  sort  max_age=30  frames in a row that a track may go unseen'.
        let settings = help.outputLines.compactMap { $0.prefixMatch(of: #/ +([a-z]+)  ([a-z_]+)=([^ ]+)  /#)?.output }
        #expect(settings.count >= 4)
        let section = try #require(sections.first { $0.anchor == "tracker-settings" })
        let rows = section.lines.filter { $0.hasPrefix("| `") }.map { line in
            line.split(separator: "|").prefix(3).map { Section.unquoted($0.trimmingCharacters(in: .whitespaces)) }
        }
        #expect(Set(rows) == Set(settings.map { [String($0.1), String($0.2), String($0.3)] }))
    }
}
