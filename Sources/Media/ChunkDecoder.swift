internal import CFFmpeg

/// Decodes one chunk into its own frames, in presentation order, each with its index in the video.
///
/// It gives exactly ``ChunkDecodingInfo/frameCount`` frames. One that cannot be decoded comes without a picture; the
/// others come all the same. The pictures are the same for any number of threads: at the first sign of damage the chunk
/// is decoded again by one thread, because FFmpeg's threads may conceal damage differently from run to run.
/// A chunk decoder belongs to one thread at a time.
public final class ChunkDecoder {
    private enum Source {
        case bytes([UInt8])
        case path(String)
    }

    private let source: Source
    private let info: ChunkDecodingInfo
    private let limits: MediaLimits
    private let timeline: ChunkTimeline
    private var threads: Int
    private var demuxer: Demuxer
    private var decoder: Decoder

    private var packetPosition = 0
    private var unsent: Packet?
    private var sentAll = false
    private var drained = false
    private var failures = 0
    /// Whether damage made the decoder start again with one thread.
    private(set) var hasRestarted = false
    /// Position among the chunk's own frames of the next one to give out.
    private var nextRank = 0
    /// Decoded frames that wait for earlier ones.
    private var waiting: [Int: VideoFrame] = [:]

    /// Opens a chunk that is in memory. The bytes are not copied.
    ///
    /// - Parameter threads: how many threads decode; 1 or more.
    public convenience init(
        bytes: [UInt8], info: ChunkDecodingInfo, threads: Int = 1, limits: MediaLimits = .default
    ) throws(MediaError) {
        try self.init(.bytes(bytes), info: info, threads: threads, limits: limits)
    }

    /// Opens a chunk that was put into a file.
    public convenience init(
        path: String, info: ChunkDecodingInfo, threads: Int = 1, limits: MediaLimits = .default
    ) throws(MediaError) {
        try self.init(.path(path), info: info, threads: threads, limits: limits)
    }

    private init(_ source: Source, info: ChunkDecodingInfo, threads: Int, limits: MediaLimits) throws(MediaError) {
        self.source = source
        self.info = info
        self.limits = limits
        self.threads = max(1, threads)
        guard (0...1 << 52).contains(info.firstFrame), (0...1 << 52).contains(info.frameCount) else {
            throw ChunkTimeline.damaged(info, "its frame numbers are out of range")
        }
        timeline = try ChunkTimeline(Self.open(source, info, limits), info: info, limits: limits)
        demuxer = try Self.open(source, info, limits)
        decoder = try Decoder(
            parameters: demuxer.parameters, threads: self.threads, tellsFaults: self.threads > 1,
            reorderDepth: timeline.reorderDepth, limits: limits, name: info.name)
    }

    /// The next frame; nil after the last one.
    ///
    /// - Throws: ``MediaError`` with code `.limitExceeded` when the frame takes longer than the limits allow.
    public func next() throws(MediaError) -> DecodedFrame? {
        let started = ContinuousClock.now
        while nextRank < timeline.times.count {
            if let image = waiting.removeValue(forKey: nextRank) { return give(image) }
            // Frames come out of a decoder in order. If a later one is out, this one is lost; a few are waited for,
            // because some decoders start out of order.
            if drained || waiting.count > min(timeline.reorderDepth, MediaLimits.maxReorderDepth) + 1 {
                return give(nil)
            }
            try step()
            guard ContinuousClock.now - started <= limits.maxTimePerFrame else {
                throw MediaError(
                    .limitExceeded, operation: "decode",
                    detail: "\(info.name): frame \(info.firstFrame + nextRank) takes longer than the limit of "
                        + "\(limits.maxTimePerFrame) to decode; the chunk is probably made to keep decoders busy")
            }
        }
        return nil
    }

    private func give(_ image: VideoFrame?) -> DecodedFrame {
        defer { nextRank += 1 }
        let time = timeline.times[nextRank]
        image?.pointer.pointee.pts = time
        return DecodedFrame(index: info.firstFrame + nextRank, pts: time, image: image)
    }

    private func step() throws(MediaError) {
        switch try decoder.receive() {
        case .frame(let pointer):
            let image = VideoFrame(owning: pointer, rotation: info.rotation)
            if isDamaged(pointer), try restartsWithOneThread() { return }
            guard let rank = Int(exactly: pointer.pointee.pts), rank >= nextRank, rank < timeline.times.count else {
                return
            }
            waiting[rank] = image
        case .needsPacket:
            if sentAll { drained = true } else { try sendNext() }
        case .ended:
            drained = true
        case .failed:
            try noteFailure()
        }
    }

    private func sendNext() throws(MediaError) {
        let packet: Packet?
        if let unsent {
            packet = unsent
        } else {
            packet = try demuxer.next()
            packet.map(label)
        }
        let outcome = packet.map(decoder.send) ?? decoder.finish()
        if case .full = outcome {
            unsent = packet
            failures += 1
            if failures > timeline.ranks.count + 1000 { drained = true }
            return
        }
        unsent = nil
        if packet == nil { sentAll = true }
        if case .failed = outcome, packet != nil { try noteFailure() }
    }

    /// The decoder hands a packet's time on to its frame. The position of the frame takes its place: two frames may have
    /// the same time, but never the same position. Frames that are not to be given out get negative numbers.
    private func label(_ packet: Packet) {
        let rank = packetPosition < timeline.ranks.count ? timeline.ranks[packetPosition] : nil
        packet.pts = Int64(rank ?? packetPosition - timeline.ranks.count - 1)
        packet.dts = nil
        packetPosition += 1
    }

    /// Whether FFmpeg says that it guessed parts of a picture that matters.
    private func isDamaged(_ frame: UnsafeMutablePointer<AVFrame>) -> Bool {
        guard frame.pointee.decode_error_flags != 0 || frame.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0 else {
            return false
        }
        return !timeline.undecodablePreroll.contains(Int(clamping: frame.pointee.pts) &+ timeline.ranks.count &+ 1)
    }

    private func noteFailure() throws(MediaError) {
        if try restartsWithOneThread() { return }
        failures += 1
        // A decoder that fails without end must not keep the caller.
        if failures > timeline.ranks.count + 1000 { drained = true }
    }

    private func restartsWithOneThread() throws(MediaError) -> Bool {
        guard threads > 1 else { return false }
        threads = 1
        hasRestarted = true
        demuxer = try Self.open(source, info, limits)
        // What one thread makes of a damaged picture is better than nothing, and always the same.
        decoder = try Decoder(
            parameters: demuxer.parameters, threads: 1, tellsFaults: false, reorderDepth: timeline.reorderDepth,
            limits: limits, name: info.name)
        packetPosition = 0
        unsent = nil
        sentAll = false
        failures = 0
        waiting = [:]
        return true
    }

    private static func open(
        _ source: Source, _ info: ChunkDecodingInfo, _ limits: MediaLimits
    ) throws(MediaError) -> Demuxer {
        let format = info.container.demuxerName
        let input: FormatInput
        switch source {
        case .bytes(let bytes):
            input = try FormatInput(bytes: bytes, name: info.name, format: format, asStored: true, limits: limits)
        case .path(let path):
            input = try FormatInput(path: path, format: format, asStored: true, limits: limits)
        }
        return try Demuxer(input, asStored: true, limits: limits)
    }
}
