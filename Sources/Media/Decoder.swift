internal import CFFmpeg

/// FFmpeg's decoder for one stream: packets in, frames out, some packets later. Owns an `AVCodecContext`.
final class Decoder {
    enum Sending {
        case accepted
        /// Frames must be received first.
        case full
        /// The packet could not be decoded; the next one may.
        case failed(Int32)
    }

    enum Receiving {
        /// A frame; the caller owns it.
        case frame(UnsafeMutablePointer<AVFrame>)
        /// More packets must be sent first.
        case needsPacket
        /// All frames are out.
        case ended
        /// A packet could not be decoded; others may.
        case failed(Int32)
    }

    private var context: UnsafeMutablePointer<AVCodecContext>

    /// - Parameters:
    ///   - threads: how many threads decode; 1 or more.
    ///   - tellsFaults: whether every fault is told, or concealed where the decoder can.
    ///   - reorderDepth: how many frames precede one in decoding order and follow it in presentation order, at most.
    init(
        parameters: StreamParameters, threads: Int, tellsFaults: Bool, reorderDepth: Int, limits: MediaLimits,
        name: String
    ) throws(MediaError) {
        let codecName = String(cString: avcodec_get_name(parameters.codecID))
        guard let codec = avcodec_find_decoder(parameters.codecID) else {
            throw MediaError(
                .unsupported, operation: "avcodec_find_decoder",
                detail: "\(name): this FFmpeg has no decoder for '\(codecName)'; install one, or convert the video")
        }
        guard let context = avcodec_alloc_context3(codec) else {
            throw MediaError(.outOfMemory, operation: "avcodec_alloc_context3", detail: "no memory to decode \(name)")
        }
        self.context = context
        var status = avcodec_parameters_to_context(context, parameters.codecParameters)
        context.pointee.thread_count = Int32(clamping: max(1, threads))
        // FFmpeg's H.264 decoder, when it works on several frames at once, may give a frame out before it has marked it
        // as damaged: then nobody learns that it must be decoded again.
        let sharesFrames = parameters.codecID != AV_CODEC_ID_H264
        context.pointee.thread_type = sharesFrames ? FF_THREAD_FRAME | FF_THREAD_SLICE : FF_THREAD_SLICE
        // Some decoders hide faults unless told not to. H.264 marks damaged pictures anyway, and would take references
        // from before an open group for faults, though no picture uses them.
        if tellsFaults, parameters.codecID != AV_CODEC_ID_H264 { context.pointee.err_recognition |= AV_EF_EXPLODE }
        context.pointee.max_pixels = Int64(limits.maxPixels)
        // Were it too small at first, the decoder would drop frames that come out of order.
        context.pointee.has_b_frames = max(context.pointee.has_b_frames, Int32(clamping: min(16, reorderDepth)))
        lapwing_allow_buffers_on_any_thread(context)
        context.pointee.get_buffer2 = clearedBuffer
        if status >= 0 { status = avcodec_open2(context, codec, nil) }
        // The context is this object's already: deinit frees it, also when this throws.
        guard status >= 0 else {
            throw MediaError(
                status == Int32(lapwing_AVERROR_ENOMEM) ? .outOfMemory : .corrupt, operation: "avcodec_open2",
                detail: "\(name): the '\(codecName)' decoder does not start: \(describeAVError(status))")
        }
    }

    deinit {
        var context: UnsafeMutablePointer<AVCodecContext>? = context
        avcodec_free_context(&context)
    }

    /// Gives a packet to the decoder.
    func send(_ packet: Packet) -> Sending { outcome(avcodec_send_packet(context, packet.pointer)) }

    /// Says that no packet follows: the frames that are still inside come out.
    func finish() -> Sending { outcome(avcodec_send_packet(context, nil)) }

    /// Takes the next frame out of the decoder.
    func receive() throws(MediaError) -> Receiving {
        var frame = av_frame_alloc()
        guard let fresh = frame else {
            throw MediaError(.outOfMemory, operation: "av_frame_alloc", detail: "no memory for a frame")
        }
        let status = avcodec_receive_frame(context, fresh)
        if status >= 0 { return .frame(fresh) }
        av_frame_free(&frame)
        switch status {
        case Int32(lapwing_AVERROR_EAGAIN): return .needsPacket
        case Int32(lapwing_AVERROR_EOF): return .ended
        case Int32(lapwing_AVERROR_ENOMEM):
            throw MediaError(.outOfMemory, operation: "avcodec_receive_frame", detail: "no memory for a frame")
        default: return .failed(status)
        }
    }

    private func outcome(_ status: Int32) -> Sending {
        switch status {
        case 0...: .accepted
        case Int32(lapwing_AVERROR_EAGAIN): .full
        default: .failed(status)
        }
    }
}

/// Gives a decoder room for a picture, as FFmpeg does by itself, but without what was there before: what a damaged packet
/// leaves undecoded would otherwise be parts of some older picture, different from run to run.
private func clearedBuffer(
    _ context: UnsafeMutablePointer<AVCodecContext>?, _ frame: UnsafeMutablePointer<AVFrame>?, _ flags: Int32
) -> Int32 {
    let status = avcodec_default_get_buffer2(context, frame, flags)
    guard status >= 0, let frame else { return status }
    withUnsafePointer(to: &frame.pointee.buf) { buffers in
        buffers.withMemoryRebound(to: UnsafeMutablePointer<AVBufferRef>?.self, capacity: Int(AV_NUM_DATA_POINTERS)) {
            for index in 0..<Int(AV_NUM_DATA_POINTERS) {
                guard let buffer = $0[index], let data = buffer.pointee.data else { continue }
                data.update(repeating: 0, count: Int(buffer.pointee.size))
            }
        }
    }
    return status
}
