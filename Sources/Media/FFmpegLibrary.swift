internal import CFFmpeg

/// The FFmpeg libraries that this process runs with.
public enum FFmpegLibrary {
    /// FFmpeg's own version, such as `5.1.9`.
    public static var version: String { String(cString: av_version_info()) }

    /// Keeps FFmpeg from writing to standard error, since what matters comes back as a ``MediaError``, and from
    /// allocating without bounds. Once per process.
    static func prepare() { _ = prepared }

    private static let prepared: Void = {
        av_log_set_level(AV_LOG_QUIET)
        av_max_alloc(MediaLimits.maxAllocation)
    }()
}
