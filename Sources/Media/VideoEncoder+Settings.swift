extension VideoEncoder {
    /// What the pictures are coded as.
    public enum Codec: String, Sendable, Hashable, CaseIterable {
        /// H.264 where the FFmpeg at hand has a software encoder for it, else MPEG-4.
        case automatic
        /// H.264, by libx264 or OpenH264.
        case h264
        /// MPEG-4 part 2, which every FFmpeg can write.
        case mpeg4

        /// FFmpeg's names of the encoders, the preferred one first.
        var encoders: [String] {
            switch self {
            case .automatic: Codec.h264.encoders + Codec.mpeg4.encoders
            case .h264: ["libx264", "libopenh264"]
            case .mpeg4: ["mpeg4"]
            }
        }
    }

    /// How good the pictures look, and so how large the file becomes.
    public enum Quality: String, Sendable, Hashable, CaseIterable {
        /// Visible losses; about half the size of ``standard``.
        case small
        /// Losses are hard to see.
        case standard
        /// Losses cannot be seen; about twice the size of ``standard``.
        case high

        /// libx264's constant rate factor.
        var rateFactor: Int {
            switch self {
            case .small: 28
            case .standard: 22
            case .high: 16
            }
        }

        /// MPEG-4's quantiser, the same for all pictures.
        var quantizer: Int32 {
            switch self {
            case .small: 8
            case .standard: 4
            case .high: 2
            }
        }

        /// Bits per pixel, for encoders that know nothing but bit rates.
        var bitsPerPixel: Double {
            switch self {
            case .small: 0.06
            case .standard: 0.12
            case .high: 0.25
            }
        }
    }

    /// Kinds of files that can be written, by the ending of the name.
    enum FileFormat: String, CaseIterable {
        case mp4
        case mov
        case matroska
        case avi

        init(path: String) throws(MediaError) {
            let name = path.split(separator: "/").last ?? ""
            switch name.split(separator: ".").last?.lowercased() {
            case "mp4", "m4v": self = .mp4
            case "mov": self = .mov
            case "mkv": self = .matroska
            case "avi": self = .avi
            default:
                throw MediaError(
                    .unsupported, operation: "encode",
                    detail:
                        "'\(path)': the name's ending says what kind of file is written; use .mp4, .mkv, .mov or .avi"
                )
            }
        }

        /// FFmpeg's name of the muxer.
        var muxerName: String { rawValue }
        /// AVI has no times: frames follow each other at the frame rate, in the order in which they are decoded.
        var hasTimes: Bool { self != .avi }
    }
}
