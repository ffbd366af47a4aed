internal import CRdKafka
import Synchronization

/// Counts the delivery reports of the records of one call, and wakes who waits for the last one.
final class RDKafkaDelivery: Sendable {
    private struct State {
        var pending: Int
        var failure: RDKafkaFailure?
        var waiting: CheckedContinuation<Void, any Error>?
        var isCancelled = false
    }

    private let state: Mutex<State>

    init(count: Int) { state = Mutex(State(pending: count)) }

    func delivered(_ code: rd_kafka_resp_err_t) {
        finish(1, code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : RDKafkaFailure(code))
    }

    /// That many records will have no report: they were not taken.
    func finish(_ count: Int, _ failure: RDKafkaFailure?) {
        let (waiting, outcome) = state.withLock { state -> (CheckedContinuation<Void, any Error>?, RDKafkaFailure?) in
            state.pending -= count
            if state.failure == nil { state.failure = failure }
            guard state.pending <= 0 else { return (nil, nil) }
            defer { state.waiting = nil }
            return (state.waiting, state.failure)
        }
        if let outcome { waiting?.resume(throwing: outcome) } else { waiting?.resume() }
    }

    /// Returns when all records are durable.
    ///
    /// - Throws: ``RDKafkaFailure`` of the first that could not be delivered; `CancellationError`.
    func wait() async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = state.withLock { state -> Result<Void, any Error>? in
                    if state.isCancelled { return .failure(CancellationError()) }
                    if state.pending <= 0 { return state.failure.map { .failure($0) } ?? .success(()) }
                    state.waiting = continuation
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                state.isCancelled = true
                defer { state.waiting = nil }
                return state.waiting
            }
            waiting?.resume(throwing: CancellationError())
        }
    }
}
