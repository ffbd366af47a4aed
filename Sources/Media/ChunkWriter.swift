internal import CFFmpeg
internal import Foundation

/// Puts packets into a chunk's file in memory, reads it back, and makes sure that nothing changed on the way.
struct ChunkWriter {
    struct Result {
        var bytes: [UInt8]
        var timestampShift: Int64
        var exactPTS: [Int64]?
    }

    let container: ChunkContainer
    let parameters: StreamParameters
    let timeBase: Rational
    let name: String
    let limits: MediaLimits

    /// Ticks between frames, where nothing better is known.
    let step: Int64

    /// - Parameters:
    ///   - packets: in decoding order, pre-roll first.
    ///   - visit: is lent each packet as it stands in the chunk, in order.
    func write(_ packets: [Packet], visit: (Int, Packet) -> Void) throws(MediaError) -> Result {
        let pts = packets.map { $0.pts ?? 0 }
        var timestamps = DecodeTimestamps()
        let dts = timestamps.assign(pts: pts, dts: packets.map(\.dts), step: step)
        // The file's time starts at 0: at the first decoding time in MP4, at the first picture in Matroska, which stores
        // presentation times only.
        let shift = (container == .mp4 ? dts.first : pts.min()) ?? 0
        let room = packets.reduce(1 << 13) { $0 + $1.byteCount + 48 }
        let output = try MemoryOutput(reserve: room)
        let muxer = try Muxer(
            container: container, memory: output, name: name, parameters: parameters, timeBase: timeBase,
            editList: false)
        for (position, packet) in packets.enumerated() {
            let next = position + 1 < dts.count ? dts[position + 1] - dts[position] : 0
            let duration = packet.duration ?? max(next, step)
            try muxer.write(packet, pts: pts[position] - shift, dts: dts[position] - shift, duration: duration)
        }
        try muxer.finish()
        let bytes = output.takeBytes()
        let isExact = try verify(bytes, against: packets, pts: pts, shift: shift, visit: visit)
        return Result(bytes: bytes, timestampShift: shift, exactPTS: isExact ? nil : pts)
    }

    /// Reads the chunk back. Returns whether its own timestamps give the source's exactly.
    private func verify(
        _ bytes: [UInt8], against packets: [Packet], pts: [Int64], shift: Int64, visit: (Int, Packet) -> Void
    ) throws(MediaError) -> Bool {
        let input = try FormatInput(
            bytes: bytes, name: name, format: container.demuxerName, asStored: true, limits: limits)
        let demuxer = try Demuxer(input, asStored: true, limits: limits)
        guard let from = demuxer.stream.timeBase.avRational, let to = timeBase.avRational else {
            throw changed("its time base is unusable")
        }
        var isExact = true
        for (position, packet) in packets.enumerated() {
            guard let stored = try demuxer.next() else {
                throw changed("it holds \(position) packets instead of \(packets.count)")
            }
            guard mayRewritePackets || Self.sameBytes(stored, packet) else {
                throw changed("the bytes of packet \(position) changed")
            }
            let time = stored.pts.map { rescale($0, from: from, to: to) &+ shift }
            if time != pts[position] {
                guard container == .matroska else { throw changed("the time of packet \(position) changed") }
                isExact = false
            }
            visit(position, stored)
        }
        guard try demuxer.next() == nil else { throw changed("it holds more than \(packets.count) packets") }
        return isExact
    }

    /// Whether the muxer writes the same pictures in another form: H.264 and HEVC with start codes become
    /// length-prefixed; AV1 loses its delimiters; VP9 gathers hidden frames.
    private var mayRewritePackets: Bool {
        switch parameters.codecID {
        case AV_CODEC_ID_H264, AV_CODEC_ID_HEVC: parameters.withExtradata { $0.first != 1 }
        case AV_CODEC_ID_AV1, AV_CODEC_ID_VP9: true
        default: false
        }
    }

    private static func sameBytes(_ first: Packet, _ second: Packet) -> Bool {
        first.withBytes { first in
            second.withBytes { second in
                guard first.count == second.count else { return false }
                guard let a = first.baseAddress, let b = second.baseAddress else { return true }
                return memcmp(a, b, first.count) == 0
            }
        }
    }

    private func changed(_ what: String) -> MediaError {
        MediaError(
            .unsupported, operation: "read a chunk back",
            detail: "\(name): \(container.muxerName) cannot carry this video unchanged: \(what); convert the video to "
                + "H.264 in MP4")
    }
}
