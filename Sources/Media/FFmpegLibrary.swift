internal import CFFmpeg

/// The FFmpeg libraries that this process runs with.
public enum FFmpegLibrary {
    /// FFmpeg's own version, such as `5.1.9`.
    public static var version: String { String(cString: av_version_info()) }

    /// Keeps FFmpeg from writing to standard error: what matters comes back as a ``MediaError``. Once per process.
    static func silence() { _ = silenced }

    private static let silenced: Void = av_log_set_level(AV_LOG_QUIET)
}
