import Testing

@testable import SQLiteLog

@Suite("WakeHub")
struct WakeHubTests {
    private let hub = WakeHub()

    private func wait(_ ticket: UInt64, _ time: Duration) async throws -> Duration {
        let clock = ContinuousClock()
        let start = clock.now
        try await hub.wait(after: ticket, until: start.advanced(by: time))
        return clock.now - start
    }

    @Test("does not wait for what has happened since the ticket was taken")
    func noLostWakeUp() async throws {
        let ticket = hub.ticket()
        hub.wake()
        #expect(try await wait(ticket, .seconds(60)) < .seconds(30))
    }

    @Test("waits until its deadline")
    func deadline() async throws {
        #expect(try await wait(hub.ticket(), .milliseconds(50)) >= .milliseconds(49))
    }

    @Test("wakes all who wait, every time")
    func wakesAll() async throws {
        for _ in 0..<200 {
            try await withThrowingTaskGroup(of: Duration.self) { group in
                let ticket = hub.ticket()
                for _ in 0..<5 { group.addTask { try await wait(ticket, .seconds(60)) } }
                hub.wake()
                for try await time in group { #expect(time < .seconds(30)) }
            }
        }
    }

    @Test("a cancelled task does not wait")
    func cancellation() async throws {
        for _ in 0..<200 {
            let task = Task { try await wait(hub.ticket(), .seconds(60)) }
            await Task.yield()
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test("nobody waits once it is closed")
    func closed() async throws {
        let ticket = hub.ticket()
        hub.close()
        #expect(try await wait(ticket, .seconds(60)) < .seconds(30))
        #expect(try await wait(hub.ticket(), .seconds(60)) < .seconds(30))
        #expect(hub.isClosed)
    }
}
