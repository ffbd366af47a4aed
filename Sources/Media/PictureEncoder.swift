internal import CFFmpeg

/// FFmpeg's encoder for one stream: frames in, packets out, some frames later. Owns an `AVCodecContext`.
final class PictureEncoder {
    let name: String
    let context: UnsafeMutablePointer<AVCodecContext>
    /// What the packets' times count.
    let fileTimeBase: AVRational
    private let path: String
    /// MPEG-4 cannot count time in ticks shorter than 1/65535 s: its encoder gets frame numbers instead of times, which
    /// stand here until the packets come out, in the same order.
    private let numbersFrames: Bool
    private var times: [(pts: Int64, duration: Int64)] = []
    private var durations: [Int64: Int64] = [:]
    private var framesSent: Int64 = 0

    init(
        codec: VideoEncoder.Codec, quality: VideoEncoder.Quality, width: Int, height: Int, frameRate: AVRational,
        timeBase: AVRational, pixelAspectRatio: AVRational, format: VideoEncoder.FileFormat, coefficients: AVColorSpace,
        path: String
    ) throws(MediaError) {
        var failure: MediaError?
        for name in codec.encoders {
            guard let encoder = avcodec_find_encoder_by_name(name) else { continue }
            guard let context = avcodec_alloc_context3(encoder) else {
                throw MediaError(
                    .outOfMemory, operation: "avcodec_alloc_context3", detail: "no memory to encode \(path)")
            }
            let numbersFrames = encoder.pointee.id == AV_CODEC_ID_MPEG4
            context.pointee.width = Int32(width)
            context.pointee.height = Int32(height)
            context.pointee.sample_aspect_ratio = pixelAspectRatio
            context.pointee.pix_fmt = AV_PIX_FMT_YUV420P
            context.pointee.framerate = frameRate
            context.pointee.time_base = numbersFrames ? Self.shortFrameTime(frameRate) : timeBase
            context.pointee.colorspace = coefficients
            context.pointee.color_range = AVCOL_RANGE_MPEG
            let isHighDefinition = coefficients == AVCOL_SPC_BT709
            context.pointee.color_primaries = isHighDefinition ? AVCOL_PRI_BT709 : AVCOL_PRI_SMPTE170M
            context.pointee.color_trc = isHighDefinition ? AVCOL_TRC_BT709 : AVCOL_TRC_SMPTE170M
            // A key frame every two seconds at least, so that players can seek.
            let rate = Double(frameRate.num) / Double(frameRate.den)
            context.pointee.gop_size = Int32(min(max((2 * rate).rounded(), 1), 600))
            if numbersFrames || !format.hasTimes { context.pointee.max_b_frames = 0 }
            // The number of threads changes the bytes: the same on every machine.
            context.pointee.thread_count = numbersFrames ? 1 : 4
            context.pointee.flags |= Int32(AV_CODEC_FLAG_BITEXACT)
            let muxer = av_guess_format(format.muxerName, nil, nil)
            if let muxer, muxer.pointee.flags & AVFMT_GLOBALHEADER != 0 {
                context.pointee.flags |= Int32(AV_CODEC_FLAG_GLOBAL_HEADER)
            }
            var options: OpaquePointer?
            defer { av_dict_free(&options) }
            switch name {
            case "libx264":
                av_dict_set(&options, "preset", "veryfast", 0)
                av_dict_set(&options, "crf", String(quality.rateFactor), 0)
            case "mpeg4":
                context.pointee.flags |= Int32(AV_CODEC_FLAG_QSCALE)
                context.pointee.global_quality = Int32(FF_QP2LAMBDA) * quality.quantizer
            default:
                let pixels = Double(width * height) * min(rate, 240)
                context.pointee.bit_rate = Int64(max(pixels * quality.bitsPerPixel, 64_000))
            }
            let status = avcodec_open2(context, encoder, &options)
            guard status < 0 else {
                self.name = name
                self.context = context
                fileTimeBase = timeBase
                self.path = path
                self.numbersFrames = numbersFrames
                return
            }
            var unused: UnsafeMutablePointer<AVCodecContext>? = context
            avcodec_free_context(&unused)
            failure =
                failure
                ?? MediaError(
                    status == Int32(lapwing_AVERROR_ENOMEM) ? .outOfMemory : .unsupported, operation: "avcodec_open2",
                    detail: "'\(path)': the '\(name)' encoder does not start for pictures of \(width) × \(height): "
                        + "\(describeAVError(status))")
        }
        throw failure
            ?? MediaError(
                .unsupported, operation: "avcodec_find_encoder_by_name",
                detail: "'\(path)': this FFmpeg has none of the encoders \(codec.encoders.joined(separator: ", ")); "
                    + "install an FFmpeg that has one")
    }

    deinit {
        var context: UnsafeMutablePointer<AVCodecContext>? = context
        avcodec_free_context(&context)
    }

    /// Takes note of the next frame's time and duration, in the file's time base.
    func note(time: Int64, duration: Int64) {
        if numbersFrames {
            times.append((time, duration))
        } else {
            durations[time] = duration
        }
    }

    /// Gives a frame to the encoder; nil: no frame follows.
    func send(_ frame: UnsafeMutablePointer<AVFrame>?) throws(MediaError) {
        if numbersFrames, let frame {
            frame.pointee.pts = framesSent
            frame.pointee.quality = context.pointee.global_quality
        }
        framesSent += 1
        try check(avcodec_send_frame(context, frame), "avcodec_send_frame")
    }

    /// The next packet, with times in the file's time base; nil when frames must be sent first, or all packets are out.
    func receive() throws(MediaError) -> Packet? {
        let packet = try Packet()
        let status = avcodec_receive_packet(context, packet.pointer)
        if status == Int32(lapwing_AVERROR_EAGAIN) || status == Int32(lapwing_AVERROR_EOF) { return nil }
        try check(status, "avcodec_receive_packet")
        if numbersFrames, !times.isEmpty {
            let (time, duration) = times.removeFirst()
            packet.pts = time
            packet.dts = time
            packet.duration = duration
        } else if let pts = packet.pts {
            packet.duration = durations.removeValue(forKey: pts)
        }
        return packet
    }

    private func check(_ status: Int32, _ operation: String) throws(MediaError) {
        guard status < 0 else { return }
        throw MediaError(
            status == Int32(lapwing_AVERROR_ENOMEM) ? .outOfMemory : .unsupported, operation: operation,
            detail: "'\(path)': the '\(name)' encoder failed: \(describeAVError(status))")
    }

    /// Seconds per frame, as nearly as MPEG-4 can say it.
    private static func shortFrameTime(_ frameRate: AVRational) -> AVRational {
        var (num, den): (Int32, Int32) = (0, 0)
        av_reduce(&num, &den, Int64(frameRate.den), Int64(frameRate.num), 65535)
        return num > 0 && den > 0 ? AVRational(num: num, den: den) : AVRational(num: 1, den: 25)
    }
}
