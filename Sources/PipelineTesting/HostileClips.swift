public import Foundation

/// Small clips of many kinds, to be damaged.
public struct HostileClips: Sendable {
    /// One clip.
    public struct Clip: Sendable {
        public var name: String
        public var path: String
        public var bytes: [UInt8]
    }

    public var clips: [Clip]

    private static let picture = ["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=10", "-frames:v"]
    private static let x264 = [
        "-c:v", "libx264", "-preset", "ultrafast", "-threads", "1", "-g", "6", "-bf", "2", "-pix_fmt", "yuv420p",
    ]
    private static let recipes: [(name: String, arguments: [String])] = [
        ("h264.mp4", picture + ["18"] + x264),
        ("fragmented.mp4", picture + ["18"] + x264 + ["-movflags", "frag_keyframe+empty_moov"]),
        ("h264.mov", picture + ["12"] + x264),
        ("h264.ts", picture + ["18"] + x264),
        ("raw.h264", picture + ["12"] + x264),
        ("h264.flv", picture + ["12"] + x264),
        (
            "hevc.mp4",
            picture + ["12", "-c:v", "libx265", "-preset", "ultrafast"] + [
                "-x265-params", "log-level=none:keyint=6:pools=1:frame-threads=1", "-pix_fmt", "yuv420p",
            ]
        ),
        ("mpeg4.avi", picture + ["12", "-c:v", "mpeg4", "-g", "6", "-bf", "2", "-q:v", "8"]),
        ("mjpeg.avi", picture + ["8", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "12"]),
        ("vp9.webm", picture + ["12", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "6"]),
        ("vp8.mkv", picture + ["12", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-g", "6"]),
        ("ffv1.mkv", picture + ["6", "-c:v", "ffv1", "-g", "3"]),
        ("mpeg2.mpg", picture + ["12", "-r", "25", "-c:v", "mpeg2video", "-g", "6", "-bf", "2"]),
        ("wmv.wmv", picture + ["12", "-c:v", "wmv2", "-g", "6"]),
    ]

    /// Makes the clips with the system's `ffmpeg`.
    ///
    /// - Parameters:
    ///   - folder: where the files come to lie.
    ///   - videos: films of which half a second each is cut out and used, too.
    public static func make(in folder: URL, from videos: [String] = []) throws -> HostileClips {
        var clips: [Clip] = []
        for (name, arguments) in recipes {
            let url = folder.appendingPathComponent(name)
            try SyntheticClip.ffmpeg(arguments + [url.path])
            clips.append(Clip(name: name, path: url.path, bytes: Array(try Data(contentsOf: url))))
        }
        for (number, video) in videos.enumerated() {
            let url = folder.appendingPathComponent("real-\(number).mp4")
            try SyntheticClip.ffmpeg(["-ss", "2", "-i", video, "-t", "0.5", "-c:v", "copy", "-an", url.path])
            clips.append(Clip(name: url.lastPathComponent, path: url.path, bytes: Array(try Data(contentsOf: url))))
        }
        return HostileClips(clips: clips)
    }
}
