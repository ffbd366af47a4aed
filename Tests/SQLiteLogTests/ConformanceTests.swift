import EventLog
import EventLogTesting
import Foundation
import SQLiteLog
import Testing

@Suite("SQLiteLog conforms")
struct ConformanceTests {
    @Test("to the contract of EventLog", .timeLimit(.minutes(2)), arguments: LogConformance.checks)
    func conforms(_ check: LogConformance.Check) async throws {
        let folder = try TemporaryFolder()
        let path = folder.file()
        let fixture = LogFixture(
            capabilities: Set(LogFixture.Capability.allCases), sessionTimeout: .milliseconds(600),
            makeLog: { try SQLiteLog(path: path) },
            reopen: { _ in try SQLiteLog(path: path) },
            suspendHeartbeats: { SQLiteLog.suspendHeartbeats(of: $0) })
        try await check.run(fixture)
        withExtendedLifetime(folder) {}
    }
}
