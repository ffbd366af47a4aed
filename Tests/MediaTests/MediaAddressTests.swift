import Foundation
import Testing

@testable import Media

@Suite("MediaAddress")
struct MediaAddressTests {
    @Test(
        "leaves out what may be secret",
        arguments: [
            ("rtsp://camera/stream", "rtsp://camera/stream"),
            ("rtsp://user:pass@10.0.0.7:554/stream", "rtsp://10.0.0.7:554/stream"),
            ("rtsp://user:p@ss@10.0.0.7/stream", "rtsp://10.0.0.7/stream"),
            ("RTSP://user@camera", "rtsp://camera"),
            // A password with a slash in it, as it should not be written.
            ("rtsp://user:pa/ss@camera/stream", "rtsp://camera/…"),
            ("https://camera/live.m3u8?token=abc#x", "https://camera/live.m3u8"),
            ("rtsp://10.0.0.1:554/user=admin_password=tlJwpbo6_channel=1.sdp", "rtsp://10.0.0.1:554/…"),
            ("rtsp://10.0.0.1/a/pw=x/b?y", "rtsp://10.0.0.1/a/…/b"),
        ])
    func redacted(text: String, expected: String) throws {
        #expect(try #require(MediaAddress(text)).redacted == expected)
    }

    @Test("is nothing that a path is")
    func paths() {
        for path in ["video.mp4", "/a/b.mp4", "file:///a.mp4", "a b://c", "://x", "-"] {
            #expect(MediaAddress(path) == nil, "\(path)")
        }
    }

    @Test("knows what goes on for ever")
    func live() throws {
        for text in ["rtsp://c/s", "rtsps://c/s", "http://c/live.M3U8?x=1", "https://c/live.m3u8", "srt://c:1"] {
            #expect(try #require(MediaAddress(text)).isLive, "\(text)")
        }
        for text in ["http://c/video.mp4", "https://c/live.m3u8.mp4"] {
            #expect(try !#require(MediaAddress(text)).isLive, "\(text)")
        }
    }

    @Test("an error about an address has no password in it, and comes in time")
    func errors() throws {
        let address = try #require(MediaAddress("rtsp://user:secret@127.0.0.1:1/stream"))
        let error = #expect(throws: MediaError.self) {
            try Demuxer(address: address, interrupt: ReadInterrupt(), patience: .seconds(20))
        }
        let text = "\(try #require(error))"
        #expect(!text.contains("secret") && text.contains("rtsp://127.0.0.1:1/stream"), "\(text)")
        let stopped = ReadInterrupt()
        stopped.stop()
        #expect(throws: MediaError.self) {
            try Demuxer(address: address, interrupt: stopped, patience: .seconds(20))
        }
    }
}
