import Foundation
import PipelineTesting
import Synchronization
import Testing

/// The built executable, run as its users run it.
enum Program {
    /// Beside the test bundle.
    static let path: String = {
        #if os(macOS)
            let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") } ?? Bundle.main
            return bundle.bundleURL.deletingLastPathComponent().appendingPathComponent("lapwing").path
        #else
            return Bundle.main.bundleURL.appendingPathComponent("lapwing").path
        #endif
    }()

    /// Runs it to its end; one that takes longer than `seconds` is killed, which the exit code then says.
    @discardableResult
    static func run(
        _ arguments: [String], environment: [String: String] = [:], in folder: String? = nil, seconds: Double = 150
    ) async throws -> Outcome {
        try await Gate.shared.enter()
        defer { Gate.shared.leave() }
        return try await start(arguments, environment: environment, in: folder, seconds: seconds).outcome()
    }

    /// As ``run(_:environment:in:seconds:)``, for what must succeed.
    @discardableResult
    static func succeed(
        _ arguments: [String], environment: [String: String] = [:], in folder: String? = nil, seconds: Double = 150,
        location: SourceLocation = #_sourceLocation
    ) async throws -> Outcome {
        let outcome = try await run(arguments, environment: environment, in: folder, seconds: seconds)
        try #require(outcome.exitCode == 0, "\(outcome)", sourceLocation: location)
        return outcome
    }

    /// Starts it and goes on; it may have to wait for others that are run meanwhile.
    static func start(
        _ arguments: [String], environment: [String: String] = [:], in folder: String? = nil, seconds: Double = 600,
        executable: String = path
    ) throws -> RunningProgram {
        try RunningProgram(
            executable: executable, arguments: arguments, environment: environment, folder: folder, seconds: seconds)
    }

    /// A program that is not ours, for what it prints.
    static func tool(_ name: String, _ arguments: [String]) async throws -> String {
        let outcome = try await start([name] + arguments, executable: "/usr/bin/env").outcome()
        try #require(outcome.exitCode == 0, "\(outcome)")
        return outcome.output
    }
}

/// What a program left behind.
struct Outcome: CustomStringConvertible {
    var arguments: [String]
    /// −9 when it was killed with signal 9.
    var exitCode: Int32
    var output: String
    var errors: String

    var outputLines: [String] { Outcome.lines(output) }
    var errorLines: [String] { Outcome.lines(errors) }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
    }

    var description: String {
        "\(arguments.joined(separator: " "))\nexit code \(exitCode)\n\(output.suffix(2000))\n\(errors.suffix(4000))"
    }
}

/// A program on its way; its output goes to files, so that no pipe can fill up.
final class RunningProgram: Sendable {
    private let process: Process
    private let arguments: [String]
    private let folder: TemporaryFolder
    private let ended: AsyncStream<Never>

    fileprivate init(
        executable: String, arguments: [String], environment: [String: String], folder workingFolder: String?,
        seconds: Double
    ) throws {
        self.arguments = arguments
        folder = try TemporaryFolder()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        if let workingFolder { process.currentDirectoryURL = URL(fileURLWithPath: workingFolder) }
        // Settings of whoever runs the tests must not reach the program.
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("LAPWING_") }
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: try folder.file("out", [])))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: try folder.file("err", [])))
        let (stream, continuation) = AsyncStream<Never>.makeStream()
        ended = stream
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
        self.process = process
        let number = process.processIdentifier
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { [weak process] in
            if process?.isRunning == true { kill(number, SIGKILL) }
        }
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    var isRunning: Bool { process.isRunning }

    /// What it has printed so far.
    var output: String { text("out") }
    var errors: String { text("err") }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits for its end.
    func outcome() async -> Outcome {
        for await _ in ended {}
        process.waitUntilExit()
        let status = process.terminationStatus
        return Outcome(
            arguments: arguments, exitCode: process.terminationReason == .exit ? status : -status,
            output: text("out"), errors: text("err"))
    }

    private func text(_ name: String) -> String {
        String(decoding: (try? Data(contentsOf: folder.url(name))) ?? Data(), as: UTF8.self)
    }
}

/// Lets a few programs run at a time: each of them uses all cores.
final class Gate: Sendable {
    static let shared = Gate(places: 3)

    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }
    private let state: Mutex<State>

    init(places: Int) { state = Mutex(State(free: places)) }

    func enter() async throws {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
