import Foundation
import Testing

@testable import Media

@Suite("Demuxer")
struct DemuxerTests {
    private func fault(_ path: String) -> MediaError? {
        do throws(MediaError) {
            let splitter = ChunkSplitter(demuxer: try Demuxer(path: path), targetSeconds: 1, maxBytes: 1 << 24)
            while try splitter.next() != nil {}
            return nil
        } catch {
            return error
        }
    }

    private func write(_ bytes: some Collection<UInt8>, _ name: String) throws -> String {
        let path = Clip.path(name)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    private func bytes(_ clip: Clip) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: try clip.make())))
    }

    @Test("names the file and the remedy where there is no video")
    func faults() throws {
        let missing = fault("/nonexistent/video.mp4")
        #expect(missing?.code == .unreadable)
        #expect(missing?.detail.contains("/nonexistent/video.mp4") == true)

        let directory = fault(FileManager.default.temporaryDirectory.path)
        #expect(directory?.code == .unreadable)
        #expect(directory?.detail.contains("directory") == true)

        let empty = fault(try write([], "empty.mp4"))
        #expect(empty?.code == .notAVideo)
        #expect(empty?.detail.contains("empty") == true)

        let text = fault(try write(Array("This is no video.\n".utf8), "text.mp4"))
        #expect(text?.code == .notAVideo, "\(String(describing: text))")
        let longText = String(repeating: "Lorem ipsum dolor sit amet, consectetur.\n", count: 2000)
        let long = fault(try write(Array(longText.utf8), "long.mp4"))
        #expect(long?.code == .notAVideo, "\(String(describing: long))")

        let audio = Clip.path("audio.mp4")
        _ = try FFmpegTool.ffmpeg(["-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac", audio])
        #expect(fault(audio)?.code == .noVideoStream)
        #expect(fault(audio)?.detail.contains("audio") == true)

        let cover = Clip.path("cover.mp4")
        _ = try FFmpegTool.ffmpeg([
            "-f", "lavfi", "-i", "sine=duration=1", "-f", "lavfi", "-i", "testsrc2=size=64x64:duration=0.04",
            "-map", "0", "-map", "1", "-c:a", "aac", "-c:v", "mjpeg", "-disposition:v:0", "attached_pic", cover,
        ])
        #expect(fault(cover)?.code == .noVideoStream, "\(String(describing: fault(cover)))")
    }

    @Test("explains an MP4 file whose index is missing")
    func missingIndex() throws {
        let whole = try bytes(.h264)
        let error = fault(try write(whole.prefix(whole.count / 2), "no-index.mp4"))
        #expect(error?.code == .notAVideo)
        #expect(error?.detail.contains("index") == true, "\(String(describing: error))")
    }

    @Test(
        "ends a file that was cut off after its last whole packet, and says so",
        arguments: [
            "h264.ts", "h264.mkv", "fragmented.mp4", "faststart.mp4",
        ])
    func truncated(name: String) throws {
        let path = Clip.path("whole-\(name)")
        _ = try FFmpegTool.ffmpeg(
            ["-i", try Clip.h264.make(), "-c", "copy"]
                + (name == "faststart.mp4" ? ["-movflags", "faststart"] : [])
                + (name == "fragmented.mp4" ? ["-movflags", "frag_keyframe+empty_moov"] : []) + [path])
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let full = try FFmpegTool.frames(of: path)
        let cut = try write(whole.prefix(whole.count * 3 / 5), "cut-\(name)")
        let demuxer = try Demuxer(path: cut)
        let splitter = ChunkSplitter(demuxer: demuxer, targetSeconds: 0.5, maxBytes: 1 << 24)
        var frames: [(index: Int, pts: Int64, md5: String?)] = []
        var last: Chunk?
        while let chunk = try splitter.next() {
            frames += try decode(chunk)
            last = chunk
        }
        #expect(frames.count > 20)
        #expect(frames.count < 60)
        // The last packets may lack a reference, or the rest of their own bytes where the container does not tell.
        #expect(frames.dropLast(4).map(\.md5) == full.prefix(frames.count).dropLast(4).map(\.md5))
        #expect(last?.isLast == true)
        #expect(last?.totalFrames == frames.count)
        #expect(last?.truncation != nil)
    }

    @Test(
        "says nothing of truncation where a file is whole",
        arguments: [Clip.h264, .transportStream, .vp9, .fragmented, .mpeg4AVI])
    func whole(clip: Clip) throws {
        #expect(try chunks(of: try clip.make(), seconds: 1).last?.truncation == nil)
    }

    @Test("reads from memory what it reads from a file")
    func memory() throws {
        let file = try Demuxer(path: try Clip.h264.make())
        let memory = try Demuxer(bytes: try bytes(.h264), name: "in memory")
        #expect(file.stream == memory.stream)
        #expect(memory.byteCount == file.byteCount)
        while let expected = try file.next() {
            let packet = try #require(try memory.next())
            #expect((packet.pts, packet.dts, packet.isKey) == (expected.pts, expected.dts, expected.isKey))
            #expect(packet.withBytes { Array($0) } == expected.withBytes { Array($0) })
        }
        #expect(try memory.next() == nil)
        #expect(memory.bytePosition > 0)
    }

    @Test("refuses pictures that are larger than allowed")
    func pictureLimit() throws {
        let path = try Clip.h264.make()
        #expect {
            _ = try Demuxer(path: path, limits: MediaLimits(maxPixels: 160 * 119))
        } throws: { error in
            (error as? MediaError)?.code == .limitExceeded
        }
    }

    @Test("does not let a playlist open other files")
    func playlist() throws {
        let target = try Clip.transportStream.make()
        let path = try write(
            Array("#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:2.4,\n\(target)\n#EXT-X-ENDLIST\n".utf8), "list.m3u8")
        let error = fault(path)
        #expect(error != nil)
        let concat = try write(Array("ffconcat version 1.0\nfile \(target)\n".utf8), "list.ffconcat")
        #expect(fault(concat) != nil)
    }

    @Test("tells size, rotation and rate as they are displayed")
    func facts() throws {
        let stream = try Demuxer(path: try Clip.rotated.make()).stream
        #expect(stream.codec == "h264")
        #expect((stream.codedWidth, stream.codedHeight) == (160, 120))
        #expect((stream.width, stream.height) == (120, 160))
        #expect(stream.frameRate == Rational(25, 1))
        #expect(stream.duration.map { abs($0 - 2.4) < 0.05 } == true)
        // The judge: FFmpeg turns the first picture by itself, and as we say.
        let first = ["-frames:v", "1", "-f", "framemd5", "-"]
        let turn = ["-vf", stream.rotation == 90 ? "transpose=clock" : "transpose=cclock"]
        let path = try Clip.rotated.make()
        #expect(
            try FFmpegTool.ffmpeg(["-i", path] + first)
                == FFmpegTool.ffmpeg(["-noautorotate", "-i", path] + turn + first))
    }
}
