/// Damages bytes as an attacker or a bad disk would; the same seed gives the same damage.
///
/// Numbers come from SplitMix64 (G. Steele, D. Lea, C. Flood, 2014).
public struct Mutator: Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number from 0 to below `count`; 0 where there is none.
    public mutating func below(_ count: Int) -> Int { count > 0 ? Int(next() % UInt64(count)) : 0 }

    /// Any of them.
    ///
    /// - Precondition: there is one.
    public mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// Numbers that programs tend to get wrong, as counts, sizes and offsets.
    private static let temptations: [UInt32] = [
        0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x00ff_ffff, 0x0fff_ffff,
        0x7fff_fff0, 0x7fff_ffff, 0x8000_0000, 0xffff_fff8, 0xffff_ffff,
    ]

    // MARK: Bytes

    /// `bytes` with one to four damages: bits flipped, bytes replaced, pieces cut out, doubled or cut off, lengths changed,
    /// boxes of an MP4 file changed or added, pieces of `other` put in.
    public mutating func damage(_ bytes: [UInt8], with other: [UInt8] = []) -> [UInt8] {
        var bytes = bytes
        for _ in 0...below(4) where !bytes.isEmpty {
            // What is at the start and at the end steers how the rest is read.
            let place: Int
            switch below(4) {
            case 0: place = below(min(bytes.count, 256))
            case 1: place = bytes.count - 1 - below(min(bytes.count, 2048))
            default: place = below(bytes.count)
            }
            damageOnce(&bytes, at: place, with: other)
        }
        return bytes
    }

    private mutating func damageOnce(_ bytes: inout [UInt8], at place: Int, with other: [UInt8]) {
        let count = min(1 + below(1 << (1 + below(9))), bytes.count - place)
        switch below(12) {
        case 0, 1: bytes[place] ^= 1 << UInt8(below(8))
        case 2: bytes[place] = UInt8(truncatingIfNeeded: next())
        case 3: for index in place..<place + count { bytes[index] = UInt8(truncatingIfNeeded: next()) }
        case 4: for index in place..<place + count { bytes[index] = 0 }
        case 5: bytes.removeSubrange(place..<place + count)
        case 6: bytes.removeSubrange(place...)
        case 7: bytes.insert(contentsOf: Array(bytes[place..<place + count]), at: below(bytes.count))
        case 8, 9: write(pick(Self.temptations), to: &bytes, at: place)
        case 10: damageBox(&bytes, near: place)
        default:
            guard !other.isEmpty else {
                bytes[place] = 0xff
                return
            }
            let start = below(other.count)
            let piece = other[start..<min(start + count * 4, other.count)]
            if below(2) == 0 {
                bytes.insert(contentsOf: piece, at: place)
            } else {
                bytes.replaceSubrange(place..<min(place + piece.count, bytes.count), with: piece)
            }
        }
    }

    private mutating func write(_ number: UInt32, to bytes: inout [UInt8], at place: Int) {
        let size = pick([1, 2, 4])
        let isBigEndian = below(3) > 0
        for index in 0..<size where place + index < bytes.count {
            let shift = UInt32(8 * (isBigEndian ? size - 1 - index : index))
            bytes[place + index] = UInt8(truncatingIfNeeded: number >> shift)
        }
    }

    private static let boxes = [
        "moov", "trak", "mdia", "minf", "stbl", "stsd", "stts", "ctts", "stsc", "stsz", "stco", "co64", "stss", "elst",
        "mvhd", "tkhd", "mdhd", "hdlr", "dref", "avc1", "avcC", "hvcC", "moof", "traf", "trun", "tfhd", "mvex", "trex",
        "cmov", "uuid", "strh", "strf", "idx1", "LIST", "vprp",
    ]

    /// Changes the name of the next thing that looks like a box, the size before it, or the numbers behind it.
    private mutating func damageBox(_ bytes: inout [UInt8], near place: Int) {
        let letters = UInt8(ascii: "A")...UInt8(ascii: "z")
        let end = max(0, bytes.count - 4)
        guard
            let name = (min(place, end)..<end).first(where: { start in
                (start..<start + 4).allSatisfy { letters.contains(bytes[$0]) }
            })
        else {
            bytes[place] ^= 0x80
            return
        }
        switch below(3) {
        case 0: bytes.replaceSubrange(name..<name + 4, with: Array(pick(Self.boxes).utf8))
        case 1: write(pick(Self.temptations), to: &bytes, at: max(0, name - 4))
        default: write(pick(Self.temptations), to: &bytes, at: min(name + 4 + 4 * below(6), bytes.count - 1))
        }
    }

    // MARK: Text

    private static let values = [
        "-1", "0", "1", "2", "1e3", "1e999", "1.5", "-9223372036854775808", "9223372036854775807",
        "9223372036854775808",
        "4294967295", "4294967296", "2147483647", "-2147483648", "null", "true", "\"\"", "\"x\"", "[]", "{}", "[-1]",
        "[9223372036854775807]", "\"1/0\"", "\"0/1\"", "\"2147483647/1\"", "\"1/2147483647\"",
    ]

    /// JSON with one to three numbers, texts or lists replaced by others; now and then damaged as bytes are.
    public mutating func damage(json: [UInt8]) -> [UInt8] {
        if below(8) == 0 { return damage(json) }
        var json = json
        for _ in 0...below(3) {
            let colons = json.indices.filter { json[$0] == UInt8(ascii: ":") }
            guard !colons.isEmpty else { return json }
            let start = pick(colons) + 1
            let end = json[start...].firstIndex { [UInt8(ascii: ","), UInt8(ascii: "}")].contains($0) } ?? json.count
            json.replaceSubrange(start..<end, with: Array(pick(Self.values).utf8))
        }
        return json
    }
}
