internal import CFFmpeg

/// An `SwsContext` and an `AVFrame`: converts BGRA pictures of one size to 4:2:0 pictures with even sides.
final class PackedPictureConverter {
    let storedWidth, storedHeight: Int
    /// How the YUV is coded: BT.601 up to standard definition, BT.709 above, as players expect.
    let colorSpace: AVColorSpace

    private let width, height: Int
    private let context: lapwing_SwsContext
    private let frame: UnsafeMutablePointer<AVFrame>
    /// The picture with even sides and room after its last pixel, for those that come without.
    private var padded: [UInt8] = []

    init(width: Int, height: Int) throws(MediaError) {
        self.width = width
        self.height = height
        storedWidth = (width + 1) & ~1
        storedHeight = (height + 1) & ~1
        colorSpace = height < 720 ? AVCOL_SPC_SMPTE170M : AVCOL_SPC_BT709
        guard let context = lapwing_sws_alloc_context() else {
            throw MediaError(.outOfMemory, operation: "sws_alloc_context", detail: "no memory for a conversion")
        }
        let options: [(String, Int64)] = [
            ("srcw", Int64(storedWidth)), ("srch", Int64(storedHeight)),
            ("src_format", Int64(AV_PIX_FMT_BGR0.rawValue)),
            ("dstw", Int64(storedWidth)), ("dsth", Int64(storedHeight)),
            ("dst_format", Int64(AV_PIX_FMT_YUV420P.rawValue)),
            ("sws_flags", Int64(SWS_BILINEAR | SWS_ACCURATE_RND | SWS_BITEXACT)),
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
        _ = lapwing_sws_set_target_color(context, Int32(colorSpace.rawValue))
        fresh.pointee.width = Int32(storedWidth)
        fresh.pointee.height = Int32(storedHeight)
        fresh.pointee.format = AV_PIX_FMT_YUV420P.rawValue
        fresh.pointee.colorspace = colorSpace
        fresh.pointee.color_range = AVCOL_RANGE_MPEG
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
        let isDirect = width == storedWidth && height == storedHeight && pixels.count >= stride * height + 64
        let rows: Int32
        if isDirect, let base = pixels.bindMemory(to: UInt8.self).baseAddress {
            rows = lapwing_sws_scale_packed(context, base, Int32(stride), Int32(storedHeight), frame)
        } else {
            pad(pixels, stride: stride)
            rows = padded.withUnsafeBufferPointer {
                lapwing_sws_scale_packed(context, $0.baseAddress, Int32(paddedStride), Int32(storedHeight), frame)
            }
        }
        guard rows == Int32(storedHeight) else {
            throw MediaError(
                .unsupported, operation: "sws_scale",
                detail: "a picture was converted to \(rows) of \(storedHeight) rows: \(describeAVError(min(rows, 0)))")
        }
        return frame
    }

    private var paddedStride: Int { (storedWidth * 4 + 63) & ~63 }

    private func pad(_ pixels: UnsafeRawBufferPointer, stride: Int) {
        if padded.isEmpty { padded = [UInt8](repeating: 0, count: paddedStride * storedHeight + 64) }
        let used = width * 4
        padded.withUnsafeMutableBytes { target in
            for y in 0..<storedHeight {
                let source = min(y, height - 1) * stride
                let row = UnsafeMutableRawBufferPointer(rebasing: target[y * paddedStride..<(y + 1) * paddedStride])
                row.copyMemory(from: UnsafeRawBufferPointer(rebasing: pixels[source..<source + used]))
                guard width < storedWidth else { continue }
                for byte in 0..<4 { row[used + byte] = row[used - 4 + byte] }
            }
        }
    }
}
