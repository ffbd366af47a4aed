/// What every `EventLog` must do, as checks that any test framework can run.
///
/// ```swift
/// @Test(arguments: LogConformance.checks(for: fixture.capabilities))
/// func conforms(_ check: LogConformance.Check) async throws { try await check.run(fixture) }
/// ```
public struct LogConformance: Sendable {
    /// One promise of the contract.
    public struct Check: Sendable, CustomStringConvertible {
        /// The promise, as a sentence.
        public var name: String
        /// What the log must be able to do for the check to apply.
        public var needs: Set<LogFixture.Capability>
        let body: @Sendable (CheckContext) async throws -> Void

        init(
            _ name: String, needs: Set<LogFixture.Capability> = [],
            _ body: @escaping @Sendable (CheckContext) async throws -> Void
        ) {
            self.name = name
            self.needs = needs
            self.body = body
        }

        public var description: String { name }

        /// Runs the check on a fresh log; throws ``ConformanceFailure`` when the promise is broken.
        public func run(_ fixture: LogFixture) async throws {
            let context = CheckContext(fixture)
            do {
                try await body(context)
            } catch {
                await context.close()
                throw error
            }
            await context.close()
        }
    }

    /// All checks.
    public static let checks: [Check] =
        topicChecks + recordChecks + waitingChecks + groupChecks + leaseChecks + transactionChecks + cleanupChecks

    /// The checks that apply to a log with these capabilities.
    public static func checks(for capabilities: Set<LogFixture.Capability>) -> [Check] {
        checks.filter { $0.needs.isSubset(of: capabilities) }
    }
}
