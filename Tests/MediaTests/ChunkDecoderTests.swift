import Foundation
import Testing

@testable import Media

@Suite("ChunkDecoder")
struct ChunkDecoderTests {
    @Test(
        "gives the same pictures for any number of threads, also from damaged chunks",
        arguments: [
            Clip.h264, .hevcClosed, .hevcOpen, .mpeg2, .vp9, .av1,
        ])
    func damage(clip: Clip) throws {
        let pieces = try chunks(of: try clip.make(), seconds: 0.5)
        for (round, piece) in pieces.prefix(3).enumerated() {
            var chunk = piece
            var generator = SplitMix(state: UInt64(round + 1))
            // Damage in the media data only: the index of these files is at the end.
            for _ in 0..<12 {
                let position = Int(generator.next() % UInt64(chunk.bytes.count / 2)) + 64
                chunk.bytes[position] ^= UInt8(truncatingIfNeeded: generator.next() | 1)
            }
            let one = try? decode(chunk, threads: 1)
            for threads in [2, 3, 4] {
                let several = try? decode(chunk, threads: threads)
                #expect(several?.map(\.md5) == one?.map(\.md5))
                #expect(several?.map(\.index) == one?.map(\.index))
            }
            if let one { #expect(one.map(\.index) == Array(piece.firstFrame..<piece.firstFrame + piece.frameCount)) }
        }
    }

    @Test("does not take open groups for damage", arguments: [Clip.h264OpenGOP, .hevcOpen, .mpeg2, .mpeg4BFramesAVI])
    func undamaged(clip: Clip) throws {
        for piece in try chunks(of: try clip.make(), seconds: 0) {
            let decoder = try ChunkDecoder(bytes: piece.bytes, info: piece.decodingInfo(name: "chunk"), threads: 3)
            var digests: [String?] = []
            while let frame = try decoder.next() { digests.append(frame.image?.md5) }
            #expect(digests == (try decode(piece).map(\.md5)))
            #expect(!decoder.hasRestarted)
        }
    }

    @Test("refuses a chunk that is not what its description says")
    func mismatch() throws {
        let piece = try #require(try chunks(of: try Clip.h264.make(), seconds: 1).first)
        var info = piece.decodingInfo(name: "chunk 0")
        info.frameCount += 1
        #expect(throws: MediaError.self) { _ = try ChunkDecoder(bytes: piece.bytes, info: info) }
        info = piece.decodingInfo(name: "chunk 0")
        info.prerollPackets = 1000
        #expect(throws: MediaError.self) { _ = try ChunkDecoder(bytes: piece.bytes, info: info) }
        #expect(throws: MediaError.self) { _ = try ChunkDecoder(bytes: [], info: info) }
        #expect(throws: MediaError.self) { _ = try ChunkDecoder(bytes: Array("no chunk".utf8), info: info) }
        #expect(throws: MediaError.self) {
            _ = try ChunkDecoder(bytes: Array(piece.bytes.prefix(piece.bytes.count / 2)), info: info)
        }
    }

    @Test("never crashes on random damage anywhere in a chunk")
    func fuzz() throws {
        var generator = SplitMix(state: 7)
        for clip in [Clip.h264, .ffv1, .hevcOpen] {
            let piece = try #require(try chunks(of: try clip.make(), seconds: 0.5).last)
            for _ in 0..<40 {
                var chunk = piece
                for _ in 0..<8 {
                    chunk.bytes[Int(generator.next() % UInt64(chunk.bytes.count))] = UInt8(
                        truncatingIfNeeded: generator.next())
                }
                if let frames = try? decode(chunk) { #expect(frames.count == piece.frameCount) }
            }
        }
    }

    @Test("gives a frame without picture where a packet cannot be decoded")
    func lostFrame() throws {
        let path = try Clip.everyFrameKey.make()
        let piece = try #require(try chunks(of: path, seconds: 1e9).first)
        let expected = try decode(piece)
        let demuxer = try Demuxer(bytes: piece.bytes, name: "chunk")
        var chunk = piece
        var position = 0
        while let packet = try demuxer.next() {
            if position == 7 {
                let bytes = packet.withBytes { Array($0) }
                let start = try #require(
                    chunk.bytes.indices.first { chunk.bytes[$0...].starts(with: bytes) })
                chunk.bytes.replaceSubrange(start..<start + bytes.count, with: repeatElement(0, count: bytes.count))
            }
            position += 1
        }
        for threads in [1, 2, 4] {
            let frames = try decode(chunk, threads: threads)
            #expect(frames.map(\.index) == expected.map(\.index))
            #expect(frames[7].md5 == nil)
            #expect(frames.enumerated().allSatisfy { $0.offset == 7 || $0.element.md5 == expected[$0.offset].md5 })
        }
    }

    @Test("reads a chunk from a file as it does from memory")
    func spooled() throws {
        let piece = try #require(try chunks(of: try Clip.hevcOpen.make(), seconds: 0).last)
        #expect(piece.prerollPackets > 0)
        let path = Clip.path("spooled.mp4")
        try Data(piece.bytes).write(to: URL(fileURLWithPath: path))
        let decoder = try ChunkDecoder(path: path, info: piece.decodingInfo(name: "spooled"), threads: 2)
        var digests: [String?] = []
        while let frame = try decoder.next() { digests.append(frame.image?.md5) }
        #expect(digests == (try decode(piece).map(\.md5)))
    }
}

/// A small generator of the same numbers in every run (Steele, Lea and Flood 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
