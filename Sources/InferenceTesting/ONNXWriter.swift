/// Writes the parts of ONNX files, in Protocol Buffers' wire format; the numbers are those of `onnx.proto3`.
public protocol ONNXWriter {}

extension ONNXWriter {
    public func varint(_ value: Int) -> [UInt8] {
        var value = UInt64(value)
        var bytes: [UInt8] = []
        while value >= 0x80 {
            bytes.append(UInt8(value & 0x7f) | 0x80)
            value >>= 7
        }
        return bytes + [UInt8(value)]
    }
    public func int(_ number: Int, _ value: Int) -> [UInt8] { varint(number << 3) + varint(value) }
    public func ints(_ number: Int, _ values: [Int]) -> [UInt8] { values.flatMap { int(number, $0) } }
    public func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
        varint(number << 3 | 2) + varint(bytes.count) + bytes
    }
    public func text(_ number: Int, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

    public func node(_ type: String, _ inputs: [String], _ output: String) -> [UInt8] {
        inputs.flatMap { text(1, $0) } + text(2, output) + text(4, type)
    }
    public func attribute(_ name: String, _ value: Int) -> [UInt8] {
        field(5, text(1, name) + int(3, value) + int(20, 2))
    }
    public func attribute(_ name: String, _ values: [Int]) -> [UInt8] {
        field(5, text(1, name) + ints(8, values) + int(20, 7))
    }
    public func value(_ name: String, type: Int, _ dimensions: [Int?]) -> [UInt8] {
        let shape = dimensions.enumerated().flatMap { index, size in
            field(1, size.map { int(1, $0) } ?? text(2, "d\(index)"))
        }
        return text(1, name) + field(2, field(1, int(1, type) + field(2, shape)))
    }
}
