internal import CFFmpeg

/// One encoded frame as it stands in a file; owns an `AVPacket` and frees it. A packet belongs to one thread at a time.
public final class Packet {
    /// FFmpeg's packet; never nil, freed in `deinit`.
    let pointer: UnsafeMutablePointer<AVPacket>

    /// Whether the packet only completes the frame of the packet before it (the second field of an interlaced frame).
    var isContinuation = false

    /// Whether the codec stores the packet without ever showing a picture for it (VP8's alternate reference frames).
    var isInvisible = false

    /// Whether the picture is called a key frame, but is not an intra picture: the end of a rolling refresh.
    var isRollingRefresh = false

    /// An empty packet.
    init() throws(MediaError) {
        guard let pointer = av_packet_alloc() else {
            throw MediaError(.outOfMemory, operation: "av_packet_alloc", detail: "no memory for a packet")
        }
        self.pointer = pointer
    }

    /// Another packet with the same properties, which shares the bytes.
    init(sharing other: Packet) throws(MediaError) {
        guard let pointer = av_packet_clone(other.pointer) else {
            throw MediaError(.outOfMemory, operation: "av_packet_clone", detail: "no memory for a packet")
        }
        self.pointer = pointer
        isContinuation = other.isContinuation
        isInvisible = other.isInvisible
        isRollingRefresh = other.isRollingRefresh
    }

    deinit {
        var pointer: UnsafeMutablePointer<AVPacket>? = pointer
        av_packet_free(&pointer)
    }

    /// When the frame is displayed, in ticks of the stream's time base. A ``Demuxer`` sets it on every packet.
    public internal(set) var pts: Int64? {
        get { timestamp(pointer.pointee.pts) }
        set { pointer.pointee.pts = newValue ?? lapwing_AV_NOPTS_VALUE }
    }

    /// When the frame is decoded, in ticks of the stream's time base; nil where the container does not tell.
    public internal(set) var dts: Int64? {
        get { timestamp(pointer.pointee.dts) }
        set { pointer.pointee.dts = newValue ?? lapwing_AV_NOPTS_VALUE }
    }

    /// How long the frame is displayed, in ticks; nil where the container does not tell.
    public internal(set) var duration: Int64? {
        get { pointer.pointee.duration > 0 ? pointer.pointee.duration : nil }
        set { pointer.pointee.duration = newValue ?? 0 }
    }

    /// Whether decoding may start here. Open groups of pictures have this flag too: see ``ChunkSplitter``.
    public var isKey: Bool { pointer.pointee.flags & AV_PKT_FLAG_KEY != 0 }

    /// Whether an edit list of the container hides the frame: it is decoded, but not displayed.
    public internal(set) var isDiscard: Bool {
        get { pointer.pointee.flags & AV_PKT_FLAG_DISCARD != 0 }
        set {
            if newValue {
                pointer.pointee.flags |= AV_PKT_FLAG_DISCARD
            } else {
                pointer.pointee.flags &= ~AV_PKT_FLAG_DISCARD
            }
        }
    }

    /// Whether the container knows that bytes of the packet are missing or damaged.
    public var isCorrupt: Bool { pointer.pointee.flags & AV_PKT_FLAG_CORRUPT != 0 }

    /// Whether the packet brings a frame of its own to the screen.
    var isDisplayed: Bool { !isDiscard && !isContinuation && !isInvisible }

    /// Forgets times that no real file has, so that calculations with them cannot overflow.
    func dropSenselessTimes() {
        if let time = pts, !sensibleTimes.contains(time) { pts = nil }
        if let time = dts, !sensibleTimes.contains(time) { dts = nil }
        if let time = duration, !sensibleTimes.contains(time) { duration = nil }
    }

    /// A new decoder configuration that holds from this packet on; nil, as nearly always, where it stays the same.
    var newExtradata: [UInt8]? {
        var size = 0
        guard let data = av_packet_get_side_data(pointer, AV_PKT_DATA_NEW_EXTRADATA, &size), size > 0 else {
            return nil
        }
        return Array(UnsafeBufferPointer(start: data, count: size))
    }

    public var byteCount: Int { max(0, Int(pointer.pointee.size)) }

    /// Lends the encoded bytes to `body`; they are gone afterwards.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) {
            try body(UnsafeRawBufferPointer(start: pointer.pointee.data, count: byteCount))
        }
    }
}
