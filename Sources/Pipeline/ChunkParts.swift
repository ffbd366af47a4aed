internal import Crypto
internal import EventLog
internal import Foundation
internal import Media

/// Cuts a chunk into records that fit a log's default record size, and says in each what it is.
enum ChunkParts {
    /// Bytes of a part at most; with key and headers it stays under Kafka's default of 1 MiB per record.
    static let maxPartBytes = 900_000

    static func records(
        of chunk: Chunk, videoID: VideoID, source: String, totalChunks: Int?, topic: String,
        maxPartBytes: Int = maxPartBytes
    ) -> [OutgoingRecord] {
        let count = max(1, (chunk.bytes.count + maxPartBytes - 1) / maxPartBytes)
        let digest = SHA256.hash(data: chunk.bytes).map { String(format: "%02x", $0) }.joined()
        return (0..<count).map { part in
            let slice = chunk.bytes[part * maxPartBytes..<min((part + 1) * maxPartBytes, chunk.bytes.count)]
            let isLastPart = part == count - 1
            let header = ChunkHeader(
                videoID: videoID, index: chunk.index, part: part, parts: count, byteCount: slice.count,
                chunkByteCount: chunk.bytes.count, crc32c: CRC32C.text(CRC32C.checksum(slice)),
                sha256: isLastPart ? digest : nil, firstFrame: chunk.firstFrame, frameCount: chunk.frameCount,
                prerollFrames: chunk.prerollFrames, prerollPackets: chunk.prerollPackets,
                hiddenPackets: chunk.hiddenPackets.isEmpty ? nil : chunk.hiddenPackets, exactPTS: chunk.exactPTS,
                pts: chunk.pts,
                duration: chunk.duration, startPTS: chunk.startPTS, timestampShift: chunk.timestampShift,
                timeBase: chunk.stream.timeBase.text, codec: chunk.stream.codec,
                container: chunk.container.rawValue, width: chunk.stream.width, height: chunk.stream.height,
                rotation: chunk.stream.rotation, frameRate: chunk.stream.frameRate?.text, source: source,
                isLast: chunk.isLast, totalChunks: totalChunks, totalFrames: chunk.totalFrames,
                sourceDigest: chunk.sourceDigest)
            let value = count == 1 ? chunk.bytes : Array(slice)
            let record = Record(
                key: videoID.rawValue, value: value,
                headers: [Record.Header(ChunkHeader.headerName, JSONCoding.encode(header))])
            return OutgoingRecord(topic: topic, record: record)
        }
    }
}
