import Foundation
import Testing

@testable import Media

@Suite("Cutting a video and putting it together again")
struct RoundTripTests {
    @Test("keeps every packet, every picture and every time", arguments: Clip.all)
    func roundTrip(clip: Clip) throws {
        let path = try clip.make()
        let expected = try FFmpegTool.frames(of: path)
        #expect(expected.count == clip.frameCount)
        var digests: Set<String> = []
        for (round, seconds) in [0, 0.7, 1e9].enumerated() {
            let pieces = try chunks(of: path, seconds: seconds)
            check(pieces, frameCount: clip.frameCount)
            if seconds > 1e6 { #expect(pieces.count == 1) }

            // Every chunk decoded alone gives the source's pictures.
            let timeBase = try #require(pieces.first).stream.timeBase
            let frames = try pieces.flatMap { try decode($0, threads: round + 1) }
            #expect(frames.map(\.index) == Array(0..<clip.frameCount))
            #expect(frames.map(\.md5) == expected.map(\.md5))
            let times = frames.map {
                FFmpegTool.fraction(Int($0.pts) * timeBase.numerator, timeBase.denominator)
            }
            if clip.hasTimes { #expect(times == expected.map(\.time)) }
            #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.pts < $1.pts })

            let container = try #require(pieces.first).container
            let output = Clip.path("\(clip.fileName)-\(round).\(container.fileExtension)")
            let digest = try assemble(pieces, path: output)
            #expect(digest == pieces.last?.sourceDigest)
            digests.insert(digest)
            #expect(try FFmpegTool.packetDigest(of: output) == digest)
            if clip.keepsBytes { #expect(try FFmpegTool.packetDigest(of: path) == digest) }
            let assembled = try FFmpegTool.frames(of: output)
            #expect(assembled.map(\.md5) == expected.map(\.md5))
            if clip.keepsTimes { #expect(assembled.map(\.time) == times) }
            let again = try Demuxer(path: output).stream
            let source = try Demuxer(path: path).stream
            if container == .mp4 { #expect(again.rotation == source.rotation) }
            #expect((again.codec, again.width, again.height) == (source.codec, source.width, source.height))
        }
        #expect(digests.count == 1)
    }

    private func check(_ pieces: [Chunk], frameCount: Int) {
        #expect(pieces.map(\.index) == Array(pieces.indices))
        #expect(pieces.reduce(0) { $0 + $1.frameCount } == frameCount)
        #expect(pieces.allSatisfy { $0.frameCount > 0 })
        var next = 0
        for piece in pieces {
            #expect(piece.firstFrame == next)
            next += piece.frameCount
        }
        #expect(pieces.map(\.isLast) == pieces.indices.map { $0 == pieces.count - 1 })
        #expect(pieces.last?.totalFrames == frameCount)
        #expect(zip(pieces, pieces.dropFirst()).allSatisfy { $0.pts + $0.duration <= $1.pts + 1 })
        #expect(Set(pieces.map(\.startPTS)).count == 1)
    }
}
