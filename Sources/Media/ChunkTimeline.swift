internal import CFFmpeg

/// When each packet of a chunk is displayed, and as which frame; known before the first one is decoded.
struct ChunkTimeline {
    /// Per packet, in file order: position of its frame among the chunk's own ones; nil where it shows none.
    private(set) var ranks: [Int?] = []
    /// Per own frame, in presentation order: its time in the source's time base.
    private(set) var times: [Int64] = []
    private(set) var reorderDepth = 0
    /// Positions of pre-roll packets that are displayed before the key packet at the start: what they refer to is not in
    /// the chunk, so they need not be decodable, and nothing that is wanted refers to them.
    private(set) var undecodablePreroll: Set<Int> = []

    /// Reads the chunk through once.
    init(_ demuxer: Demuxer, info: ChunkDecodingInfo, limits: MediaLimits) throws(MediaError) {
        guard let from = demuxer.stream.timeBase.avRational, let to = info.timeBase.avRational else {
            throw ChunkTimeline.damaged(info, "its time base is unusable")
        }
        var stored: [Int64] = []
        while let packet = try demuxer.next() {
            guard let pts = packet.pts else { throw Self.damaged(info, "packet \(stored.count) has no time") }
            stored.append(try Self.restore(pts, from: from, to: to, info: info))
            try Self.check(stored.count, limits, info)
        }
        if let exact = info.exactPTS {
            guard exact.count == stored.count else {
                throw Self.damaged(info, "it holds \(stored.count) packets instead of \(exact.count)")
            }
            guard exact.allSatisfy({ sensibleTimes.contains($0) }) else {
                throw Self.damaged(info, "a time is out of range")
            }
            stored = exact
        }
        let hidden = Set(info.hiddenPackets)
        let own = stored.indices.filter { $0 >= info.prerollPackets && !hidden.contains($0) }
        guard own.count == info.frameCount else {
            throw Self.damaged(info, "it holds \(own.count) frames instead of \(info.frameCount)")
        }
        if let first = stored.first {
            undecodablePreroll = Set(stored.indices.prefix(info.prerollPackets).filter { stored[$0] < first })
        }
        ranks = Array(repeating: nil, count: stored.count)
        reorderDepth = DecodeTimestamps.reorderDepth(of: stored)
        for (rank, position) in own.sorted(by: { (stored[$0], $0) < (stored[$1], $1) }).enumerated() {
            ranks[position] = rank
            times.append(stored[position])
        }
    }

    /// A time of the chunk's file as a time of the source.
    static func restore(
        _ time: Int64, from: AVRational, to: AVRational, info: ChunkDecodingInfo
    ) throws(MediaError) -> Int64 {
        let (restored, overflow) = rescale(time, from: from, to: to).addingReportingOverflow(info.timestampShift)
        guard !overflow, sensibleTimes.contains(restored) else { throw damaged(info, "a time is out of range") }
        return restored
    }

    /// Refuses more packets than a chunk may have.
    static func check(_ packets: Int, _ limits: MediaLimits, _ info: ChunkDecodingInfo) throws(MediaError) {
        guard packets <= limits.maxPacketsPerChunk else {
            throw MediaError(
                .limitExceeded, operation: "read a chunk",
                detail: "\(info.name) has more than \(limits.maxPacketsPerChunk) packets, the limit; submit a video "
                    + "with more key frames")
        }
    }

    static func damaged(_ info: ChunkDecodingInfo, _ what: String) -> MediaError {
        MediaError(
            .corrupt, operation: "read a chunk",
            detail: "\(info.name) does not match its description: \(what); submit the video again")
    }
}
