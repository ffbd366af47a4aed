import Media

/// One thread from a chunk's bytes to pictures, and from pictures to a detector's input.
enum DecodeStage {
    static func measure(_ bench: Bench, into report: inout Report) async throws {
        bench.note("decode")
        let splitter = ChunkSplitter(
            demuxer: try Demuxer(path: bench.clip), targetSeconds: 4, maxBytes: 64 << 20)
        var chunks: [Chunk] = []
        var frameCount = 0
        while let chunk = try splitter.next(), frameCount < (bench.isQuick ? 300 : 1500) {
            chunks.append(chunk)
            frameCount += chunk.frameCount
        }
        let decoding = try await bench.samples {
            let start = ContinuousClock.now
            var frames = 0
            for chunk in chunks {
                let decoder = try ChunkDecoder(bytes: chunk.bytes, info: chunk.decodingInfo(name: "chunk"))
                while let frame = try decoder.next() { frames += frame.image == nil ? 0 : 1 }
            }
            guard frames == frameCount else { throw BenchError("\(frames) of \(frameCount) frames were decoded") }
            return Double(frames) / start.duration(to: .now).seconds
        }
        let stream = chunks.first.map { "\($0.stream.codec) \($0.stream.width) × \($0.stream.height)" } ?? ""
        report.add(Row(.decode, "decode \(stream), 1 thread", "fps", decoding))

        let pictures = try somePictures(of: chunks)
        for size in [640, 320] {
            let tensor = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3 * size * size)
            tensor.initialize(repeating: 0)
            defer { tensor.deallocate() }
            for mode in FrameScaler.Mode.allCases {
                let scaler = FrameScaler(width: size, height: size, mode: mode)
                let scaling = try await bench.samples {
                    let rounds = bench.isQuick ? 20 : 60
                    let start = ContinuousClock.now
                    for _ in 0..<rounds {
                        for picture in pictures { _ = try scaler.scale(picture, into: tensor) }
                    }
                    return Double(rounds * pictures.count) / start.duration(to: .now).seconds
                }
                report.add(Row(.decode, "scale to \(size) × \(size), \(mode.rawValue), 1 thread", "fps", scaling))
            }
        }
    }

    /// Pictures from the start of the video, decoded; few enough to stay in the cache, where a decoder leaves them.
    static func somePictures(of chunks: [Chunk]) throws -> [VideoFrame] {
        var pictures: [VideoFrame] = []
        for chunk in chunks {
            let decoder = try ChunkDecoder(bytes: chunk.bytes, info: chunk.decodingInfo(name: "chunk"))
            while pictures.count < 8, let frame = try decoder.next() {
                if let image = frame.image { pictures.append(image) }
            }
        }
        guard !pictures.isEmpty else { throw BenchError("the video has no picture that can be decoded") }
        return pictures
    }
}
