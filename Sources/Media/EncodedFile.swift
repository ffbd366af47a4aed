internal import CFFmpeg

/// A file that encoded packets of one video stream are written into; owns an `AVFormatContext`.
final class EncodedFile {
    private let context: UnsafeMutablePointer<AVFormatContext>
    private var io: UnsafeMutablePointer<AVIOContext>?
    private let name: String
    private let format: VideoEncoder.FileFormat

    /// Creates the file, or empties it.
    ///
    /// - Parameter name: what messages call it.
    init(path: String, name: String, format: VideoEncoder.FileFormat) throws(MediaError) {
        self.name = name
        self.format = format
        var context: UnsafeMutablePointer<AVFormatContext>?
        // The address is needed again where the index is moved to the front.
        let status = avformat_alloc_output_context2(&context, nil, format.muxerName, "file:" + path)
        guard status >= 0, let context else {
            throw MediaError(
                .unsupported, operation: "avformat_alloc_output_context2",
                detail: "this FFmpeg cannot write \(format.muxerName): \(describeAVError(status))")
        }
        self.context = context
        let opened = avio_open2(&io, "file:" + path, AVIO_FLAG_WRITE, nil, nil)
        guard opened >= 0 else { throw unwritable(opened, "avio_open2") }
        context.pointee.pb = io
        // The same input must give the same bytes: no library versions, no dates, no random identifiers.
        context.pointee.flags |= AVFMT_FLAG_BITEXACT
    }

    deinit {
        if io != nil { avio_closep(&io) }
        avformat_free_context(context)
    }

    /// Writes the head of the file.
    func begin(with encoder: PictureEncoder) throws(MediaError) {
        guard let stream = avformat_new_stream(context, nil),
            avcodec_parameters_from_context(stream.pointee.codecpar, encoder.context) >= 0
        else {
            throw MediaError(.outOfMemory, operation: "avformat_new_stream", detail: "no memory to write '\(name)'")
        }
        stream.pointee.time_base = encoder.fileTimeBase
        stream.pointee.avg_frame_rate = encoder.context.pointee.framerate
        stream.pointee.sample_aspect_ratio = encoder.context.pointee.sample_aspect_ratio
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        if format == .mp4 || format == .mov { av_dict_set(&options, "movflags", "+faststart", 0) }
        let status = avformat_write_header(context, &options)
        guard status >= 0 else { throw unwritable(status, "avformat_write_header") }
    }

    /// Writes a packet whose times count ticks of `timeBase`.
    func write(_ packet: Packet, timeBase: AVRational) throws(MediaError) {
        guard let stream = context.pointee.streams[0] else { return }
        av_packet_rescale_ts(packet.pointer, timeBase, stream.pointee.time_base)
        packet.pointer.pointee.stream_index = 0
        let status = av_write_frame(context, packet.pointer)
        guard status >= 0 else { throw unwritable(status, "av_write_frame") }
    }

    /// Writes the index and closes the file.
    func finish() throws(MediaError) {
        let status = av_write_trailer(context)
        guard status >= 0 else { throw unwritable(status, "av_write_trailer") }
        avio_flush(io)
        if let io, io.pointee.error < 0 { throw unwritable(io.pointee.error, "avio_flush") }
        context.pointee.pb = nil
        let closed = avio_closep(&io)
        guard closed >= 0 else { throw unwritable(closed, "avio_close") }
    }

    private func unwritable(_ status: Int32, _ operation: String) -> MediaError {
        if status == Int32(lapwing_AVERROR_ENOMEM) {
            return MediaError(.outOfMemory, operation: operation, detail: "no memory to write '\(name)'")
        }
        return MediaError(
            .unwritable, operation: operation,
            detail:
                "'\(name)' cannot be written: \(describeAVError(status)); check the folder, its permissions and the "
                + "disk's space")
    }
}
