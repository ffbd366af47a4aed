internal import CFFmpeg

/// An `SwsContext`: converts one kind of picture to 24-bit BGR of one size.
final class PictureConverter {
    /// What a context is made for.
    struct Setup: Equatable {
        let sourceWidth, sourceHeight: Int32
        let format: Int32
        let colorSpace: AVColorSpace
        let colorRange: AVColorRange
        let width, height: Int

        init(_ frame: VideoFrame, width: Int, height: Int) {
            sourceWidth = frame.pointer.pointee.width
            sourceHeight = frame.pointer.pointee.height
            format = frame.pointer.pointee.format
            colorSpace = frame.pointer.pointee.colorspace
            colorRange = frame.pointer.pointee.color_range
            self.width = width
            self.height = height
        }
    }

    let setup: Setup
    private let context: lapwing_SwsContext

    init(_ setup: Setup) throws(MediaError) {
        self.setup = setup
        let format = AVPixelFormat(rawValue: setup.format)
        guard sws_isSupportedInput(format) > 0 else {
            throw MediaError(
                .unsupported, operation: "sws_isSupportedInput",
                detail: """
                    pictures of pixel format \(Self.name(of: format)) cannot be converted; convert the video first, with \
                    `ffmpeg -pix_fmt yuv420p`
                    """)
        }
        guard let context = lapwing_sws_alloc_context() else {
            throw MediaError(.outOfMemory, operation: "sws_alloc_context", detail: "no memory for a conversion")
        }
        // At full size swscale's default, which FFmpeg's commands use too. Scaling with two samples in each direction is
        // nearest to what detectors are trained on, and the fastest; swscale's other methods average over more.
        let isScaling = Int(setup.sourceWidth) != setup.width || Int(setup.sourceHeight) != setup.height
        let flags = isScaling ? SWS_FAST_BILINEAR : SWS_BICUBIC
        // swscale warns about the formats that stand for full range themselves; the plain ones with that range are the same.
        let plainFormat = Self.plainFormats[format.rawValue]
        var options: [(String, Int64)] = [
            ("srcw", Int64(setup.sourceWidth)), ("srch", Int64(setup.sourceHeight)),
            ("src_format", Int64((plainFormat ?? format).rawValue)), ("src_range", plainFormat == nil ? 0 : 1),
            ("dstw", Int64(setup.width)), ("dsth", Int64(setup.height)),
            ("dst_format", Int64(AV_PIX_FMT_BGR24.rawValue)), ("sws_flags", Int64(flags)),
        ]
        // FFmpeg's scale filter takes the chroma samples of 4:2:0 to lie between the rows, as in MPEG-2.
        if format == AV_PIX_FMT_YUV420P { options.append(("src_v_chr_pos", 128)) }
        for (name, value) in options { av_opt_set_int(context, name, value, 0) }
        let status = lapwing_sws_init_context(context)
        guard status >= 0 else {
            lapwing_sws_freeContext(context)
            throw MediaError(
                .unsupported, operation: "sws_init_context",
                detail: """
                    a picture of \(setup.sourceWidth) × \(setup.sourceHeight), \(Self.name(of: format)), cannot be \
                    converted to \(setup.width) × \(setup.height): \(describeAVError(status))
                    """)
        }
        // As FFmpeg's scale filter: what the stream says about its colours counts, BT.601 in limited range otherwise.
        // Pictures that are not YUV have no such thing, and refuse it.
        let known = (1...10).contains(setup.colorSpace.rawValue) && setup.colorSpace != AVCOL_SPC_YCGCO
        let range: Int32 =
            switch setup.colorRange {
            case AVCOL_RANGE_JPEG: 1
            case AVCOL_RANGE_MPEG: 0
            default: -1  // As the pixel format has it.
            }
        _ = lapwing_sws_set_source_color(
            context, Int32(known ? setup.colorSpace.rawValue : AVCOL_SPC_BT470BG.rawValue), range)
        self.context = context
    }

    deinit { lapwing_sws_freeContext(context) }

    /// - Precondition: `frame` and `picture` are as in ``setup``.
    func convert(_ frame: VideoFrame, into picture: PictureBuffer) throws(MediaError) {
        let rows = lapwing_sws_scale(context, frame.pointer, picture.row(0), Int32(picture.stride))
        guard rows == Int32(picture.height) else {
            throw MediaError(
                .corrupt, operation: "sws_scale",
                detail: "a picture was converted to \(rows) of \(picture.height) rows: \(describeAVError(min(rows, 0)))"
            )
        }
    }

    private static let plainFormats = [
        AV_PIX_FMT_YUVJ420P.rawValue: AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ422P.rawValue: AV_PIX_FMT_YUV422P,
        AV_PIX_FMT_YUVJ444P.rawValue: AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUVJ440P.rawValue: AV_PIX_FMT_YUV440P,
        AV_PIX_FMT_YUVJ411P.rawValue: AV_PIX_FMT_YUV411P,
    ]

    private static func name(of format: AVPixelFormat) -> String {
        av_get_pix_fmt_name(format).map { String(cString: $0) } ?? "number \(format.rawValue)"
    }
}
