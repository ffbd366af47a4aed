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
        FFmpegLibrary.silence()
        guard let format = av_guess_format(muxerName, nil, nil) else { return false }
        return avformat_query_codec(format, codec, FF_COMPLIANCE_NORMAL) == 1
    }
}
