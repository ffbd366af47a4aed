import CFFmpeg
import Foundation
import Testing

@testable import Media

#if canImport(Glibc)
    import Glibc
#endif

/// Files made to have FFmpeg open other ones, or take more memory, time or room than they are worth.
@Suite("Hostile files, at FFmpeg")
struct HostileFileTests {
    private func write(_ bytes: [UInt8], _ name: String) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hostile-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let url = folder.appendingPathComponent(name)
        try Data(bytes).write(to: url)
        return url.path
    }

    private func playlist(_ target: String) -> String {
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n#EXTINF:2.4,\n\(target)\n#EXT-X-ENDLIST\n"
    }

    /// A socket on the loopback interface that notes whether anybody connects.
    private final class Listener {
        private let descriptor: Int32
        let port: UInt16

        init() throws {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            self.descriptor = descriptor
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isBound = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, size) == 0 && listen(descriptor, 4) == 0
                        && getsockname(descriptor, $0, &size) == 0
                }
            }
            guard isBound else { throw MediaError(.unreadable, operation: "bind", detail: "no port") }
            port = UInt16(bigEndian: address.sin_port)
        }

        deinit { close(descriptor) }

        var wasAsked: Bool {
            var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            return Glibc.poll(&poll, 1, 0) > 0
        }
    }

    @Test(
        "What names a file or an address is not followed, whatever it is called",
        arguments: ["clip.m3u8", "clip.mp4", "clip.mkv", "clip", "clip%03d.jpg"])
    func names(name: String) throws {
        let target = try Clip.transportStream.make()
        let listener = try Listener()
        let address = "http://127.0.0.1:\(listener.port)/clip.ts"
        for text in [
            playlist(target), playlist("file://\(target)"), playlist(address), playlist("concat:\(target)"),
            "ffconcat version 1.0\nfile '\(target)'\n", "ffconcat version 1.0\nfile '\(address)'\n",
            "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" "
                + "mediaPresentationDuration=\"PT4S\"><Period><AdaptationSet mimeType=\"video/mp2t\"><Representation "
                + "id=\"1\" bandwidth=\"1\"><BaseURL>\(address)</BaseURL></Representation></AdaptationSet></Period></MPD>",
            "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video \(listener.port) RTP/AVP 96\n"
                + "a=rtpmap:96 H264/90000\n",
        ] {
            let path = try write(Array(text.utf8), name)
            #expect(throws: MediaError.self) { try Demuxer(path: path) }
            #expect(throws: MediaError.self) { try Demuxer(bytes: Array(text.utf8), name: name) }
            for container in [ChunkContainer.mp4, .matroska] {
                let info = ChunkDecodingInfo(
                    name: "chunk", container: container, firstFrame: 0, frameCount: 10, timestampShift: 0,
                    timeBase: Rational(1, 25))
                #expect(throws: MediaError.self) { try ChunkDecoder(bytes: Array(text.utf8), info: info) }
            }
        }
        #expect(!listener.wasAsked)
    }

    @Test("A QuickTime file whose pictures lie in another file gives none of them")
    func dataReference() throws {
        // FFmpeg's own writer puts the box `url ` with the flag "in this file"; `alis` without it names another one.
        let source = try Clip.h264.make()
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: source)))
        let name = try #require(bytes.firstRange(of: Array("url \0\0\0\u{1}".utf8)))
        // An alias record of version 2: 150 bytes, then pairs of kind and text; kind 18 is an absolute path.
        var alias = [UInt8](repeating: 0, count: 150)
        alias[7] = 2
        let path = Array(source.utf8)
        alias += [0, 18, UInt8(path.count >> 8), UInt8(path.count & 0xff)] + path
        alias += path.count.isMultiple(of: 2) ? [] : [0]
        alias += [0xff, 0xff, 0, 0]
        let box = Array("alis\0\0\0\0".utf8) + alias
        bytes.replaceSubrange(
            name.lowerBound - 4..<name.upperBound,
            with: [0, 0, UInt8((box.count + 4) >> 8), UInt8((box.count + 4) & 0xff)] + box)
        for (parent, ending) in [("moov", 0), ("trak", 0), ("mdia", 0), ("minf", 0), ("dinf", 0), ("dref", 0)] {
            let place = try #require(bytes.firstRange(of: Array(parent.utf8))).lowerBound - 4 + ending
            let size = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } + box.count - 8
            for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: size >> (8 * (3 - index))) }
        }
        // The file's own pictures are taken out: what comes would be the other file's.
        let media = try #require(bytes.firstRange(of: Array("mdat".utf8)))
        if let moov = bytes.firstRange(of: Array("moov".utf8)), moov.lowerBound > media.lowerBound {
            for index in media.upperBound..<moov.lowerBound - 4 { bytes[index] = 0 }
        }
        let file = try write(bytes, "clip.mov")
        let demuxer = try? Demuxer(path: file)
        while let packet = try demuxer?.next() {
            #expect(packet.withBytes { bytes in bytes.allSatisfy { $0 == 0 } })
        }
    }

    @Test("A decoder that does not start is an error, and is freed once")
    func decoderThatDoesNotStart() throws {
        let demuxer = try Demuxer(path: try Clip.ffv1.make())
        for _ in 0..<20 {
            let parameters = try demuxer.parameters.replacing(extradata: [0xff, 0xff, 0xff, 0xff, 0, 0, 0])
            #expect(throws: MediaError.self) {
                try Decoder(
                    parameters: parameters, threads: 1, tellsFaults: false, reorderDepth: 0, limits: .default,
                    name: "chunk")
            }
        }
    }

    @Test("A chunk with more packets than allowed, or whose frames take too long, is refused")
    func chunkLimits() throws {
        let chunk = try #require(try chunks(of: Clip.h264.make(), seconds: 4).first)
        let info = chunk.decodingInfo(name: "chunk")
        let few = MediaLimits(maxPacketsPerChunk: 3)
        let error = #expect(throws: MediaError.self) {
            try ChunkDecoder(bytes: chunk.bytes, info: info, limits: few)
        }
        #expect(error?.code == .limitExceeded)
        let quick = try ChunkDecoder(bytes: chunk.bytes, info: info, limits: MediaLimits(maxTimePerFrame: .zero))
        #expect(throws: MediaError.self) { while try quick.next() != nil {} }
        #expect(throws: MediaError.self) {
            let demuxer = try Demuxer(path: try Clip.h264.make(), limits: few)
            let splitter = ChunkSplitter(demuxer: demuxer, targetSeconds: 4, maxBytes: 1 << 24)
            while try splitter.next() != nil {}
        }
    }
}
