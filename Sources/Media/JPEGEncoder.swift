internal import CFFmpeg

/// Makes JPEGs of what is on a canvas, or of a part of it.
public enum JPEGEncoder {
    /// A part of a canvas, in whole pixels.
    public struct Region: Sendable, Hashable {
        public var x, y, width, height: Int

        public init(x: Int, y: Int, width: Int, height: Int) {
            self.x = x
            self.y = y
            self.width = width
            self.height = height
        }
    }

    /// A JPEG of a part of a canvas.
    ///
    /// - Parameters:
    ///   - region: what is clipped to the canvas; nil: all of it.
    ///   - maximumWidth: a larger part is scaled down to this.
    ///   - maximumHeight: and to this. The sides' ratio is kept, to the pixel; both sides become even.
    ///   - quality: FFmpeg's scale from 2, good, to 31, small.
    /// - Throws: ``MediaError`` with code `.unsupported` when the region lies outside, or this FFmpeg makes no JPEGs.
    public static func encode(
        _ canvas: Canvas, region: Region? = nil, maximumWidth: Int, maximumHeight: Int = .max, quality: Int32 = 5
    ) throws(MediaError) -> [UInt8] {
        let wish = region ?? Region(x: 0, y: 0, width: canvas.width, height: canvas.height)
        let columns = max(0, wish.x)..<max(0, wish.x, min(canvas.width, wish.x + wish.width))
        let rows = max(0, wish.y)..<max(0, wish.y, min(canvas.height, wish.y + wish.height))
        guard !columns.isEmpty, !rows.isEmpty else {
            throw MediaError(
                .unsupported, operation: "encode",
                detail: "the part \(wish) is outside a picture of \(canvas.width) × \(canvas.height)")
        }
        let scale = min(
            1, Double(maximumWidth) / Double(columns.count), Double(maximumHeight) / Double(rows.count))
        func even(_ side: Int) -> Int { max(2, Int((Double(side) * scale / 2).rounded()) * 2) }
        let converter = try PackedPictureConverter(
            width: columns.count, height: rows.count,
            for: .jpeg(width: even(columns.count), height: even(rows.count)))
        let frame = try canvas.withPixels { (pixels) throws(MediaError) in
            let start = rows.lowerBound * canvas.stride + columns.lowerBound * 4
            return try converter.convert(UnsafeRawBufferPointer(rebasing: pixels[start...]), stride: canvas.stride)
        }
        // The frame is the converter's.
        return try withExtendedLifetime(converter) { () throws(MediaError) in
            try encode(frame, quality: quality)
        }
    }

    private static func encode(
        _ frame: UnsafeMutablePointer<AVFrame>, quality: Int32
    ) throws(MediaError) -> [UInt8] {
        FFmpegLibrary.prepare()
        guard let encoder = avcodec_find_encoder(AV_CODEC_ID_MJPEG) else {
            throw MediaError(
                .unsupported, operation: "avcodec_find_encoder",
                detail: "this FFmpeg makes no JPEGs; install one that does")
        }
        var context = avcodec_alloc_context3(encoder)
        var packet = av_packet_alloc()
        defer {
            avcodec_free_context(&context)
            av_packet_free(&packet)
        }
        guard let context, let packet else {
            throw MediaError(.outOfMemory, operation: "avcodec_alloc_context3", detail: "no memory for a JPEG")
        }
        context.pointee.width = frame.pointee.width
        context.pointee.height = frame.pointee.height
        context.pointee.pix_fmt = AV_PIX_FMT_YUVJ420P
        context.pointee.color_range = AVCOL_RANGE_JPEG
        context.pointee.time_base = AVRational(num: 1, den: 25)
        context.pointee.flags |= Int32(AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT)
        context.pointee.global_quality = Int32(FF_QP2LAMBDA) * quality
        context.pointee.thread_count = 1
        frame.pointee.format = AV_PIX_FMT_YUVJ420P.rawValue
        frame.pointee.quality = context.pointee.global_quality
        for step in [
            { avcodec_open2(context, encoder, nil) }, { avcodec_send_frame(context, frame) },
            { avcodec_receive_packet(context, packet) },
        ] {
            let status = step()
            guard status >= 0 else {
                throw MediaError(
                    .unsupported, operation: "encode",
                    detail: "a JPEG of \(frame.pointee.width) × \(frame.pointee.height): \(describeAVError(status))")
            }
        }
        return Array(UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size)))
    }
}
