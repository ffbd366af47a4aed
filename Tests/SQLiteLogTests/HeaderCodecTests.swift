import EventLog
import Testing

@testable import SQLiteLog

@Suite("HeaderCodec")
struct HeaderCodecTests {
    private func decode(_ bytes: [UInt8]) -> [Record.Header]? {
        bytes.withUnsafeBytes { HeaderCodec.decode($0) }
    }

    @Test("brings headers back as they were")
    func roundTrip() {
        let headers: [Record.Header] = [
            .init("", []), .init("näme", [0, 255]), .init("x", .init(repeating: 7, count: 300)),
        ]
        #expect(decode(HeaderCodec.encode(headers)) == headers)
        #expect(decode([]) == [])
    }

    @Test("takes no damaged bytes")
    func damaged() {
        let bytes = HeaderCodec.encode([.init("name", "value")])
        for count in 1..<bytes.count { #expect(decode(Array(bytes.prefix(count))) == nil) }
        #expect(decode([255, 255, 255, 255, 255, 255, 255, 255, 0]) == nil)
    }
}
