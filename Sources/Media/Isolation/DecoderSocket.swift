internal import CIsolation
internal import Foundation

/// One end of the connection between a decoder's process and its parent; owns the descriptor.
final class DecoderSocket {
    let descriptor: Int32

    init(owning descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Two ends that are connected.
    static func pair() throws(DecoderProcessError) -> (DecoderSocket, DecoderSocket) {
        var ends: [Int32] = [-1, -1]
        let status = lapwing_socket_pair(&ends)
        guard status >= 0 else { throw DecoderProcessError("socketpair: \(String(cString: strerror(-status)))") }
        return (DecoderSocket(owning: ends[0]), DecoderSocket(owning: ends[1]))
    }

    /// Why there is no message.
    enum Obstacle: Error, Equatable {
        /// The other side is gone.
        case closed
        /// It took too long.
        case late
        /// What came is no message.
        case malformed
    }

    /// Sends a message, and memory with it where a descriptor of that is given.
    ///
    /// - Parameter deadline: how long the other side may take to have room; nil: for ever.
    func send(
        _ message: DecoderMessage, memory: Int32 = -1, deadline: ContinuousClock.Instant? = nil
    ) throws(Obstacle) {
        let bytes = message.bytes
        while true {
            switch lapwing_send(descriptor, bytes, bytes.count, memory) {
            case 0...: return
            case -EAGAIN: try wait(writing: true, deadline)
            default: throw .closed
            }
        }
    }

    /// The next message. Descriptors that come with it are not taken.
    func receive(deadline: ContinuousClock.Instant? = nil) throws(Obstacle) -> DecoderMessage {
        try receive(deadline: deadline, descriptor: nil)
    }

    /// The next message, and the descriptor that came with it, which is the caller's then; -1 where none did.
    func receiveWithDescriptor() throws(Obstacle) -> (message: DecoderMessage, descriptor: Int32) {
        var came: Int32 = -1
        let message = try receive(deadline: nil, descriptor: &came)
        return (message, came)
    }

    /// Whether the other side is gone, or has something to say.
    var isReadable: Bool { lapwing_wait(descriptor, 0, 0) > 0 }

    private func receive(
        deadline: ContinuousClock.Instant?, descriptor came: UnsafeMutablePointer<Int32>?
    ) throws(Obstacle) -> DecoderMessage {
        while true {
            let message = withUnsafeTemporaryAllocation(byteCount: DecoderMessage.maxByteCount, alignment: 8) {
                buffer -> Result<DecoderMessage, Obstacle>? in
                switch lapwing_receive(descriptor, buffer.baseAddress, buffer.count, came) {
                case let count where count > 0:
                    DecoderMessage(UnsafeRawBufferPointer(rebasing: buffer[..<count])).map { .success($0) }
                        ?? .failure(.malformed)
                case -Int(EAGAIN): nil
                case -Int(EMSGSIZE): .failure(.malformed)
                default: .failure(.closed)
                }
            }
            if let message { return try message.get() }
            try wait(writing: false, deadline)
        }
    }

    private func wait(writing: Bool, _ deadline: ContinuousClock.Instant?) throws(Obstacle) {
        var milliseconds: Int32 = -1
        if let deadline {
            let left = deadline - .now
            guard left > .zero else { throw .late }
            milliseconds = Int32(
                clamping: left.components.seconds &* 1000 &+ 1 &+ left.components.attoseconds / 1_000_000_000_000_000)
        }
        guard lapwing_wait(descriptor, writing ? 1 : 0, milliseconds) >= 0 else { throw .closed }
    }
}
