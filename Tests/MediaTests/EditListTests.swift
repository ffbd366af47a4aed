import Foundation
import Testing

@testable import Media

@Suite("Edit lists")
struct EditListTests {
    @Test("that hide frames at the start: the frames stay in the file, and stay hidden")
    func hiddenStart() throws {
        let source = try Clip.h264.make()
        let path = Clip.path("hidden-start.mp4")
        _ = try FFmpegTool.ffmpeg(["-ss", "0.3", "-i", source, "-c", "copy", path])
        try check(path, hides: true)
    }

    @Test("that hide frames at the end: the frames stay in the file")
    func hiddenEnd() throws {
        let source = try Clip.h264.make()
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: source)))
        let marker = Array("elst".utf8)
        let position = try #require(bytes.indices.first { bytes[$0...].starts(with: marker) })
        // Segment duration in milliseconds, after version, flags and count (ISO/IEC 14496-12, 8.6.6).
        bytes.replaceSubrange(position + 12..<position + 16, with: [0, 0, 0x07, 0xd0])
        let path = Clip.path("hidden-end.mp4")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        try check(path, hides: true)
    }

    private func check(_ path: String, hides: Bool) throws {
        let expected = try FFmpegTool.frames(of: path)
        let packets = try Demuxer(path: path)
        var packetCount = 0
        var hiddenCount = 0
        while let packet = try packets.next() {
            packetCount += 1
            if packet.isDiscard { hiddenCount += 1 }
        }
        #expect((hiddenCount > 0) == hides)
        for (round, seconds) in [0, 1, 1e9].enumerated() {
            let pieces = try chunks(of: path, seconds: seconds)
            #expect(pieces.reduce(0) { $0 + $1.frameCount } == expected.count)
            #expect(pieces.allSatisfy { $0.frameCount > 0 })
            #expect(pieces.reduce(0) { $0 + $1.hiddenPackets.count } == hiddenCount)
            let frames = try pieces.flatMap { try decode($0) }
            #expect(frames.map(\.md5) == expected.map(\.md5))
            let timeBase = try #require(pieces.first).stream.timeBase
            #expect(
                frames.map { FFmpegTool.fraction(Int($0.pts) * timeBase.numerator, timeBase.denominator) }
                    == expected.map(\.time))
            let output = Clip.path("hidden-\(round)-\(URL(fileURLWithPath: path).lastPathComponent)")
            #expect(try assemble(pieces, path: output) == FFmpegTool.packetDigest(of: path))
            #expect(try FFmpegTool.packetDigest(of: output) == FFmpegTool.packetDigest(of: path))
            #expect(try FFmpegTool.frames(of: output) == expected)
            _ = packetCount
        }
    }
}
