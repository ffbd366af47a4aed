import CFFmpeg
import Foundation

@testable import Media

extension VideoFrame {
    /// MD5 of the picture as `ffmpeg -f framemd5` computes it: all planes, without padding.
    var md5: String {
        let frame = pointer.pointee
        let format = AVPixelFormat(rawValue: frame.format)
        let size = av_image_get_buffer_size(format, frame.width, frame.height, 1)
        var bytes = [UInt8](repeating: 0, count: Int(size))
        withUnsafePointer(to: frame.data) { data in
            withUnsafePointer(to: frame.linesize) { lines in
                data.withMemoryRebound(to: UnsafePointer<UInt8>?.self, capacity: 8) { data in
                    lines.withMemoryRebound(to: Int32.self, capacity: 8) { lines in
                        _ = av_image_copy_to_buffer(&bytes, size, data, lines, format, frame.width, frame.height, 1)
                    }
                }
            }
        }
        var digest = [UInt8](repeating: 0, count: 16)
        av_md5_sum(&digest, bytes, bytes.count)
        return digest.map { String(format: "%02x", $0) }.joined()
    }
}

/// All chunks of a file.
func chunks(of path: String, seconds: Double, maxBytes: Int = 64 << 20) throws -> [Chunk] {
    let splitter = ChunkSplitter(demuxer: try Demuxer(path: path), targetSeconds: seconds, maxBytes: maxBytes)
    var chunks: [Chunk] = []
    while let chunk = try splitter.next() { chunks.append(chunk) }
    return chunks
}

/// All frames of a chunk: index, time in the source's time base, MD5 of the picture.
func decode(_ chunk: Chunk, threads: Int = 1) throws -> [(index: Int, pts: Int64, md5: String?)] {
    let decoder = try ChunkDecoder(
        bytes: chunk.bytes, info: chunk.decodingInfo(name: "chunk \(chunk.index)"), threads: threads)
    var frames: [(index: Int, pts: Int64, md5: String?)] = []
    while let frame = try decoder.next() { frames.append((frame.index, frame.pts, frame.image?.md5)) }
    return frames
}

/// Writes the chunks into one file; returns the digest of its packets.
func assemble(_ chunks: [Chunk], path: String) throws -> String {
    let assembler = try VideoAssembler(path: path)
    for chunk in chunks {
        try assembler.append(bytes: chunk.bytes, info: chunk.decodingInfo(name: "chunk \(chunk.index)"))
    }
    return try assembler.finish()
}
