internal import CFFmpeg

/// Reads the headers inside whole packets, as far as timestamps and cuts need them.
final class PacketParser {
    /// What a packet says about its picture.
    struct Picture {
        /// FFmpeg's `AV_PICTURE_TYPE_…`; none where it could not be told.
        var type: AVPictureType
        /// The codec's own number of the picture in display order, counted from the last reset (H.264 and HEVC).
        var displayOrder: Int
        /// Whether the packet holds one field only, and which.
        var structure: AVPictureStructure
    }

    private var parser: UnsafeMutablePointer<AVCodecParserContext>
    private var codec: UnsafeMutablePointer<AVCodecContext>

    /// Nil where FFmpeg has no parser for the codec.
    init?(parameters: UnsafePointer<AVCodecParameters>) {
        guard let parser = av_parser_init(Int32(parameters.pointee.codec_id.rawValue)) else { return nil }
        guard let codec = avcodec_alloc_context3(nil) else {
            av_parser_close(parser)
            return nil
        }
        self.parser = parser
        self.codec = codec
        parser.pointee.flags |= PARSER_FLAG_COMPLETE_FRAMES
        _ = avcodec_parameters_to_context(codec, parameters)
    }

    deinit {
        av_parser_close(parser)
        var codec: UnsafeMutablePointer<AVCodecContext>? = codec
        avcodec_free_context(&codec)
    }

    func parse(_ packet: Packet) -> Picture {
        var output: UnsafeMutablePointer<UInt8>?
        var outputSize: Int32 = 0
        parser.pointee.pict_type = 0
        _ = av_parser_parse2(
            parser, codec, &output, &outputSize, packet.pointer.pointee.data, packet.pointer.pointee.size,
            lapwing_AV_NOPTS_VALUE, lapwing_AV_NOPTS_VALUE, 0)
        return Picture(
            type: AVPictureType(rawValue: UInt32(bitPattern: parser.pointee.pict_type)),
            displayOrder: Int(parser.pointee.output_picture_number), structure: parser.pointee.picture_structure)
    }
}
