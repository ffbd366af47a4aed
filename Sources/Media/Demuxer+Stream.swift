internal import CFFmpeg

extension Demuxer {
    /// The best video stream that is not an attached picture.
    static func chooseStream(of input: FormatInput) throws(MediaError) -> UnsafeMutablePointer<AVStream> {
        let context = input.context
        let stillPicture = AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS
        func isVideo(_ index: Int) -> Bool {
            guard let stream = context.pointee.streams[index], let parameters = stream.pointee.codecpar else {
                return false
            }
            return parameters.pointee.codec_type == AVMEDIA_TYPE_VIDEO
                && stream.pointee.disposition & stillPicture == 0
        }
        let best = Int(av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, nil, 0))
        let candidates = (best >= 0 ? [best] : []) + Array(0..<Int(context.pointee.nb_streams))
        guard let index = candidates.first(where: isVideo), let stream = context.pointee.streams[index] else {
            throw MediaError(
                .noVideoStream, operation: "av_find_best_stream",
                detail: "'\(input.name)' holds no video stream (\(summary(of: context))); give a file that does")
        }
        return stream
    }

    private static func summary(of context: UnsafeMutablePointer<AVFormatContext>) -> String {
        let kinds = (0..<Int(context.pointee.nb_streams)).compactMap { index -> String? in
            guard let stream = context.pointee.streams[index], let parameters = stream.pointee.codecpar else {
                return nil
            }
            if stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC != 0 { return "cover art" }
            return av_get_media_type_string(parameters.pointee.codec_type).map { String(cString: $0) }
        }
        return kinds.isEmpty ? "it has no streams at all" : "it has: " + kinds.joined(separator: ", ")
    }

    /// What the container says about `stream`, after checks.
    ///
    /// MP4 leaves the picture size of MPEG-4 and H.263 to the decoder: where nobody has looked into the packets yet,
    /// there may be none.
    static func describe(
        _ stream: UnsafeMutablePointer<AVStream>, of input: FormatInput, isProbed: Bool, limits: MediaLimits
    ) throws(MediaError) -> VideoStreamInfo {
        let parameters = stream.pointee.codecpar.pointee
        let codec = String(cString: avcodec_get_name(parameters.codec_id))
        guard parameters.codec_id != AV_CODEC_ID_NONE else {
            throw MediaError(
                .unsupported, operation: "avformat_find_stream_info",
                detail: "the codec of '\(input.name)' is unknown to this FFmpeg; convert the video to H.264")
        }
        guard !isProbed || (parameters.width > 0 && parameters.height > 0) else {
            throw MediaError(
                .corrupt, operation: "avformat_find_stream_info",
                detail: "'\(input.name)': the size of the pictures (codec \(codec)) could not be found; the file is "
                    + "probably damaged or too short")
        }
        let (pixels, overflow) = Int(parameters.width).multipliedReportingOverflow(by: Int(parameters.height))
        guard !overflow, pixels <= limits.maxPixels else {
            throw MediaError(
                .limitExceeded, operation: "avformat_find_stream_info",
                detail: "'\(input.name)' has pictures of \(parameters.width) × \(parameters.height) pixels; the limit "
                    + "is \(limits.maxPixels) pixels; scale the video down, or raise the limit")
        }
        guard stream.pointee.time_base.num > 0, stream.pointee.time_base.den > 0 else {
            throw MediaError(
                .corrupt, operation: "avformat_open_input", detail: "'\(input.name)': the stream has no time base")
        }
        let timeBase = Rational(stream.pointee.time_base)
        let average = stream.pointee.avg_frame_rate
        var duration: Double?
        if let ticks = timestamp(stream.pointee.duration), ticks > 0 {
            duration = Double(ticks) * timeBase.value
        } else if let ticks = timestamp(input.context.pointee.duration), ticks > 0 {
            duration = Double(ticks) / Double(AV_TIME_BASE)
        }
        return VideoStreamInfo(
            codec: codec, codedWidth: Int(parameters.width), codedHeight: Int(parameters.height),
            rotation: rotation(of: stream), timeBase: timeBase,
            frameRate: average.num > 0 && average.den > 0 ? Rational(average) : nil, container: input.containerName,
            duration: duration)
    }

    /// Clockwise degrees by which the display matrix turns the picture, to the nearest quarter turn. Mirroring, which no
    /// camera writes, is left out.
    private static func rotation(of stream: UnsafeMutablePointer<AVStream>) -> Int {
        guard let matrix = lapwing_display_matrix(stream) else { return 0 }
        let counterclockwise = av_display_rotation_get(matrix)
        guard counterclockwise.isFinite else { return 0 }
        let quarters = Int((-counterclockwise / 90).rounded())
        return ((quarters % 4) + 4) % 4 * 90
    }
}
