internal import Crypto
internal import EventLog
internal import Foundation
internal import Media

/// Cuts a chunk into records that fit a log's default record size, and says in each what it is.
enum ChunkParts {
    /// Bytes of a part at most; with key and headers it stays under Kafka's default of 1 MiB per record.
    static let maxPartBytes = 900_000

    /// - Parameter parallel: whether it stands alone; see ``ChunkHeader/parallel``.
    static func records(
        of chunk: Chunk, videoID: VideoID, source: String, totalChunks: Int?, parallel: Bool = false, topic: String,
        partition: Int? = nil, context: RecordContext = RecordContext(), maxPartBytes: Int = maxPartBytes
    ) -> [OutgoingRecord] {
        let header = ChunkHeader(
            videoID: videoID, index: chunk.index, part: 0, parts: 1, byteCount: 0, chunkByteCount: 0, crc32c: "",
            firstFrame: chunk.firstFrame, frameCount: chunk.frameCount, prerollFrames: chunk.prerollFrames,
            prerollPackets: chunk.prerollPackets,
            hiddenPackets: chunk.hiddenPackets.isEmpty ? nil : chunk.hiddenPackets, exactPTS: chunk.exactPTS,
            pts: chunk.pts, duration: chunk.duration, startPTS: chunk.startPTS, timestampShift: chunk.timestampShift,
            timeBase: chunk.stream.timeBase.text, codec: chunk.stream.codec, container: chunk.container.rawValue,
            width: chunk.stream.width, height: chunk.stream.height, rotation: chunk.stream.rotation,
            frameRate: chunk.stream.frameRate?.text, source: source, isLast: chunk.isLast, totalChunks: totalChunks,
            totalFrames: chunk.totalFrames, sourceDigest: chunk.sourceDigest, parallel: parallel ? true : nil)
        return records(
            header, chunk.bytes, topic: topic, partition: partition, context: context, maxPartBytes: maxPartBytes)
    }

    /// Cuts bytes into records.
    ///
    /// - Parameters:
    ///   - header: what is the same for all of them; what is not is filled in.
    ///   - partition: nil: the one that the key says.
    ///   - context: goes into the headers of all of them.
    static func records(
        _ header: ChunkHeader, _ bytes: [UInt8], topic: String, partition: Int?,
        context: RecordContext = RecordContext(), maxPartBytes: Int = maxPartBytes
    ) -> [OutgoingRecord] {
        let count = max(1, (bytes.count + maxPartBytes - 1) / maxPartBytes)
        let headers = context.headers
        let digest = SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
        return (0..<count).map { number in
            let slice = bytes[number * maxPartBytes..<min((number + 1) * maxPartBytes, bytes.count)]
            var part = header
            part.part = number
            part.parts = count
            part.byteCount = slice.count
            part.chunkByteCount = bytes.count
            part.crc32c = CRC32C.text(CRC32C.checksum(slice))
            part.sha256 = number == count - 1 ? digest : nil
            let record = Record(
                key: header.videoID.rawValue, value: count == 1 ? bytes : Array(slice),
                headers: [Record.Header(ChunkHeader.headerName, JSONCoding.encode(part))] + headers)
            return OutgoingRecord(topic: topic, partition: partition, record: record)
        }
    }
}
