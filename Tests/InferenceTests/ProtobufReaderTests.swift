import Testing

@testable import Inference

@Suite("Protocol-buffers reader")
struct ProtobufReaderTests {
    private func fields(_ bytes: [UInt8]) throws -> [UInt64] {
        var reader = ProtobufReader(bytes)
        var fields: [UInt64] = []
        while let (field, _) = try reader.next() { fields.append(field) }
        return fields
    }

    @Test("All wire types are stepped over")
    func readsWireTypes() throws {
        let bytes: [UInt8] =
            [0x08, 0x96, 0x01]  // 1: varint 150
            + [0x11, 1, 2, 3, 4, 5, 6, 7, 8]  // 2: fixed64
            + [0x1a, 2, 65, 66]  // 3: "AB"
            + [0x25, 1, 2, 3, 4]  // 4: fixed32
        #expect(try fields(bytes) == [1, 2, 3, 4])
        var reader = ProtobufReader(bytes)
        if case .varint(let value)? = try reader.next()?.value {
            #expect(value == 150)
        } else {
            Issue.record("no varint")
        }
    }

    @Test(
        "Broken messages throw",
        arguments: [
            [0x08], [0x08, 0x80],  // no value; a value cut off
            [0x1a, 5, 65],  // longer than the message
            [0x1a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],  // 2^64 − 1 bytes
            [0x08] + Array(repeating: 0xff, count: 11),  // a number without end
            [0x11, 1, 2], [0x25, 1],  // cut off
            [0x00, 0x01],  // field 0
            [0x0b], [0x0c], [0x0e], [0x0f],  // groups; not defined
        ] as [[UInt8]])
    func refusesBroken(bytes: [UInt8]) {
        #expect(throws: ProtobufReader.Malformed.self) { try fields(bytes) }
    }

    @Test("No cut of a model, and no garbage, does worse than throw")
    func survivesAnything() {
        let bytes = SyntheticModel().bytes
        for count in 0..<bytes.count { _ = try? ModelMetadata(onnx: Array(bytes[..<count]), file: "cut.onnx") }
        var state: UInt64 = 42
        func random() -> UInt8 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        for _ in 0..<2000 {
            _ = try? ModelMetadata(onnx: (0..<Int(random())).map { _ in random() }, file: "garbage.onnx")
            var damaged = bytes
            for _ in 0..<3 { damaged[(Int(random()) << 8 | Int(random())) % damaged.count] = random() }
            _ = try? ModelMetadata(onnx: damaged, file: "damaged.onnx")
        }
    }
}
