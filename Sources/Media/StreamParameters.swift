internal import CFFmpeg

/// What a decoder or a muxer must know about a video stream: codec parameters, picture shape, rotation, frame rate.
///
/// It keeps a stream of a format context of its own, because that is where FFmpeg keeps side data in every version.
final class StreamParameters {
    private let context: UnsafeMutablePointer<AVFormatContext>
    let stream: UnsafeMutablePointer<AVStream>

    var codecParameters: UnsafeMutablePointer<AVCodecParameters> { stream.pointee.codecpar }
    var codecID: AVCodecID { codecParameters.pointee.codec_id }

    /// A copy of what `source` says now.
    init(copying source: UnsafeMutablePointer<AVStream>) throws(MediaError) {
        guard let context = avformat_alloc_context() else {
            throw MediaError(.outOfMemory, operation: "avformat_alloc_context", detail: "no memory for a stream")
        }
        guard let stream = avformat_new_stream(context, nil) else {
            avformat_free_context(context)
            throw MediaError(.outOfMemory, operation: "avformat_new_stream", detail: "no memory for a stream")
        }
        self.context = context
        self.stream = stream
        try copyStream(from: source, to: stream)
    }

    deinit {
        avformat_free_context(context)
    }

    /// The same parameters with another decoder configuration.
    func replacing(extradata: [UInt8]) throws(MediaError) -> StreamParameters {
        let copy = try StreamParameters(copying: stream)
        guard let memory = av_mallocz(extradata.count + Int(AV_INPUT_BUFFER_PADDING_SIZE)) else {
            throw MediaError(.outOfMemory, operation: "av_mallocz", detail: "no memory for a codec's configuration")
        }
        extradata.withUnsafeBytes { source in
            UnsafeMutableRawBufferPointer(start: memory, count: source.count).copyMemory(from: source)
        }
        av_freep(&copy.codecParameters.pointee.extradata)
        copy.codecParameters.pointee.extradata = memory.assumingMemoryBound(to: UInt8.self)
        copy.codecParameters.pointee.extradata_size = Int32(extradata.count)
        return copy
    }

    /// Lends the decoder configuration to `body`.
    func withExtradata<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        let parameters = codecParameters.pointee
        let count = max(0, Int(parameters.extradata_size))
        return try body(
            UnsafeRawBufferPointer(start: parameters.extradata, count: parameters.extradata == nil ? 0 : count))
    }
}

/// Copies codec parameters, side data and picture shape, but not times.
func copyStream(
    from source: UnsafeMutablePointer<AVStream>, to target: UnsafeMutablePointer<AVStream>
) throws(MediaError) {
    guard avcodec_parameters_copy(target.pointee.codecpar, source.pointee.codecpar) >= 0,
        lapwing_copy_stream_side_data(target, source) >= 0
    else {
        throw MediaError(.outOfMemory, operation: "avcodec_parameters_copy", detail: "no memory for a stream")
    }
    target.pointee.sample_aspect_ratio = source.pointee.sample_aspect_ratio
    target.pointee.avg_frame_rate = source.pointee.avg_frame_rate
    target.pointee.r_frame_rate = source.pointee.r_frame_rate
    target.pointee.disposition = source.pointee.disposition & AV_DISPOSITION_DEFAULT
}
