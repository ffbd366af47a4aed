internal import CFFmpeg

/// Writes packets of one video stream into a container; owns an `AVFormatContext`.
final class Muxer {
    private var context: UnsafeMutablePointer<AVFormatContext>
    private let stream: UnsafeMutablePointer<AVStream>
    private let memory: MemoryOutput?
    private var file: UnsafeMutablePointer<AVIOContext>?
    private let name: String
    private let timeBase: AVRational
    private let container: ChunkContainer

    /// - Parameters:
    ///   - memory: where the bytes go; nil writes to the file `name`.
    ///   - timeBase: what the timestamps given to ``write(_:pts:dts:duration:)`` count.
    ///   - editList: whether negative times and gaps at the start may be written as an edit list (MP4).
    init(
        container: ChunkContainer, memory: MemoryOutput?, name: String, parameters: StreamParameters,
        timeBase: Rational, editList: Bool
    ) throws(MediaError) {
        FFmpegLibrary.prepare()
        guard let base = timeBase.avRational else {
            throw MediaError(
                .unsupported, operation: "mux",
                detail: "\(name): a time base of \(timeBase.numerator)/\(timeBase.denominator) cannot be written")
        }
        var context: UnsafeMutablePointer<AVFormatContext>?
        let status = avformat_alloc_output_context2(&context, nil, container.muxerName, nil)
        guard status >= 0, let context else {
            throw MediaError(
                .unsupported, operation: "avformat_alloc_output_context2",
                detail: "this FFmpeg cannot write \(container.muxerName): \(describeAVError(status))")
        }
        guard let stream = avformat_new_stream(context, nil) else {
            avformat_free_context(context)
            throw MediaError(.outOfMemory, operation: "avformat_new_stream", detail: "no memory to write \(name)")
        }
        self.context = context
        self.stream = stream
        self.memory = memory
        self.name = name
        self.timeBase = base
        self.container = container
        try copyStream(from: parameters.stream, to: stream)
        keepTag(of: parameters)
        stream.pointee.time_base = AVRational(num: 1, den: base.den)
        if let memory {
            context.pointee.pb = memory.io
            context.pointee.flags |= AVFMT_FLAG_CUSTOM_IO
        } else {
            let status = avio_open2(&file, "file:" + name, AVIO_FLAG_WRITE, nil, nil)
            guard status >= 0 else { throw unwritable(status, "avio_open2") }
            context.pointee.pb = file
        }
        // The same input must give the same bytes: no encoder names, no dates.
        context.pointee.flags |= AVFMT_FLAG_BITEXACT
        // Timestamps are as the caller wants them.
        context.pointee.avoid_negative_ts = 0
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        if container == .mp4 {
            av_dict_set(&options, "video_track_timescale", String(base.den), 0)
            av_dict_set(&options, "movie_timescale", String(base.den), 0)
            av_dict_set(&options, "use_editlist", editList ? "1" : "0", 0)
        }
        let opened = avformat_write_header(context, &options)
        guard opened >= 0 else {
            throw MediaError(
                .unsupported, operation: "avformat_write_header",
                detail: "\(name): \(container.muxerName) cannot carry this video: \(describeAVError(opened))")
        }
    }

    deinit {
        if file != nil {
            avio_closep(&file)
        }
        avformat_free_context(context)
        withExtendedLifetime(memory) {}
    }

    /// Writes one packet in decoding order; the bytes are shared, not copied.
    func write(_ packet: Packet, pts: Int64, dts: Int64, duration: Int64) throws(MediaError) {
        let copy = try Packet(sharing: packet)
        copy.pts = try ticks(pts)
        copy.dts = try ticks(dts)
        copy.duration = try ticks(duration)
        copy.pointer.pointee.stream_index = 0
        copy.pointer.pointee.pos = -1
        let status = av_write_frame(context, copy.pointer)
        guard status >= 0 else { throw unwritable(status, "av_write_frame") }
    }

    /// Writes the index and closes the file.
    func finish() throws(MediaError) {
        var status = av_write_frame(context, nil)
        if status >= 0 { status = av_write_trailer(context) }
        guard status >= 0 else { throw unwritable(status, "av_write_trailer") }
        avio_flush(context.pointee.pb)
        if let io = context.pointee.pb, io.pointee.error < 0 { throw unwritable(io.pointee.error, "avio_flush") }
        if file != nil {
            context.pointee.pb = nil
            let status = avio_closep(&file)
            guard status >= 0 else { throw unwritable(status, "avio_close") }
        }
    }

    /// Ticks of the caller's time base as ticks of the stream's, which the muxer may have chosen itself.
    private func ticks(_ value: Int64) throws(MediaError) -> Int64 {
        let target = stream.pointee.time_base
        if target.num == 1, target.den == timeBase.den {
            let (product, overflow) = value.multipliedReportingOverflow(by: Int64(timeBase.num))
            guard !overflow else {
                throw MediaError(.corrupt, operation: "mux", detail: "\(name): timestamp \(value) is out of range")
            }
            return product
        }
        return rescale(value, from: timeBase, to: target)
    }

    /// Keeps the codec's four-letter tag where the container allows it (`hvc1` must stay `hvc1` for some players).
    private func keepTag(of parameters: StreamParameters) {
        let tag = parameters.codecParameters.pointee.codec_tag
        let table = context.pointee.oformat.pointee.codec_tag
        let keeps = table != nil && tag != 0 && av_codec_get_id(table, tag) == parameters.codecID
        stream.pointee.codecpar.pointee.codec_tag = keeps ? tag : 0
    }

    private func unwritable(_ status: Int32, _ operation: String) -> MediaError {
        if status == Int32(lapwing_AVERROR_ENOMEM) {
            return MediaError(.outOfMemory, operation: operation, detail: "no memory to write \(name)")
        }
        let remedy = memory == nil ? "; check the disk's space and permissions" : ""
        return MediaError(
            .unwritable, operation: operation, detail: "\(name): \(describeAVError(status))\(remedy)")
    }
}
