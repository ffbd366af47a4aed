import EventLog
import Synchronization

extension KafkaLog {
    /// Asks until there is an answer; see the type for how long.
    ///
    /// - Parameters:
    ///   - subject: what is asked about, as the beginning of a sentence.
    ///   - slice: how long one attempt may take.
    ///   - patience: after which there is an error in any case; nil: see the type.
    func ask<Answer: Sendable>(
        _ operation: String, _ subject: String, seesAll: Bool = true, slice: Duration = .seconds(1),
        patience: Duration? = nil,
        _ body: @escaping @Sendable (RDKafkaAdmin, Duration) throws(RDKafkaFailure) -> Answer
    ) async throws -> Answer {
        try checkOpen(operation)
        try Task.checkCancellation()
        let first = try admin(seesAll: seesAll)
        first.events.forgetRefusal()
        return try await queue.run { [self] signal in
            var admin = first
            let deadline = Deadline(after: patience ?? configuration.requestTimeout)
            let shortDeadline = Deadline(after: min(configuration.requestTimeout, .seconds(10)))
            var pause = 1
            while true {
                do throws(RDKafkaFailure) {
                    let answer = try body(admin, slice)
                    hasAnswered.store(true, ordering: .relaxed)
                    return answer
                } catch {
                    try signal.check()
                    try checkOpen(operation)
                    if let refusal = admin.events.refusal { throw refusal.error(operation, subject) }
                    let failure = error.error(operation, subject)
                    guard failure.recovery == .retry else { throw failure }
                    let cause = admin.events.cause(of: error)
                    let isTooLate = deadline.hasPassed || cause.isDefinite && shortDeadline.hasPassed
                    if isTooLate, patience != nil || !hasAnswered.load(ordering: .relaxed) {
                        throw EventLogError(
                            .unavailable, operation: operation,
                            detail: "\(name) does not answer (\(cause.message)): check the address, and whether "
                                + "security.protocol is as the cluster wants it",
                            recovery: .retry)
                    }
                    admin.events.heard(error)
                    // librdkafka goes on asking a coordinator that it knows, for as long as it is asked.
                    if error.isOtherCoordinator { admin = try replace(admin, seesAll: seesAll) }
                    for _ in 0..<pause where !signal.isStopped && !closing.isStopped { sleepBriefly() }
                    pause = min(pause * 2, 100)
                }
            }
        }
    }
}
