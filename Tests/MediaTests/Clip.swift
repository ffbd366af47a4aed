import Foundation
import Testing

/// A small video that FFmpeg generates for a test.
struct Clip: Sendable, CustomTestStringConvertible {
    var name: String
    var fileName: String
    /// The clip that is its input, if any.
    var base: String?
    /// Arguments of `ffmpeg` before the output's name.
    var arguments: [String]
    /// How many displayed frames it has.
    var frameCount: Int
    /// Whether the pieces keep the packets' bytes; not so where start codes become lengths.
    var keepsBytes = true
    /// Whether FFmpeg reads the same times out of the reassembled file.
    var keepsTimes = true
    /// Whether the source's own times can be compared (AVI stores none).
    var hasTimes = true

    var testDescription: String { name }

    private static let directory: URL = {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "lapwing-media-tests-\(ProcessInfo.processInfo.processIdentifier)")
        try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        atexit {
            try? FileManager.default.removeItem(
                at: FileManager.default.temporaryDirectory.appendingPathComponent(
                    "lapwing-media-tests-\(ProcessInfo.processInfo.processIdentifier)"))
        }
        return url
    }()

    /// A path in this test run's own directory.
    static func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

    private static let lock = NSRecursiveLock()

    /// The path of the clip, which is generated on first use.
    func make() throws -> String {
        try Self.lock.withLock {
            let path = Self.path(fileName)
            if !FileManager.default.fileExists(atPath: path) {
                let input = try Self.all.first { $0.fileName == self.base }?.make()
                _ = try FFmpegTool.ffmpeg(
                    (input.map { ["-i", $0] } ?? []) + arguments + ["-fflags", "+bitexact", path])
            }
            return path
        }
    }

    private static func testPattern(_ frames: Int, rate: String = "25", size: String = "160x120") -> [String] {
        ["-f", "lavfi", "-i", "testsrc2=size=\(size):rate=\(rate)", "-frames:v", String(frames), "-pix_fmt", "yuv420p"]
    }

    private static func x264(_ parameters: String = "") -> [String] {
        ["-c:v", "libx264", "-preset", "veryfast", "-x264-params", "threads=1:keyint=12:min-keyint=12:" + parameters]
    }

    private static func x265(_ parameters: String) -> [String] {
        [
            "-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
            "log-level=none:pools=1:frame-threads=1:keyint=12:min-keyint=12:bframes=3:b-adapt=0:" + parameters,
        ]
    }

    static let h264 = Clip(
        name: "H.264 with B-frames", fileName: "h264.mp4",
        arguments: testPattern(60) + x264("bframes=3:b-adapt=0:scenecut=0:open-gop=0"), frameCount: 60)
    static let h264OpenGOP = Clip(
        name: "H.264 with open GOPs", fileName: "h264-open.mp4",
        arguments: [
            "-f", "lavfi", "-i", "mandelbrot=size=160x120:rate=25:end_scale=0.05", "-frames:v", "75", "-pix_fmt",
            "yuv420p",
        ]
            + x264("bframes=3:b-adapt=0:b-pyramid=normal:scenecut=0:open-gop=1:ref=4"), frameCount: 75)
    static let hevcClosed = Clip(
        name: "HEVC with closed GOPs", fileName: "hevc-closed.mp4",
        arguments: testPattern(48) + x265("open-gop=0"), frameCount: 48)
    static let hevcOpen = Clip(
        name: "HEVC with open GOPs", fileName: "hevc-open.mp4",
        arguments: testPattern(75) + x265("open-gop=1"), frameCount: 75)
    static let hevcTag = Clip(
        name: "HEVC with open GOPs in Matroska", fileName: "hevc-open.mkv",
        arguments: testPattern(50) + x265("open-gop=1"), frameCount: 50)
    static let vp9 = Clip(
        name: "VP9 in WebM", fileName: "vp9.webm",
        arguments: testPattern(40) + [
            "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "10", "-b:v", "200k",
            "-auto-alt-ref", "1", "-lag-in-frames", "8",
        ], frameCount: 40)
    static let vp8 = Clip(
        name: "VP8 in WebM", fileName: "vp8.webm",
        arguments: testPattern(40) + [
            "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-g", "10", "-b:v", "200k", "-auto-alt-ref",
            "1", "-lag-in-frames", "8",
        ], frameCount: 40)
    static let av1 = Clip(
        name: "AV1 in MP4", fileName: "av1.mp4",
        arguments: testPattern(24) + [
            "-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-g", "8", "-b:v", "200k",
        ], frameCount: 24)
    static let mpeg4AVI = Clip(
        name: "MPEG-4 in AVI", fileName: "mpeg4.avi",
        arguments: testPattern(40) + ["-c:v", "mpeg4", "-g", "10", "-q:v", "5"], frameCount: 40)
    static let mpeg4BFramesAVI = Clip(
        name: "MPEG-4 with B-frames in AVI", fileName: "mpeg4-b.avi",
        arguments: testPattern(40) + ["-c:v", "mpeg4", "-g", "10", "-bf", "2", "-q:v", "5"], frameCount: 40,
        hasTimes: false)
    static let wmv = Clip(
        name: "WMV in ASF", fileName: "wmv.wmv",
        arguments: testPattern(40) + ["-c:v", "wmv2", "-g", "10"], frameCount: 40)
    static let flv = Clip(
        name: "Sorenson H.263 in FLV", fileName: "flv.flv",
        arguments: testPattern(40) + ["-c:v", "flv1", "-g", "10"], frameCount: 40)
    static let h264AVI = Clip(
        name: "H.264 with B-frames in AVI", fileName: "h264.avi",
        arguments: testPattern(40) + x264("bframes=3:b-adapt=0:b-pyramid=normal:open-gop=0"), frameCount: 40,
        keepsBytes: false, hasTimes: false)
    static let h264Raw = Clip(
        name: "a raw H.264 stream", fileName: "raw.h264",
        arguments: testPattern(40) + x264("bframes=3:b-adapt=0:b-pyramid=normal:open-gop=0"), frameCount: 40,
        keepsBytes: false, hasTimes: false)
    static let mpeg2 = Clip(
        name: "MPEG-2 with open GOPs in a program stream", fileName: "mpeg2.mpg",
        arguments: testPattern(50) + ["-c:v", "mpeg2video", "-g", "10", "-bf", "2", "-q:v", "5"], frameCount: 50)
    static let mjpeg = Clip(
        name: "MJPEG in AVI", fileName: "mjpeg.avi",
        arguments: testPattern(20) + ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "5"], frameCount: 20)
    static let ffv1 = Clip(
        name: "FFV1 in Matroska", fileName: "ffv1.mkv",
        arguments: testPattern(20) + ["-c:v", "ffv1", "-g", "5"], frameCount: 20)
    static let ffv1NTSC = Clip(
        name: "FFV1 with a time base finer than milliseconds", fileName: "ffv1.avi",
        arguments: testPattern(20, rate: "30000/1001") + ["-c:v", "ffv1", "-g", "5"], frameCount: 20, keepsTimes: false)
    static let transportStream = Clip(
        name: "H.264 in a transport stream", fileName: "h264.ts",
        arguments: testPattern(60) + x264("bframes=2:open-gop=0"), frameCount: 60, keepsBytes: false)
    static let hevcTransportStream = Clip(
        name: "HEVC with open GOPs in a transport stream", fileName: "hevc.ts",
        arguments: testPattern(50) + x265("open-gop=1"), frameCount: 50, keepsBytes: false)
    static let variableRate = Clip(
        name: "a variable frame rate", fileName: "vfr.mp4",
        arguments: testPattern(50) + [
            "-vf", "select='not(mod(n,3))+not(mod(n,7))',setpts=PTS+mod(N\\,5)*0.004/TB", "-fps_mode", "vfr",
            "-video_track_timescale", "90000",
        ] + x264("bframes=2"), frameCount: 50)
    static let ntsc = Clip(
        name: "30000/1001 frames per second", fileName: "ntsc.mkv",
        arguments: testPattern(40, rate: "30000/1001") + x264("bframes=2"), frameCount: 40)
    static let lateStart = Clip(
        name: "a first time that is not 0", fileName: "late.mp4",
        arguments: testPattern(40) + x264("bframes=2") + ["-output_ts_offset", "7.3"], frameCount: 40)
    static let lateStartMatroska = Clip(
        name: "a first time that is not 0, in Matroska", fileName: "late.mkv",
        arguments: testPattern(40) + x264("bframes=2") + ["-output_ts_offset", "7.3"], frameCount: 40)
    static let largeGOP = Clip(
        name: "a GOP of more than 1 MiB", fileName: "large.mp4",
        arguments: [
            "-f", "lavfi", "-i", "nullsrc=size=320x240:rate=25,geq=random(1)*255:128:128", "-frames:v", "24",
            "-pix_fmt", "yuv420p",
        ] + x264("qp=1"), frameCount: 24)
    static let oneFrame = Clip(
        name: "a single frame", fileName: "one.mp4", arguments: testPattern(1) + x264(), frameCount: 1)
    static let rotated = Clip(
        name: "a rotation", fileName: "rotated.mp4", base: "h264.mp4",
        arguments: ["-c", "copy", "-metadata:s:v:0", "rotate=90"], frameCount: 60)
    static let fragmented = Clip(
        name: "a fragmented MP4", fileName: "fragmented.mp4",
        arguments: testPattern(40) + x264("bframes=2") + ["-movflags", "frag_keyframe+empty_moov"], frameCount: 40)
    static let twoSizes = Clip(
        name: "tiny pictures", fileName: "tiny.mkv",
        arguments: testPattern(10, size: "16x16") + ["-vf", "scale=2:2", "-c:v", "ffv1"], frameCount: 10)
    static let everyFrameKey = Clip(
        name: "key frames only", fileName: "intra.mp4",
        arguments: testPattern(20) + ["-c:v", "libx264", "-preset", "veryfast", "-g", "1"], frameCount: 20)

    static let intraRefresh = Clip(
        name: "H.264 with a rolling refresh instead of key frames", fileName: "refresh.mp4",
        arguments: testPattern(60) + x264("bframes=0:intra-refresh=1:keyint=10:scenecut=0"), frameCount: 60)
    static let interlaced = Clip(
        name: "interlaced H.264 in a transport stream", fileName: "interlaced.ts",
        arguments: testPattern(50) + ["-flags", "+ilme+ildct"] + x264("bframes=2:tff=1:open-gop=0"), frameCount: 50,
        keepsBytes: false)

    static let all = [
        h264, h264OpenGOP, hevcClosed, hevcOpen, hevcTag, vp9, vp8, av1, mpeg4AVI, mpeg4BFramesAVI, wmv, flv, h264AVI,
        h264Raw, mpeg2, mjpeg, ffv1, ffv1NTSC, transportStream, hevcTransportStream, variableRate, ntsc, lateStart,
        lateStartMatroska, largeGOP, oneFrame, rotated, fragmented, twoSizes, everyFrameKey, intraRefresh, interlaced,
    ]
}
