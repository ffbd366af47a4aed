internal import CFFmpeg

/// One of FFmpeg's filters that rewrite packets without decoding them.
final class BitstreamFilter {
    private var context: UnsafeMutablePointer<AVBSFContext>

    /// The stream's parameters after the filter.
    var outputParameters: UnsafeMutablePointer<AVCodecParameters> { context.pointee.par_out }

    init(
        named name: String, for parameters: UnsafeMutablePointer<AVCodecParameters>, timeBase: AVRational, file: String
    ) throws(MediaError) {
        guard let filter = av_bsf_get_by_name(name) else {
            throw MediaError(
                .unsupported, operation: "av_bsf_get_by_name",
                detail: "\(file) needs FFmpeg's filter '\(name)', which this build lacks; install a complete FFmpeg")
        }
        var context: UnsafeMutablePointer<AVBSFContext>?
        guard av_bsf_alloc(filter, &context) >= 0, let context else {
            throw MediaError(.outOfMemory, operation: "av_bsf_alloc", detail: "no memory to read \(file)")
        }
        self.context = context
        context.pointee.time_base_in = timeBase
        var status = avcodec_parameters_copy(context.pointee.par_in, parameters)
        if status >= 0 { status = av_bsf_init(context) }
        guard status >= 0 else {
            throw MediaError(
                .corrupt, operation: "av_bsf_init", detail: "\(file): filter '\(name)': \(describeAVError(status))")
        }
    }

    deinit {
        var context: UnsafeMutablePointer<AVBSFContext>? = context
        av_bsf_free(&context)
    }

    /// Gives a packet to the filter, which empties it; nil ends the stream. False where the filter refuses it.
    func send(_ packet: Packet?) -> Bool {
        av_bsf_send_packet(context, packet?.pointer) >= 0
    }

    /// The next packet out of the filter; nil where it needs another one, or has ended.
    func receive() throws(MediaError) -> Packet? {
        let packet = try Packet()
        return av_bsf_receive_packet(context, packet.pointer) >= 0 ? packet : nil
    }
}
