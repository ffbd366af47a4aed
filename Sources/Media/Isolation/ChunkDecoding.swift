/// The frames of one chunk, in presentation order; what ``ChunkDecoder`` gives, wherever it is at work.
///
/// It belongs to one thread at a time. Its frames may be used on another thread, and outlive it.
public protocol ChunkFrames: AnyObject {
    /// The next frame; nil after the last one.
    ///
    /// - Throws: ``MediaError`` when the chunk cannot be decoded, ``DecoderProcessError`` when nothing can.
    func next() throws -> DecodedFrame?
}

extension ChunkDecoder: ChunkFrames {}

/// Where chunks are decoded.
public protocol ChunkDecoding: Sendable {
    /// Begins with a chunk; the one before is given up.
    ///
    /// - Throws: ``MediaError`` when the chunk cannot be decoded, ``DecoderProcessError`` when nothing can.
    func open(_ bytes: [UInt8], info: ChunkDecodingInfo) throws -> any ChunkFrames

    /// Most pictures that are held besides those that the decoder itself needs and those that were given out.
    var picturesAhead: Int { get }

    /// How many copies of a chunk's bytes are made, at most.
    var chunkCopies: Int { get }
}

/// Decodes chunks in this process.
public struct LocalDecoding: ChunkDecoding {
    private let threads: Int
    private let limits: MediaLimits

    /// - Parameter threads: how many threads decode; 1 or more.
    public init(threads: Int = 1, limits: MediaLimits = .default) {
        self.threads = threads
        self.limits = limits
    }

    public func open(_ bytes: [UInt8], info: ChunkDecodingInfo) throws -> any ChunkFrames {
        try ChunkDecoder(bytes: bytes, info: info, threads: threads, limits: limits)
    }

    public var picturesAhead: Int { 0 }
    public var chunkCopies: Int { 0 }
}
