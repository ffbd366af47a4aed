public import Media

/// A video's first chunks, to be decoded again and again.
public struct MeasuredClip {
    public let chunks: [Chunk]

    /// - Parameters:
    ///   - path: the video.
    ///   - frames: chunks are taken until they hold so many.
    public init(path: String, frames: Int) throws(MediaError) {
        let splitter = ChunkSplitter(demuxer: try Demuxer(path: path), targetSeconds: 4, maxBytes: 64 << 20)
        var chunks: [Chunk] = []
        var count = 0
        while count < frames, let chunk = try splitter.next() {
            chunks.append(chunk)
            count += chunk.frameCount
        }
        self.chunks = chunks
    }

    /// How many frames the chunks hold.
    public var frameCount: Int { chunks.reduce(0) { $0 + $1.frameCount } }

    /// Decodes all of it, in this thread; returns how many pictures that gave.
    public func decode() throws(MediaError) -> Int {
        var pictures = 0
        for chunk in chunks {
            let decoder = try ChunkDecoder(bytes: chunk.bytes, info: chunk.decodingInfo(name: "chunk"))
            while let frame = try decoder.next() { pictures += frame.image == nil ? 0 : 1 }
        }
        return pictures
    }

    /// The first pictures; few enough to stay in the cache, where a decoder leaves them.
    public func somePictures() throws(MediaError) -> [VideoFrame] {
        var pictures: [VideoFrame] = []
        for chunk in chunks where pictures.count < 8 {
            let decoder = try ChunkDecoder(bytes: chunk.bytes, info: chunk.decodingInfo(name: "chunk"))
            while pictures.count < 8, let frame = try decoder.next() {
                if let image = frame.image { pictures.append(image) }
            }
        }
        return pictures
    }
}
