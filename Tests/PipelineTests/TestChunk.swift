import Crypto
import EventLog
import Foundation

@testable import Pipeline

/// Chunks of bytes that are no video, for the collector, which does not look inside.
enum TestChunk {
    static func header(
        video: String, index: Int, part: Int = 0, parts: Int = 1, byteCount: Int, total: Int? = nil,
        isLast: Bool = false
    ) -> ChunkHeader {
        ChunkHeader(
            videoID: try! VideoID(video), index: index, part: part, parts: parts, byteCount: byteCount,
            chunkByteCount: total ?? byteCount, crc32c: "00000000", sha256: nil, firstFrame: index * 10, frameCount: 10,
            prerollFrames: 0, prerollPackets: 0, hiddenPackets: nil, exactPTS: nil, pts: 0, duration: 10, startPTS: 0,
            timestampShift: 0, timeBase: "1/10", codec: "h264", container: "mp4", width: 64, height: 48, rotation: 0,
            frameRate: "10/1", source: "v.mp4", isLast: isLast, totalChunks: isLast ? index + 1 : nil,
            totalFrames: isLast ? (index + 1) * 10 : nil, sourceDigest: nil)
    }

    /// The records of one chunk, with sums that are right.
    static func records(
        video: String, index: Int, bytes: [UInt8], parts: Int = 1, isLast: Bool = false, firstOffset: Int64 = 0,
        partition: Int = 0
    ) -> [LoggedRecord] {
        let size = (bytes.count + parts - 1) / parts
        return (0..<parts).map { part in
            let slice = Array(bytes[part * size..<min((part + 1) * size, bytes.count)])
            var header = header(
                video: video, index: index, part: part, parts: parts, byteCount: slice.count, total: bytes.count,
                isLast: isLast)
            header.crc32c = CRC32C.text(CRC32C.checksum(slice))
            if part == parts - 1 {
                header.sha256 = SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
            }
            return LoggedRecord(
                topicPartition: TopicPartition("chunks", partition), offset: firstOffset + Int64(part), timestamp: 0,
                record: Record(
                    key: video, value: slice,
                    headers: [Record.Header(ChunkHeader.headerName, JSONCoding.encode(header))]))
        }
    }
}
