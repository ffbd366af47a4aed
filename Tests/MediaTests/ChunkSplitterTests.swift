import Foundation
import Testing

@testable import Media

@Suite("ChunkSplitter")
struct ChunkSplitterTests {
    @Test(
        "chunks are MP4 where MP4 can carry the codec, and Matroska elsewhere",
        arguments: [
            (Clip.mpeg4AVI, ChunkContainer.mp4), (.mpeg4BFramesAVI, .mp4), (.mjpeg, .mp4), (.vp9, .mp4),
            (.ffv1, .matroska),
            (.wmv, .matroska), (.flv, .matroska),
        ])
    func container(clip: Clip, expected: ChunkContainer) throws {
        let splitter = ChunkSplitter(demuxer: try Demuxer(path: clip.make()), targetSeconds: 4, maxBytes: 64 << 20)
        #expect(try splitter.next()?.container == expected)
    }

    @Test("cuts before every key frame when asked for no length")
    func everyGroup() throws {
        let pieces = try chunks(of: try Clip.h264.make(), seconds: 0)
        #expect(pieces.count == 5)
        #expect(pieces.allSatisfy { $0.prerollPackets == 0 && $0.hiddenPackets.isEmpty && $0.exactPTS == nil })
        #expect(pieces.map(\.frameCount) == [12, 12, 12, 12, 12])
    }

    @Test("carries pre-roll where only open groups are to be had", arguments: [Clip.h264OpenGOP, .hevcOpen, .mpeg2])
    func openGroups(clip: Clip) throws {
        let pieces = try chunks(of: try clip.make(), seconds: 0)
        #expect(pieces.count > 3)
        #expect(pieces.dropFirst().allSatisfy { $0.prerollPackets > 0 && $0.prerollFrames == $0.prerollPackets })
    }

    @Test("keeps chunks below the limit")
    func byteLimit() throws {
        let path = try Clip.h264.make()
        let whole = try #require(try chunks(of: path, seconds: 1e9).first)
        let largest = try #require(try chunks(of: path, seconds: 0).map(\.bytes.count).max())
        let limit = max(largest * 2 + 8192, whole.bytes.count / 2)
        let pieces = try chunks(of: path, seconds: 1e9, maxBytes: limit)
        #expect(pieces.count > 1)
        #expect(pieces.allSatisfy { $0.bytes.count <= limit })
    }

    @Test("says what to do where a group is larger than the limit")
    func largeGroup() throws {
        #expect {
            _ = try chunks(of: try Clip.largeGOP.make(), seconds: 1, maxBytes: 1 << 20)
        } throws: { error in
            let error = error as? MediaError
            return error?.code == .limitExceeded && error?.detail.contains("--max-chunk-bytes") == true
        }
        #expect(try chunks(of: try Clip.largeGOP.make(), seconds: 0).contains { $0.bytes.count > 1 << 20 })
    }

    @Test("keeps the packets before the first key frame as frames of the first chunk")
    func startsInsideGroup() throws {
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: try Clip.transportStream.make())))
        // Whole transport packets; the program tables come again at key frames.
        let path = Clip.path("middle.ts")
        try Data(whole.dropFirst(188 * (whole.count / 188 / 4))).write(to: URL(fileURLWithPath: path))
        let pieces = try chunks(of: path, seconds: 0)
        let frames = try pieces.flatMap { try decode($0) }
        let full = try FFmpegTool.frames(of: try Clip.transportStream.make())
        #expect(frames.map(\.index) == Array(frames.indices))
        #expect(frames.suffix(24).map(\.md5) == full.suffix(24).map(\.md5))
    }

    @Test("goes on where a recording's times start again")
    func discontinuity() throws {
        let one = [UInt8](try Data(contentsOf: URL(fileURLWithPath: try Clip.transportStream.make())))
        let path = Clip.path("joined.ts")
        try Data(one + one).write(to: URL(fileURLWithPath: path))
        let pieces = try chunks(of: path, seconds: 0)
        let frames = try pieces.flatMap { try decode($0) }
        let full = try FFmpegTool.frames(of: try Clip.transportStream.make()).map(\.md5)
        #expect(frames.map(\.md5) == full + full)
        #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.pts < $1.pts })
    }

    @Test("survives a change of picture size in the stream")
    func sizeChange() throws {
        let small = Clip.path("small.ts")
        let both = Clip.path("both.ts")
        _ = try FFmpegTool.ffmpeg([
            "-f", "lavfi", "-i", "testsrc2=size=96x64:rate=25", "-frames:v", "24", "-pix_fmt", "yuv420p", "-c:v",
            "libx264", "-preset", "veryfast", "-g", "12", "-output_ts_offset", "10", small,
        ])
        var bytes = try Data(contentsOf: URL(fileURLWithPath: try Clip.transportStream.make()))
        bytes.append(try Data(contentsOf: URL(fileURLWithPath: small)))
        try bytes.write(to: URL(fileURLWithPath: both))
        let frames = try chunks(of: both, seconds: 0).flatMap { try decode($0) }
        let expected =
            try FFmpegTool.frames(of: try Clip.transportStream.make()).map(\.md5)
            + FFmpegTool.frames(of: small).map(\.md5)
        #expect(frames.map(\.md5) == expected)
    }
}
