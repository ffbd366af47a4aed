internal import Foundation
internal import Synchronization

/// Decodes chunks in a process of its own, which can crash, hang or be taken over without harm to this one.
///
/// What a chunk gives is the same as from ``ChunkDecoder``. The process is kept from chunk to chunk. When it dies, or has to
/// be ended, that costs the chunk, and the next one gets a new process; only where the system ended it by SIGKILL, as it
/// does when memory is short, the chunk is tried once more first, and its frames go on where they stopped.
/// It may be used from any thread; one chunk is decoded at a time.
public final class IsolatedDecoder: ChunkDecoding, @unchecked Sendable {
    // Sendable: what changes is touched under `lock`, or is atomic.

    public struct Configuration: Sendable {
        /// The program to start, which must call ``DecoderChild/serveIfAsked()`` first thing; this one unless told.
        public var executable: String
        /// Bytes of address space for the process, besides what it has when it starts.
        public var memory: Int
        /// How many threads decode; 1 or more.
        public var threads: Int
        public var limits: MediaLimits
        /// How many frames are decoded before they are wanted; 1 or more.
        public var picturesAhead: Int
        /// How long the process may take for a frame; then it is ended. More than ``MediaLimits/maxTimePerFrame``, which it
        /// looks at by itself.
        public var patience: Duration

        public init(
            executable: String = "/proc/self/exe", memory: Int = 1 << 30, threads: Int = 1,
            limits: MediaLimits = .default, picturesAhead: Int = 3, patience: Duration? = nil
        ) {
            self.executable = executable
            self.memory = memory
            self.threads = threads
            self.limits = limits
            self.picturesAhead = picturesAhead
            self.patience = patience ?? limits.maxTimePerFrame + .seconds(15)
        }
    }

    /// What happens to the process.
    public enum Event: Sendable {
        /// It is there, and found to be kept from this.
        case started(DecoderProtection)
        /// It is no more; the reason in words.
        case ended(String)
    }

    private struct Child {
        var process: DecoderProcess
        var connection: DecoderConnection
    }

    private let configuration: Configuration
    private let onEvent: @Sendable (Event) -> Void
    private let lock = NSLock()
    private var child: Child?
    private var hasStarted = false
    /// The chunk that was opened last.
    private var current = 0
    private let restartCount = Atomic<Int>(0)

    /// How often a process has been started anew, after the first.
    public var restarts: Int { restartCount.load(ordering: .relaxed) }

    public var picturesAhead: Int { configuration.picturesAhead }
    /// One in memory that both have, until the process has made its own.
    public var chunkCopies: Int { 2 }

    /// The number of the process; nil while there is none.
    public var processID: Int32? { lock.withLock { child?.process.id } }

    /// Slots that hold no picture, for tests.
    var freeSlotCount: Int { lock.withLock { child?.connection.freeSlotCount ?? 0 } }

    /// How often in a row a process may fail to start.
    static let attempts = 3

    /// - Parameter onEvent: called from whatever thread decodes; must not ask for chunks or frames.
    public init(_ configuration: Configuration = .init(), onEvent: @escaping @Sendable (Event) -> Void = { _ in }) {
        self.configuration = configuration
        self.onEvent = onEvent
    }

    /// Starts the process if there is none; otherwise the first chunk does.
    ///
    /// - Throws: when it does not start, several times in a row.
    public func start() throws(DecoderProcessError) {
        lock.lock()
        defer { lock.unlock() }
        _ = try living()
    }

    public func open(_ bytes: [UInt8], info: ChunkDecodingInfo) throws -> any ChunkFrames {
        lock.lock()
        defer { lock.unlock() }
        current += 1
        let chunk = IsolatedChunk(decoder: self, number: current, bytes: bytes, info: info)
        try begin(chunk)
        return chunk
    }

    // MARK: Chunks

    /// The next frame of a chunk that ``open(_:info:)`` gave.
    fileprivate func next(_ chunk: IsolatedChunk) throws -> DecodedFrame? {
        lock.lock()
        defer { lock.unlock() }
        if let error = chunk.error { throw error }
        // Another one has been opened since.
        guard chunk.number == current else { throw CancellationError() }
        while true {
            guard let child else { return nil }
            do {
                guard let frame = try child.connection.next() else { return nil }
                chunk.given += 1
                return frame
            } catch {
                try recover(chunk, error)
                try begin(chunk)
            }
        }
    }

    /// Opens a chunk, and goes to where its frames stopped.
    private func begin(_ chunk: IsolatedChunk) throws {
        while true {
            let connection = try living()
            do {
                try connection.open(chunk.bytes, info: chunk.info, threads: configuration.threads)
                for _ in 0..<chunk.given { _ = try connection.next() }
                return
            } catch {
                try recover(chunk, error)
            }
        }
    }

    /// Ends a process that is of no more use; returns when the chunk is to be tried again, and throws when it is not.
    private func recover(_ chunk: IsolatedChunk, _ fault: DecoderConnection.Fault) throws {
        let error: MediaError
        switch fault {
        case .chunk(let cause):
            chunk.error = cause
            throw cause
        case .closed:
            let end = takeEnd()
            onEvent(.ended("\(end.text) while it decoded \(chunk.info.name)"))
            // Nobody here has done that: most likely there was too little memory, which need not be the chunk's fault.
            if end.signal == SIGKILL, !end.wasKilled, !chunk.isRetried {
                chunk.isRetried = true
                return
            }
            error = MediaError(
                .decoderDied, operation: "decode", detail: "\(chunk.info.name): the decoder's process \(end.text)")
        case .late:
            error = MediaError(
                .limitExceeded, operation: "decode",
                detail:
                    "\(chunk.info.name): frame \(chunk.info.firstFrame + chunk.given) did not come out of the decoder's "
                    + "process within \(configuration.patience); the chunk is probably made to keep decoders busy")
        case .violation(let what):
            error = MediaError(
                .decoderDied, operation: "decode",
                detail: "\(chunk.info.name): the decoder's process cannot be trusted any more: \(what)")
        }
        if let child {
            child.process.kill()
            self.child = nil
            onEvent(.ended("had to be ended: \(error.detail)"))
        }
        chunk.error = error
        throw error
    }

    private func takeEnd() -> DecoderProcess.End {
        defer { child = nil }
        return child?.process.awaitEnd() ?? .init(exitCode: -1, signal: 0, wasKilled: false)
    }

    // MARK: The process

    /// The connection to a process that is there, which is started if need be.
    private func living() throws(DecoderProcessError) -> DecoderConnection {
        if let child {
            if child.connection.settle() { return child.connection }
            child.process.kill()
            onEvent(.ended("\(takeEnd().text) between two chunks"))
        }
        var cause = ""
        for _ in 0..<Self.attempts {
            if hasStarted { restartCount.add(1, ordering: .relaxed) }
            hasStarted = true
            let (process, connection) = try launch()
            do {
                let protection = try connection.awaitReady()
                child = Child(process: process, connection: connection)
                onEvent(.started(protection))
                return connection
            } catch {
                switch error {
                case .closed: cause = "it \(process.awaitEnd().text)"
                case .late: cause = "it did not answer within \(configuration.patience)"
                case .violation(let what): cause = what
                case .chunk(let error): cause = "\(error)"
                }
            }
        }
        throw DecoderProcessError(
            "the decoder's process does not start, \(Self.attempts) times in a row: \(cause); see whether "
                + "'lapwing doctor' finds everything, and whether there is enough memory, or leave the option out")
    }

    /// Starts a process. The other end of its socket is closed here when this returns: its own end would not be seen otherwise.
    private func launch() throws(DecoderProcessError) -> (DecoderProcess, DecoderConnection) {
        let (ours, its) = try DecoderSocket.pair()
        let process = try DecoderProcess(
            executable: configuration.executable,
            arguments: ["lapwing", DecoderChild.command, "\(configuration.memory)", "\(configuration.threads)"],
            socket: its)
        let connection = DecoderConnection(
            socket: ours, limits: configuration.limits, patience: configuration.patience,
            picturesAhead: configuration.picturesAhead)
        return (process, connection)
    }
}

/// A chunk that is decoded in another process.
private final class IsolatedChunk: ChunkFrames {
    private let decoder: IsolatedDecoder
    let number: Int
    let bytes: [UInt8]
    let info: ChunkDecodingInfo
    /// Frames that have been given out.
    var given = 0
    var isRetried = false
    /// Why there are no more frames.
    var error: MediaError?

    init(decoder: IsolatedDecoder, number: Int, bytes: [UInt8], info: ChunkDecodingInfo) {
        self.decoder = decoder
        self.number = number
        self.bytes = bytes
        self.info = info
    }

    func next() throws -> DecodedFrame? { try decoder.next(self) }
}
