internal import CFFmpeg

/// The file format of a chunk.
public enum ChunkContainer: String, Sendable, Codable {
    /// MP4, which keeps timestamps exactly; for every codec that FFmpeg can put into it.
    case mp4
    /// Matroska, for the others; its timestamps are milliseconds.
    case matroska

    /// `mp4` or `mkv`.
    public var fileExtension: String {
        switch self {
        case .mp4: "mp4"
        case .matroska: "mkv"
        }
    }

    var muxerName: String { rawValue }

    /// The demuxer that reads chunks of this kind; nothing is guessed from their bytes.
    var demuxerName: String {
        switch self {
        case .mp4: "mov"
        case .matroska: "matroska"
        }
    }

    /// Whether FFmpeg can write this codec into the container.
    func carries(_ codec: AVCodecID) -> Bool {
        FFmpegLibrary.prepare()
        guard let format = av_guess_format(muxerName, nil, nil) else { return false }
        if avformat_query_codec(format, codec, FF_COMPLIANCE_NORMAL) == 1 { return true }
        // Matroska takes whatever AVI has a code for, in its "VFW compatibility mode"; FFmpeg does not say so when asked.
        guard self == .matroska else { return false }
        var tables = [avformat_get_riff_video_tags(), nil]
        return av_codec_get_tag(&tables, codec) != 0
    }
}
