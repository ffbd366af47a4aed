internal import CFFmpeg
internal import Crypto

/// Cuts a video into chunks at key frames, without encoding anything again. Every packet is in exactly one chunk.
///
/// A cut before a key frame is clean where no later frame is displayed before that key frame (a closed group of
/// pictures). Clean cuts are preferred: a chunk may become twice as long as asked for to end at one. Where there is
/// none, the cut is made before the key frame of an open group. The chunk that starts there carries the group before as
/// pre-roll, because the pictures displayed before the key frame refer to it; a decoder decodes the pre-roll and drops
/// it.
///
/// Packets before the first key frame are kept in the first chunk. They count as frames, though a decoder may show
/// nothing for them; so do pictures that are displayed before the first key frame and come after it. Where a video has no
/// key frames but is refreshed bit by bit, there is no cut. A splitter belongs to one thread at a time.
public final class ChunkSplitter {
    private let demuxer: Demuxer
    private let target: Int64
    private let maxBytes: Int
    private let step: Int64
    private var parameters: StreamParameters
    private var container: ChunkContainer?

    /// Whole groups that are in no chunk yet, and the one that is still growing.
    private var groups: [GroupOfPictures] = []
    private var groupsRoom = 0
    private var growing = GroupOfPictures()
    private var growingHasKey = false
    private var sourceEnded = false
    /// The group before the first of ``groups``, if that one is open.
    private var preroll: GroupOfPictures?

    private var index = 0
    private var frameIndex = 0
    private var startPTS: Int64?
    private var hasher = SHA256()

    /// - Parameters:
    ///   - targetSeconds: a chunk ends at the first clean cut at or after this time; 0 makes every group a chunk, a huge
    ///     value makes one chunk.
    ///   - maxBytes: a chunk ends earlier where it would become larger than this.
    public init(demuxer: Demuxer, targetSeconds: Double, maxBytes: Int) {
        self.demuxer = demuxer
        self.maxBytes = maxBytes
        let timeBase = demuxer.stream.timeBase.value
        let ticks = targetSeconds.isNaN ? 0 : targetSeconds / timeBase
        // Far below the range of Int64, so that doubling cannot overflow.
        target = Int64(min(max(ticks, 0), 0x1p60).rounded(.up))
        let rate = demuxer.stream.frameRate?.value ?? 25
        step = Int64(min(max((1 / (rate * timeBase)).rounded(), 1), 0x1p40))
        parameters = demuxer.parameters
    }

    /// The next chunk; nil after the last one.
    public func next() throws(MediaError) -> Chunk? {
        while true {
            if let count = try plannedCut() { return try emit(count) }
            guard !sourceEnded else { return nil }
            try readGroup()
        }
    }

    /// Reads up to the next key packet.
    private func readGroup() throws(MediaError) {
        while let packet = try demuxer.next() {
            let startsGroup = packet.isKey && !packet.isRollingRefresh && !packet.isContinuation
            let finished = startsGroup && growingHasKey
            if finished {
                groups.append(growing)
                groupsRoom += growing.room
                growing = GroupOfPictures()
            }
            growingHasKey = growingHasKey || startsGroup
            growing.append(packet)
            try checkSize(of: growing)
            if finished { return }
        }
        sourceEnded = true
        if !growing.packets.isEmpty {
            groups.append(growing)
            groupsRoom += growing.room
        }
        growing = GroupOfPictures()
        guard index > 0 || !groups.isEmpty else {
            let cause = demuxer.truncation.map { ": \($0)" } ?? ""
            throw MediaError(
                .corrupt, operation: "av_read_frame",
                detail: "'\(demuxer.name)' holds no frame\(cause); copy or record the file again")
        }
    }

    private func checkSize(of group: GroupOfPictures) throws(MediaError) {
        let room = group.room + fixedRoom
        guard room > maxBytes else { return }
        let seconds =
            Double(group.start - (startPTS ?? groups.first?.start ?? group.start))
            * demuxer.stream.timeBase.value
        let shown = Int(exactly: (seconds * 1000).rounded()).map(String.init) ?? "some"
        throw MediaError(
            .limitExceeded, operation: "split",
            detail:
                "'\(demuxer.name)': the frames from \(shown) ms on cannot be cut before they exceed \(maxBytes) bytes "
                + "(no usable key frame); raise --max-chunk-bytes")
    }

    /// What a chunk needs besides its packets.
    private var fixedRoom: Int { (1 << 12) + parameters.withExtradata { $0.count } }

    /// How many of ``groups`` the next chunk takes; nil where more of the source must be read to know.
    private func plannedCut() throws(MediaError) -> Int? {
        guard mayCut else { return nil }
        var lastClean: Int?
        var lastPossible: Int?
        var room = fixedRoom + (preroll?.room ?? 0)
        var latest = Int64.min
        var displayed = 0
        for (position, group) in groups.enumerated() {
            if position > 0, group.newExtradata != nil { return position }
            if position > 0, displayed > 0, group.displayedCount > 0, group.earliest > latest {
                let span = group.earliest - (groups.first?.earliest ?? 0)
                if group.isClosed {
                    lastClean = position
                    lastPossible = position
                    if span >= target { return position }
                } else if groups[position - 1].room + group.room + fixedRoom <= maxBytes {
                    lastPossible = position
                    if span >= 2 * target {
                        if let clean = lastClean, groups[clean].earliest - groups[0].earliest >= target / 2 {
                            return clean
                        }
                        return position
                    }
                }
            }
            room += group.room
            displayed += group.displayedCount
            latest = max(latest, group.latest)
            if room > maxBytes {
                if let cut = lastClean ?? lastPossible { return cut }
                if position > 0 { try checkSize(of: joined(groups[...position])) } else { try checkSize(of: group) }
            }
        }
        return sourceEnded && !groups.isEmpty ? groups.count : nil
    }

    /// Whether it is worth the while to look at all groups.
    private var mayCut: Bool {
        guard !sourceEnded, let first = groups.first, let last = groups.last else { return !groups.isEmpty }
        return last.displayedCount > 0 && last.earliest - min(first.earliest, last.earliest) >= target
            || last.newExtradata != nil || groupsRoom + (preroll?.room ?? 0) + fixedRoom > maxBytes
    }

    private func joined(_ groups: ArraySlice<GroupOfPictures>) -> GroupOfPictures {
        var result = GroupOfPictures()
        for group in groups { for packet in group.packets { result.append(packet) } }
        return result
    }

    private func emit(_ count: Int) throws(MediaError) -> Chunk {
        let own = groups[..<count].flatMap(\.packets)
        if let extradata = groups[0].newExtradata {
            parameters = try parameters.replacing(extradata: extradata)
        }
        let before = preroll?.packets ?? []
        let packets = before + own
        guard packets.count <= demuxer.limits.maxPacketsPerChunk else {
            throw MediaError(
                .limitExceeded, operation: "split",
                detail: "'\(demuxer.name)': a chunk would have \(packets.count) packets; the limit is "
                    + "\(demuxer.limits.maxPacketsPerChunk); lower --chunk-seconds and --max-chunk-bytes")
        }
        let (written, container, digest) = try write(packets, prerollCount: before.count)
        self.container = container
        hasher = digest

        let isLast = sourceEnded && count == groups.count
        let displayed = groups[..<count].reduce(0) { $0 + $1.displayedCount }
        let last = own.filter(\.isDisplayed).max { ($0.pts ?? 0) < ($1.pts ?? 0) }
        let first = groups[..<count].map(\.earliest).min() ?? 0
        let pts = displayed > 0 ? first : own.first?.pts ?? 0
        if startPTS == nil { startPTS = pts }
        var end = last.map { ($0.pts ?? pts) + ($0.duration ?? step) } ?? pts
        if count < groups.count, groups[count].displayedCount > 0 { end = groups[count].earliest }
        let chunk = Chunk(
            index: index, bytes: written.bytes, container: container, stream: demuxer.stream, firstFrame: frameIndex,
            frameCount: displayed, prerollFrames: before.count(where: \.isDisplayed), prerollPackets: before.count,
            hiddenPackets: packets.indices.filter { $0 >= before.count && !packets[$0].isDisplayed }, pts: pts,
            startPTS: startPTS ?? pts, duration: end - pts, timestampShift: written.timestampShift,
            exactPTS: written.exactPTS, isLast: isLast, totalFrames: isLast ? frameIndex + displayed : nil,
            sourceDigest: isLast ? hexadecimal(hasher.finalize()) : nil, truncation: isLast ? demuxer.truncation : nil)
        index += 1
        frameIndex += displayed
        let continues = count < groups.count && !groups[count].isClosed && groups[count].newExtradata == nil
        preroll = continues ? groups[count - 1] : nil
        groupsRoom -= groups[..<count].reduce(0) { $0 + $1.room }
        groups.removeFirst(count)
        return chunk
    }

    /// Writes the chunk as MP4, or as Matroska where MP4 cannot carry the video. All chunks are of one kind.
    private func write(
        _ packets: [Packet], prerollCount: Int
    ) throws(MediaError) -> (ChunkWriter.Result, ChunkContainer, SHA256) {
        let candidates = container.map { [$0] } ?? [.mp4, .matroska].filter { $0.carries(parameters.codecID) }
        var failure: MediaError?
        for container in candidates {
            let writer = ChunkWriter(
                container: container, parameters: parameters, timeBase: demuxer.stream.timeBase,
                name: "chunk \(index) of '\(demuxer.name)'", limits: demuxer.limits, step: step)
            var hasher = hasher
            do throws(MediaError) {
                let written = try writer.write(packets) { position, stored in
                    guard position >= prerollCount else { return }
                    stored.withBytes { hasher.update(bufferPointer: $0) }
                }
                return (written, container, hasher)
            } catch {
                failure = failure ?? error
            }
        }
        throw failure
            ?? MediaError(
                .unsupported, operation: "split",
                detail:
                    "'\(demuxer.name)': neither MP4 nor Matroska can carry codec '\(demuxer.stream.codec)'; convert "
                    + "the video to H.264")
    }
}

/// Lower-case hexadecimal digits of a digest.
func hexadecimal(_ digest: SHA256Digest) -> String {
    let digits = Array("0123456789abcdef")
    return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
