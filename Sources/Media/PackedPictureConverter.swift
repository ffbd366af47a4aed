internal import CFFmpeg

/// An `SwsContext` and an `AVFrame`: converts BGRA pictures of one size to 4:2:0 pictures with even sides.
final class PackedPictureConverter {
    /// What the pictures are made for.
    enum Purpose {
        /// A video: the same size, BT.601 up to standard definition and BT.709 above, limited range, as players expect.
        case video
        /// A JPEG of that many pixels, even on both sides: BT.601, full range, as JFIF has it.
        case jpeg(width: Int, height: Int)
    }

    let storedWidth, storedHeight: Int
    /// How the YUV is coded.
    let colorSpace: AVColorSpace

    private let width, height: Int
    /// The source's size, with even sides where it is not scaled.
    private let sourceWidth, sourceHeight: Int
    private let context: lapwing_SwsContext
    private let frame: UnsafeMutablePointer<AVFrame>
    /// The picture with even sides and room after its last pixel, for those that come without.
    private var padded: [UInt8] = []

    init(width: Int, height: Int, for purpose: Purpose = .video) throws(MediaError) {
        self.width = width
        self.height = height
        let isFullRange: Bool
        let scaling: Int32
        switch purpose {
        case .video:
            (sourceWidth, sourceHeight) = ((width + 1) & ~1, (height + 1) & ~1)
            (storedWidth, storedHeight) = (sourceWidth, sourceHeight)
            colorSpace = height < 720 ? AVCOL_SPC_SMPTE170M : AVCOL_SPC_BT709
            (isFullRange, scaling) = (false, SWS_BILINEAR)
        case .jpeg(let targetWidth, let targetHeight):
            (sourceWidth, sourceHeight) = (width, height)
            (storedWidth, storedHeight) = (targetWidth, targetHeight)
            colorSpace = AVCOL_SPC_SMPTE170M
            (isFullRange, scaling) = (true, targetWidth < width ? SWS_AREA : SWS_BICUBIC)
        }
        guard let context = lapwing_sws_alloc_context() else {
            throw MediaError(.outOfMemory, operation: "sws_alloc_context", detail: "no memory for a conversion")
        }
        let options: [(String, Int64)] = [
            ("srcw", Int64(sourceWidth)), ("srch", Int64(sourceHeight)),
            ("src_format", Int64(AV_PIX_FMT_BGR0.rawValue)),
            ("dstw", Int64(storedWidth)), ("dsth", Int64(storedHeight)),
            ("dst_format", Int64(AV_PIX_FMT_YUV420P.rawValue)),
            ("sws_flags", Int64(scaling | SWS_ACCURATE_RND | SWS_BITEXACT)),
        ]
        for (name, value) in options { av_opt_set_int(context, name, value, 0) }
        let status = lapwing_sws_init_context(context)
        var frame = status >= 0 ? av_frame_alloc() : nil
        guard status >= 0, let fresh = frame else {
            lapwing_sws_freeContext(context)
            throw MediaError(
                .unsupported, operation: "sws_init_context",
                detail: "pictures of \(width) × \(height) cannot be converted for encoding: \(describeAVError(status))")
        }
        _ = lapwing_sws_set_target_color(context, Int32(colorSpace.rawValue), isFullRange ? 1 : 0)
        fresh.pointee.width = Int32(storedWidth)
        fresh.pointee.height = Int32(storedHeight)
        fresh.pointee.format = AV_PIX_FMT_YUV420P.rawValue
        fresh.pointee.colorspace = colorSpace
        fresh.pointee.color_range = isFullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
        guard av_frame_get_buffer(fresh, 0) >= 0 else {
            lapwing_sws_freeContext(context)
            av_frame_free(&frame)
            throw MediaError(
                .outOfMemory, operation: "av_frame_get_buffer",
                detail: "no memory for a picture of \(width) × \(height)")
        }
        self.context = context
        self.frame = fresh
    }

    deinit {
        lapwing_sws_freeContext(context)
        var frame: UnsafeMutablePointer<AVFrame>? = frame
        av_frame_free(&frame)
    }

    /// The picture, in a frame that is valid until the next call.
    func convert(_ pixels: UnsafeRawBufferPointer, stride: Int) throws(MediaError) -> UnsafeMutablePointer<AVFrame> {
        // The encoder may still hold the planes of earlier pictures.
        guard av_frame_make_writable(frame) >= 0 else {
            throw MediaError(
                .outOfMemory, operation: "av_frame_make_writable",
                detail: "no memory for a picture of \(width) × \(height)")
        }
        // swscale may read beyond the last pixel of a row.
        let isDirect =
            width == sourceWidth && height == sourceHeight && pixels.count >= stride * (height - 1) + width * 4 + 64
        let rows: Int32
        if isDirect, let base = pixels.bindMemory(to: UInt8.self).baseAddress {
            rows = lapwing_sws_scale_packed(context, base, Int32(stride), Int32(sourceHeight), frame)
        } else {
            pad(pixels, stride: stride)
            rows = padded.withUnsafeBufferPointer {
                lapwing_sws_scale_packed(context, $0.baseAddress, Int32(paddedStride), Int32(sourceHeight), frame)
            }
        }
        guard rows == Int32(storedHeight) else {
            throw MediaError(
                .unsupported, operation: "sws_scale",
                detail: "a picture was converted to \(rows) of \(storedHeight) rows: \(describeAVError(min(rows, 0)))")
        }
        return frame
    }

    private var paddedStride: Int { (sourceWidth * 4 + 63) & ~63 }

    private func pad(_ pixels: UnsafeRawBufferPointer, stride: Int) {
        if padded.isEmpty { padded = [UInt8](repeating: 0, count: paddedStride * sourceHeight + 64) }
        let used = width * 4
        padded.withUnsafeMutableBytes { target in
            for y in 0..<sourceHeight {
                let source = min(y, height - 1) * stride
                let row = UnsafeMutableRawBufferPointer(rebasing: target[y * paddedStride..<(y + 1) * paddedStride])
                row.copyMemory(from: UnsafeRawBufferPointer(rebasing: pixels[source..<source + used]))
                guard width < sourceWidth else { continue }
                for byte in 0..<4 { row[used + byte] = row[used - 4 + byte] }
            }
        }
    }
}
