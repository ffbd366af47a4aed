internal import Foundation

/// What a decoder's process is told of a chunk, in front of the chunk's bytes; as JSON.
struct DecoderRequest: Codable {
    var info: ChunkDecodingInfo
    var limits: MediaLimits
    var threads: Int

    func encoded() throws -> Data { try JSONEncoder().encode(self) }

    init(info: ChunkDecodingInfo, limits: MediaLimits, threads: Int) {
        self.info = info
        self.limits = limits
        self.threads = threads
    }

    init(decoding bytes: UnsafeRawBufferPointer) throws {
        self = try JSONDecoder().decode(DecoderRequest.self, from: Data(bytes))
    }
}
