internal import CFFmpeg

/// Reads the packets of a file's video stream, in the order in which they stand in the file.
///
/// It takes the best video stream; attached pictures (cover art) are not video. Every packet has a `pts`: where a
/// container stores none (AVI, raw streams), it is worked out from the order of the pictures. A demuxer belongs to one
/// thread at a time.
public final class Demuxer {
    public let stream: VideoStreamInfo

    /// Why the input ended before its end; nil while nothing is missing. Packets up to there are whole.
    public private(set) var truncation: String?

    /// The path, address or name, for messages.
    public var name: String { input.name }

    /// How far the input has been read, in bytes, for progress.
    public var bytePosition: Int64 { input.bytePosition }

    /// Size of the input in bytes; nil for a stream without end.
    public var byteCount: Int64? { input.byteCount }

    let parameters: StreamParameters
    let limits: MediaLimits
    private let input: FormatInput
    private let streamIndex: Int32
    private let filter: BitstreamFilter?
    private var repair: TimestampRepair?
    private var stored: [Packet] = []
    private var packetsRead = 0
    private var inputEnded = false
    private var ended = false

    /// Opens a file, or a network address.
    ///
    /// The input cannot make FFmpeg open anything else: a file no other file and no address, an address only addresses
    /// of its own kind.
    public convenience init(path: String, limits: MediaLimits = .default) throws(MediaError) {
        try self.init(FormatInput(path: path, asStored: false, limits: limits), asStored: false, limits: limits)
    }

    /// Opens an address that may not answer, or stop doing so.
    ///
    /// - Parameter interrupt: ends what takes too long.
    public convenience init(
        address: MediaAddress, interrupt: ReadInterrupt, patience: Duration, limits: MediaLimits = .default
    ) throws(MediaError) {
        interrupt.expect(within: patience)
        let input = try FormatInput(address: address, interrupt: interrupt, limits: limits)
        try self.init(input, asStored: false, limits: limits)
    }

    /// Opens standard input, for any container that can be read without seeking.
    public convenience init(
        standardInput interrupt: ReadInterrupt, patience: Duration, limits: MediaLimits = .default
    ) throws(MediaError) {
        interrupt.expect(within: patience)
        try self.init(FormatInput(standardInput: interrupt, limits: limits), asStored: false, limits: limits)
    }

    /// Opens a file that is in memory. The bytes are not copied.
    ///
    /// - Parameter name: what messages call it.
    public convenience init(bytes: [UInt8], name: String, limits: MediaLimits = .default) throws(MediaError) {
        let input = try FormatInput(bytes: bytes, name: name, asStored: false, limits: limits)
        try self.init(input, asStored: false, limits: limits)
    }

    /// - Parameter asStored: the packets come as the container holds them, with nothing worked out; for own chunks.
    init(_ input: FormatInput, asStored: Bool, probes: Bool? = nil, limits: MediaLimits) throws(MediaError) {
        self.input = input
        self.limits = limits
        let context = input.context
        let isProbed = probes ?? !asStored
        if isProbed {
            let status = Self.probe(context, limits: limits)
            if status < 0 {
                throw MediaError(
                    .notAVideo, operation: "avformat_find_stream_info",
                    detail: "'\(input.name)': \(describeAVError(status)); check it with 'ffprobe'")
            }
        }
        let stream = try Self.chooseStream(of: input)
        streamIndex = stream.pointee.index
        for index in 0..<Int(context.pointee.nb_streams) where index != Int(streamIndex) {
            context.pointee.streams[index]?.pointee.discard = AVDISCARD_ALL
        }
        let id = stream.pointee.codecpar.pointee.codec_id
        if !asStored, id == AV_CODEC_ID_MPEG4 {
            // AVI files may pack a B-frame behind its reference into one packet; see FFmpeg's mpeg4_unpack_bframes.
            let filter = try BitstreamFilter(
                named: "mpeg4_unpack_bframes", for: stream.pointee.codecpar, timeBase: stream.pointee.time_base,
                file: input.name)
            guard avcodec_parameters_copy(stream.pointee.codecpar, filter.outputParameters) >= 0 else {
                throw MediaError(.outOfMemory, operation: "avcodec_parameters_copy", detail: "reading \(input.name)")
            }
            self.filter = filter
        } else {
            filter = nil
        }
        parameters = try StreamParameters(copying: stream)
        self.stream = try Self.describe(stream, of: input, isProbed: isProbed, limits: limits)
        repair = asStored ? nil : TimestampRepair(stream: stream, parameters: parameters, container: input)
    }

    /// The next packet; nil at the end.
    ///
    /// A file that was cut off ends after its last whole packet: ``truncation`` then says so.
    public func next() throws(MediaError) -> Packet? {
        while true {
            if let packet = repair?.next() { return packet }
            if ended { return nil }
            if let packet = try nextFiltered() {
                if repair == nil {
                    // Matroska has decoding times instead where it wraps the codec's AVI form.
                    packet.pts = packet.pts ?? packet.dts
                    return packet
                }
                repair?.push(packet)
            } else {
                ended = true
                repair?.finish()
                noteMissingPackets()
            }
        }
    }

    /// Looks into the streams, whose decoders obey the limit on picture sizes while it does.
    private static func probe(_ context: UnsafeMutablePointer<AVFormatContext>, limits: MediaLimits) -> Int32 {
        var options = [OpaquePointer?](repeating: nil, count: Int(context.pointee.nb_streams))
        for index in options.indices { av_dict_set(&options[index], "max_pixels", String(limits.maxPixels), 0) }
        defer { for index in options.indices { av_dict_free(&options[index]) } }
        return avformat_find_stream_info(context, &options)
    }

    private func nextFiltered() throws(MediaError) -> Packet? {
        guard let filter else { return try nextStored() }
        while true {
            if let packet = try filter.receive() { return packet }
            if inputEnded { return nil }
            let packet = try nextStored()
            if let packet, packet.byteCount == 0 { continue }
            // What the filter cannot read is passed on as it is: a decoder may know better.
            if !filter.send(packet), let packet, packet.byteCount > 0 { return packet }
        }
    }

    private func nextStored() throws(MediaError) -> Packet? {
        while true {
            // A damaged packet is held back until another one follows: at the very end it is the remainder of one that
            // was cut off.
            if let first = stored.first, !first.isCorrupt || stored.count > 1 { return stored.removeFirst() }
            if inputEnded { return nil }
            let packet = try Packet()
            let status = av_read_frame(input.context, packet.pointer)
            guard status >= 0 else {
                inputEnded = true
                try noteEnd(status)
                continue
            }
            guard packet.pointer.pointee.stream_index == streamIndex else { continue }
            guard packet.byteCount <= limits.maxPacketBytes else {
                throw MediaError(
                    .limitExceeded, operation: "av_read_frame",
                    detail: "'\(name)' has a packet of \(packet.byteCount) bytes; the limit is "
                        + "\(limits.maxPacketBytes)")
            }
            packetsRead += 1
            packet.dropSenselessTimes()
            // Times count from a stream's first packet, whose own FFmpeg takes for none where pictures are reordered.
            if packetsRead == 1, packet.pts == nil, input.containerName == "rtsp" { packet.pts = 0 }
            stored.append(packet)
        }
    }

    private func noteEnd(_ status: Int32) throws(MediaError) {
        if let io = input.context.pointee.pb, io.pointee.error < 0,
            io.pointee.error != Int32(lapwing_AVERROR_EOF), io.pointee.error != Int32(lapwing_AVERROR_INVALIDDATA)
        {
            throw MediaError(
                .unreadable, operation: "av_read_frame",
                detail: "'\(name)' could not be read past byte \(bytePosition): \(describeAVError(io.pointee.error))")
        }
        if stored.last?.isCorrupt == true {
            stored.removeLast()
            packetsRead -= 1
            truncation = "the file ends in the middle of a frame; the frames before it are whole"
        } else if status != Int32(lapwing_AVERROR_EOF) {
            truncation = "the file cannot be read to its end (\(describeAVError(status)))"
        } else {
            truncation = Truncation.describe(input)
        }
    }

    /// An MP4 index tells how many packets there should be.
    private func noteMissingPackets() {
        guard truncation == nil, input.containerName.hasPrefix("mov"),
            let stream = input.context.pointee.streams[Int(streamIndex)]
        else { return }
        let announced = Int(avformat_index_get_entries_count(stream))
        guard packetsRead < announced else { return }
        truncation = "the file's index announces \(announced) frames, but \(packetsRead) are there: it was cut off"
    }
}
