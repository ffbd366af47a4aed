internal import CFFmpeg

extension VideoFrame {
    /// A picture from its bytes as `ffmpeg -f rawvideo` writes them: planes one after the other, rows without padding.
    ///
    /// - Parameters:
    ///   - pixelFormat: FFmpeg's name, as in `yuv420p`.
    ///   - colorSpace: FFmpeg's name of the YUV coding, as in `bt709`; nil for unknown.
    ///   - isFullRange: whether luma goes from 0 to 255; nil for unknown.
    package convenience init(
        raw bytes: [UInt8], pixelFormat: String, width: Int, height: Int, rotation: Int = 0, colorSpace: String? = nil,
        isFullRange: Bool? = nil
    ) throws(MediaError) {
        let format = av_get_pix_fmt(pixelFormat)
        let size = av_image_get_buffer_size(format, Int32(clamping: width), Int32(clamping: height), 1)
        guard size > 0, Int(size) == bytes.count else {
            throw MediaError(
                .corrupt, operation: "av_image_get_buffer_size",
                detail:
                    "\(bytes.count) bytes are no picture of \(width) × \(height) in \(pixelFormat); that takes \(size)")
        }
        guard let frame = av_frame_alloc() else {
            throw MediaError(.outOfMemory, operation: "av_frame_alloc", detail: "no memory for a picture")
        }
        self.init(owning: frame, rotation: rotation)
        frame.pointee.width = Int32(width)
        frame.pointee.height = Int32(height)
        frame.pointee.format = format.rawValue
        if let colorSpace {
            frame.pointee.colorspace = AVColorSpace(UInt32(max(av_color_space_from_name(colorSpace), 0)))
        }
        if let isFullRange { frame.pointee.color_range = isFullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG }
        let status = av_frame_get_buffer(frame, 0)
        guard status >= 0 else {
            throw MediaError(
                .outOfMemory, operation: "av_frame_get_buffer",
                detail: "no memory for a picture of \(width) × \(height): \(describeAVError(status))")
        }
        bytes.withUnsafeBufferPointer { source in
            lapwing_copy_image(frame, source.baseAddress)
        }
    }
}
