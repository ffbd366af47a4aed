import Foundation
import Testing

@testable import Media

@Suite("LiveSplitter")
struct LiveSplitterTests {
    private func splitter(
        _ path: String, seconds: Double, maxBytes: Int = 64 << 20, interrupt: ReadInterrupt = ReadInterrupt(),
        isPaced: Bool = false, clock: @escaping () -> Double = { 0 }
    ) throws -> LiveSplitter {
        LiveSplitter(
            demuxer: try Demuxer(path: path), targetSeconds: seconds, maxBytes: maxBytes, interrupt: interrupt,
            patience: .seconds(60), isPaced: isPaced, clock: clock)
    }

    private func chunks(_ splitter: LiveSplitter) -> [Chunk] {
        var chunks: [Chunk] = []
        while let chunk = splitter.next() { chunks.append(chunk) }
        return chunks
    }

    @Test(
        "puts every frame into one chunk, and each chunk can be decoded alone",
        arguments: [Clip.h264, .h264OpenGOP, .hevcOpen, .mpeg2, .transportStream, .mjpeg, .vp9])
    func everyFrame(clip: Clip) throws {
        let whole = try MediaTests.chunks(of: try clip.make(), seconds: 1e9)
        let expected = try whole.flatMap { try decode($0) }.compactMap(\.md5)
        for seconds in [0.0, 1.0, 1e9] {
            let splitter = try splitter(try clip.make(), seconds: seconds)
            let pieces = chunks(splitter)
            #expect(splitter.ending == .ended(nil))
            #expect(pieces.map(\.index) == Array(0..<pieces.count))
            #expect(pieces.reduce(0) { $0 + $1.frameCount } == expected.count)
            #expect(pieces.allSatisfy { !$0.isLast && $0.duration > 0 })
            // Of an open group, not all that is shown before its key frame has come when the cut is made.
            let isOpen = pieces.contains { $0.prerollPackets > 0 }
            #expect(zip(pieces, pieces.dropFirst()).allSatisfy { isOpen || $0.pts + $0.duration == $1.pts })
            let found = try pieces.flatMap { try decode($0) }
            #expect(found.map(\.index) == Array(0..<expected.count))
            #expect(found.map(\.md5) == expected)
        }
    }

    @Test("takes as many groups as fit into the time asked for, at least one")
    func length() throws {
        // Groups of 12 frames at 25 frames a second.
        #expect(chunks(try splitter(Clip.h264.make(), seconds: 0.1)).map(\.frameCount) == [12, 12, 12, 12, 12])
        #expect(chunks(try splitter(Clip.h264.make(), seconds: 0.96)).map(\.frameCount) == [24, 24, 12])
        #expect(chunks(try splitter(Clip.h264.make(), seconds: 0.95)).map(\.frameCount) == [12, 12, 12, 12, 12])
        let long = try splitter(Clip.h264.make(), seconds: 0.1)
        _ = chunks(long)
        #expect(abs(long.longestGroup - 0.48) < 0.001)
    }

    @Test("cuts without waiting for more than the first pictures of the next group")
    func soon() throws {
        var read = 0
        let splitter = try splitter(Clip.h264.make(), seconds: 0.1) {
            read += 1
            return 0
        }
        #expect(splitter.next()?.frameCount == 12)
        #expect(read <= 14)
    }

    @Test("leaves out what comes before the first key frame")
    func noKeyFrame() throws {
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: try Clip.transportStream.make())))
        // Whole transport packets; the program tables come again at key frames.
        let path = Clip.path("live-inside.ts")
        try Data(whole[(whole.count / 3 / 188 * 188)...]).write(to: URL(fileURLWithPath: path))
        let pieces = chunks(try splitter(path, seconds: 1e9))
        let frames = try pieces.flatMap { try decode($0) }
        #expect(!frames.isEmpty && frames.allSatisfy { $0.md5 != nil })
    }

    @Test("says how many frames are lost where a group is larger than a chunk may be")
    func tooLarge() throws {
        let splitter = try splitter(Clip.largeGOP.make(), seconds: 1, maxBytes: 1 << 20)
        let frames = chunks(splitter).reduce(0) { $0 + $1.frameCount }
        guard case .unusable(let reason, let lost) = splitter.ending else {
            Issue.record("\(String(describing: splitter.ending))")
            return
        }
        #expect(reason.contains("--max-chunk-bytes"))
        #expect(lost > 0 && frames + lost <= Clip.largeGOP.frameCount)
    }

    @Test("ends with what is there when it is told to stop")
    func stop() throws {
        let interrupt = ReadInterrupt()
        var read = 0
        let splitter = try splitter(Clip.h264.make(), seconds: 0.1, interrupt: interrupt) {
            read += 1
            if read == 30 { interrupt.stop() }
            return 0
        }
        #expect(chunks(splitter).map(\.frameCount) == [12, 12, 6])
        #expect(splitter.ending == .stopped)
    }

    @Test("takes the earliest arrival for when the source's clock began")
    func epoch() throws {
        // Frames come in bursts: each twelve at the time of the last of them.
        var arrivals = -1
        let splitter = try splitter(Clip.h264.make(), seconds: 0.1, isPaced: true) {
            arrivals += 1
            return 1000 + Double(arrivals / 12 * 12 + 11) / 25
        }
        _ = splitter.next()
        let epoch = try #require(splitter.epoch)
        #expect(abs(epoch - 1000) < 0.1)
    }

    @Test("ends where the source's clock jumps, and goes on from there")
    func jump() throws {
        // The time of day stands still while twelve frames, and then ten minutes of the source's clock, go by.
        let path = Clip.path("jump.mkv")
        _ = try FFmpegTool.ffmpeg([
            "-i", try Clip.h264.make(), "-bsf:v", "setts=pts=PTS+gte(N\\,24)*600/TB:dts=DTS+gte(N\\,24)*600/TB", "-c",
            "copy", path,
        ])
        let demuxer = try Demuxer(path: path)
        func splitter() -> LiveSplitter {
            LiveSplitter(
                demuxer: demuxer, targetSeconds: 0.1, maxBytes: 64 << 20, interrupt: ReadInterrupt(),
                patience: .seconds(60), isPaced: true, clock: { 0 })
        }
        let first = splitter()
        let before = chunks(first)
        #expect(first.ending == .jumped)
        #expect(before.reduce(0) { $0 + $1.frameCount } == 24)
        let second = splitter()
        second.follow(first)
        let after = chunks(second)
        #expect(second.ending == .ended(nil))
        #expect(after.reduce(0) { $0 + $1.frameCount } == 36)
        // A recording may have gaps: its times say nothing about when it is read.
        #expect(chunks(try self.splitter(path, seconds: 0.1)).reduce(0) { $0 + $1.frameCount } == 60)
    }
}
