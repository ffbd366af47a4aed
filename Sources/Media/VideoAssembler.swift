internal import CFFmpeg
internal import Crypto

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Puts the chunks of a video back together: the source's packets with the source's timestamps, in one file.
///
/// The file is of the kind of the first chunk. It is written beside its name and takes it in ``finish()``; one that is
/// not finished is removed. Frames that an edit list hides at the start or at the end stay hidden in an MP4 file (not
/// those in the middle, and not in Matroska, which has no such list). Where displayed frames have negative times, all times are moved so that the first one is 0, because MP4 would hide them.
public final class VideoAssembler {
    private let path: String
    private let limits: MediaLimits
    private var muxer: Muxer?
    private var timestamps = DecodeTimestamps()
    private var container: ChunkContainer?
    private var offset: Int64 = 0
    private var configuration: [UInt8]?
    private var timeBase = Rational(1, 1)
    private var firstTime: Int64?
    private var lastDisplayed: Int64?
    private var hiddenTimes: [Int64] = []
    private var hasher = SHA256()
    private var isFinished = false

    private var temporaryPath: String { path + ".part" }

    /// - Parameter path: the file to write; an existing one is replaced at the end.
    public init(path: String, limits: MediaLimits = .default) throws(MediaError) {
        self.path = path
        self.limits = limits
    }

    deinit {
        guard !isFinished, muxer != nil else { return }
        muxer = nil
        unlink(temporaryPath)
    }

    /// Adds the next chunk, which is in memory.
    public func append(bytes: [UInt8], info: ChunkDecodingInfo) throws(MediaError) {
        try append(
            FormatInput(
                bytes: bytes, name: info.name, format: info.container.demuxerName, asStored: true, limits: limits),
            info: info)
    }

    /// Completes the file.
    ///
    /// - Returns: SHA-256, in hexadecimal digits, over the bytes of all packets; equals ``Chunk/sourceDigest`` where all
    ///   chunks were there.
    public func finish() throws(MediaError) -> String {
        guard let muxer else {
            throw MediaError(.unwritable, operation: "assemble", detail: "'\(path)': there are no chunks to write")
        }
        try muxer.finish()
        self.muxer = nil
        try hideEnd()
        guard rename(temporaryPath, path) == 0 else {
            let cause = String(cString: strerror(errno))
            unlink(temporaryPath)
            throw MediaError(
                .unwritable, operation: "rename", detail: "'\(path)' cannot be written: \(cause); check the path")
        }
        isFinished = true
        return hexadecimal(hasher.finalize())
    }

    /// Frames that are hidden after the last displayed one stay hidden in MP4: its edit list ends before them.
    private func hideEnd() throws(MediaError) {
        guard container == .mp4, let firstTime, let lastDisplayed,
            let end = hiddenTimes.filter({ $0 > lastDisplayed }).min()
        else { return }
        try EditList.end(of: temporaryPath, after: end + offset - max(0, firstTime + offset), timeBase: timeBase)
    }

    private func append(_ input: FormatInput, info: ChunkDecodingInfo) throws(MediaError) {
        if let container, container != info.container {
            throw ChunkTimeline.damaged(
                info, "it is \(info.container.rawValue), those before are \(container.rawValue)")
        }
        let demuxer = try Demuxer(input, asStored: true, probes: muxer == nil, limits: limits)
        guard let from = demuxer.stream.timeBase.avRational, let to = info.timeBase.avRational else {
            throw ChunkTimeline.damaged(info, "its time base is unusable")
        }
        let hidden = Set(info.hiddenPackets)
        var packets: [Packet] = []
        var times: [Int64] = []
        var position = 0
        while let packet = try demuxer.next() {
            defer { position += 1 }
            guard position >= info.prerollPackets else { continue }
            guard let stored = packet.pts else { throw ChunkTimeline.damaged(info, "packet \(position) has no time") }
            if let exact = info.exactPTS {
                guard position < exact.count, sensibleTimes.contains(exact[position]) else {
                    throw ChunkTimeline.damaged(info, "the time of packet \(position) is unknown")
                }
                times.append(exact[position])
            } else {
                times.append(try ChunkTimeline.restore(stored, from: from, to: to, info: info))
            }
            if let dts = packet.dts {
                packet.dts = try ChunkTimeline.restore(dts, from: from, to: to, info: info)
            }
            packet.duration = packet.duration.map { rescale($0, from: from, to: to) }
            packet.isDiscard = hidden.contains(position)
            packet.withBytes { hasher.update(bufferPointer: $0) }
            packets.append(packet)
            try ChunkTimeline.check(packets.count, limits, info)
        }
        try checkConfiguration(of: demuxer, info: info)
        try open(like: demuxer, info: info, packets: packets, times: times)
        try write(packets, times: times)
    }

    /// A file has one decoder configuration for all its frames.
    private func checkConfiguration(of demuxer: Demuxer, info: ChunkDecodingInfo) throws(MediaError) {
        let parameters = demuxer.parameters
        guard parameters.codecID == AV_CODEC_ID_H264 || parameters.codecID == AV_CODEC_ID_HEVC else { return }
        let current = parameters.withExtradata { Array($0) }
        guard configuration == nil || configuration == current else {
            throw MediaError(
                .unsupported, operation: "assemble",
                detail:
                    "\(info.name): the decoder's configuration changes within the video, which one file cannot hold; "
                    + "use the chunks themselves")
        }
        configuration = current
    }

    private func open(
        like demuxer: Demuxer, info: ChunkDecodingInfo, packets: [Packet], times: [Int64]
    ) throws(MediaError) {
        guard muxer == nil else { return }
        container = info.container
        timeBase = info.timeBase
        let displayed = zip(packets, times).filter { !$0.0.isDiscard }.map(\.1)
        if let first = displayed.min(), first < 0 { offset = -first }
        if info.container == .matroska, let first = times.min(), first + offset < 0 { offset = -first }
        muxer = try Muxer(
            container: info.container, memory: nil, name: temporaryPath, parameters: demuxer.parameters,
            timeBase: info.timeBase, editList: true)
    }

    private func write(_ packets: [Packet], times: [Int64]) throws(MediaError) {
        for (packet, time) in zip(packets, times) {
            firstTime = min(firstTime ?? time, time)
            if packet.isDiscard {
                hiddenTimes.append(time)
            } else {
                lastDisplayed = max(lastDisplayed ?? time, time)
            }
        }
        let sorted = times.sorted()
        let step = sorted.count > 1 ? max(1, (sorted[sorted.count - 1] - sorted[0]) / Int64(sorted.count - 1)) : 1
        let decodeTimes = timestamps.assign(pts: times, dts: packets.map(\.dts), step: step)
        for (position, packet) in packets.enumerated() {
            try muxer?.write(
                packet, pts: times[position] + offset, dts: decodeTimes[position] + offset,
                duration: packet.duration ?? step)
        }
    }
}
