internal import DequeModule
internal import Synchronization

/// Chunks on their way from a source that does not wait to a log that may be slow. One task puts in, one takes out.
final class LiveQueue: Sendable {
    struct Item: Sendable {
        var header: ChunkHeader
        var bytes: [UInt8]
    }

    private struct State {
        var items: Deque<Item> = []
        var bytes = 0
        var hasEnded = false
        var isBroken = false
    }

    private let limit: Int
    private let state = Mutex(State())
    private let arrivals = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    private let departures = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// - Parameter limit: bytes that may be in it.
    init(limit: Int) { self.limit = limit }

    /// What a chunk takes besides its bytes, about.
    private static let overhead = 4096

    /// Whether there is room for a chunk; for one at least, however large.
    func hasRoom(for bytes: Int) -> Bool {
        state.withLock { $0.items.isEmpty || $0.bytes + bytes + Self.overhead <= limit }
    }

    func put(_ header: ChunkHeader, _ bytes: [UInt8]) {
        state.withLock { state in
            state.items.append(Item(header: header, bytes: bytes))
            state.bytes += bytes.count + Self.overhead
        }
        arrivals.continuation.yield()
    }

    /// Waits until there is room.
    func room(for bytes: Int) async throws {
        var signals = departures.stream.makeAsyncIterator()
        while !hasRoom(for: bytes) {
            if state.withLock({ $0.isBroken }) { throw CancellationError() }
            try Task.checkCancellation()
            _ = await signals.next(isolation: #isolation)
        }
    }

    /// Says that nothing more comes.
    func finish() {
        state.withLock { $0.hasEnded = true }
        arrivals.continuation.yield()
    }

    /// Says that nothing more will be taken out.
    func giveUp() {
        state.withLock { $0.isBroken = true }
        departures.continuation.yield()
    }

    /// The next chunk, still in the queue until ``remove()``; nil at the end.
    func next() async throws -> Item? {
        var signals = arrivals.stream.makeAsyncIterator()
        while true {
            try Task.checkCancellation()
            let (first, hasEnded) = state.withLock { ($0.items.first, $0.hasEnded) }
            if let first { return first }
            if hasEnded { return nil }
            _ = await signals.next(isolation: #isolation)
        }
    }

    /// Lets the first chunk go: it is in the log.
    func remove() {
        state.withLock { state in
            if let first = state.items.popFirst() { state.bytes -= first.bytes.count + Self.overhead }
        }
        departures.continuation.yield()
    }

    var isEmpty: Bool { state.withLock { $0.items.isEmpty } }
}
