import Foundation
import Testing

@Suite("dashboard")
struct DashboardCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("says what is wrong before it opens the log")
    func refusals() async throws {
        let log = "sqlite:\(folder.path)/log.db"
        try "short".write(toFile: "\(folder.path)/short", atomically: true, encoding: .utf8)
        for (arguments, code, words) in [
            (["--host", "0.0.0.0"], 2, "a token is needed"),
            (["--media", "\(folder.path)/none"], 1, "there is no such folder"),
            (["--token-file", "\(folder.path)/short"], 1, "fewer than 16 characters"),
            (["--token-file", "\(folder.path)/none"], 1, "it cannot be read"),
            (["--port", "70000"], 2, "--port must be between 0 and 65535"),
            (["--zones", "\(folder.path)/short"], 2, "--zones"),
        ] {
            let outcome = try await Program.run(["dashboard", "--log", log] + arguments)
            #expect(outcome.exitCode == Int32(code) && outcome.errors.contains(words), "\(outcome)")
        }
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/log.db"))
    }
}
