/// Reads what ``SnapshotWriter`` wrote; every read is checked against the end of the bytes.
///
/// Any bytes at all may be given: what is no snapshot of the kind and versions expected throws a ``SnapshotError``, and
/// a count is believed only as far as the bytes behind it reach.
public struct SnapshotReader: Sendable {
    /// The version of the fields, one of those that were expected.
    public let version: UInt16

    private let kind: String
    private let bytes: [UInt8]
    private let end: Int
    private var position: Int

    /// Checks the frame of a snapshot: its magic bytes, hash, kind and version.
    ///
    /// - Parameters:
    ///   - bytes: the snapshot.
    ///   - kind: what it must be of.
    ///   - versions: the versions that the caller can read.
    public init(_ bytes: [UInt8], kind: String, versions: ClosedRange<UInt16>) throws(SnapshotError) {
        let header = try Self.header(of: bytes, operation: kind)
        guard header.kind == kind else {
            throw SnapshotError(
                .wrongKind, operation: kind,
                detail: "it holds '\(header.kind)', not '\(kind)'; restore it with the configuration it was taken with")
        }
        guard versions.contains(header.version) else {
            throw SnapshotError(
                .unknownVersion, operation: kind,
                detail: """
                    it has version \(header.version), and this Lapwing reads \(versions.lowerBound) to \
                    \(versions.upperBound); use the Lapwing that wrote it, or process the video again from its start
                    """)
        }
        version = header.version
        self.kind = kind
        self.bytes = bytes
        position = header.length
        end = bytes.count - 8
    }

    /// What a snapshot is of, without reading its fields.
    public static func kind(of bytes: [UInt8]) throws(SnapshotError) -> String {
        try header(of: bytes, operation: "a snapshot").kind
    }

    /// A whole number.
    public mutating func readInt() throws(SnapshotError) -> Int {
        let value = Int64(bitPattern: try read(UInt64.self))
        guard let value = Int(exactly: value) else { throw corrupt("the number \(value) is too large") }
        return value
    }

    /// No counter can reach the end of this, and adding to it cannot overflow.
    static let counterRange = 0...(1 << 53)

    /// Reads a number of frames, of detections, or of tracks.
    mutating func readCounter() throws(SnapshotError) -> Int { try readInt(in: Self.counterRange) }

    /// A number that must lie within a range.
    public mutating func readInt(in range: ClosedRange<Int>) throws(SnapshotError) -> Int {
        let value = try readInt()
        guard range.contains(value) else { throw corrupt("\(value) is not within \(range)") }
        return value
    }

    /// A number, to the bit; NaN and infinity included.
    public mutating func readDouble() throws(SnapshotError) -> Double {
        Double(bitPattern: try read(UInt64.self))
    }

    /// A number that must be neither infinite nor NaN.
    public mutating func readFiniteDouble() throws(SnapshotError) -> Double {
        let value = try readDouble()
        guard value.isFinite else { throw corrupt("\(value) where a finite number belongs") }
        return value
    }

    /// A number of single precision, to the bit; NaN and infinity included.
    public mutating func readFloat() throws(SnapshotError) -> Float {
        Float(bitPattern: try read(UInt32.self))
    }

    /// True or false.
    public mutating func readBool() throws(SnapshotError) -> Bool {
        switch try read(UInt8.self) {
        case 0: return false
        case 1: return true
        case let other: throw corrupt("\(other) where true or false belongs")
        }
    }

    /// Bytes as they are.
    public mutating func readBytes() throws(SnapshotError) -> [UInt8] {
        let count = try readCount(elementSize: 1)
        defer { position += count }
        return Array(bytes[position..<(position + count)])
    }

    /// A text.
    public mutating func readString() throws(SnapshotError) -> String {
        let count = try readCount(elementSize: 1)
        defer { position += count }
        guard let string = String(validating: bytes[position..<(position + count)], as: UTF8.self) else {
            throw corrupt("a string is not UTF-8")
        }
        return string
    }

    /// Reads so many blocks of eight numbers that must be neither infinite nor NaN.
    mutating func readBlocks(_ count: Int) throws(SnapshotError) -> [SIMD8<Float>] {
        let size = MemoryLayout<SIMD8<Float>>.size
        guard count >= 0, count <= (end - position) / size else { throw corrupt("it ends too early") }
        let range = position..<(position + count * size)
        var blocks = [SIMD8<Float>](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: .init(rebasing: $0[range])) }
            initializedCount = count
        }
        #if _endian(big)
            for index in blocks.indices {
                for lane in 0..<8 {
                    blocks[index][lane] = Float(bitPattern: blocks[index][lane].bitPattern.byteSwapped)
                }
            }
        #endif
        // Zero times a finite number is zero; times any other it is NaN.
        var sum = SIMD8<Float>.zero
        for block in blocks { sum += block * 0 }
        let isFinite = sum == .zero
        guard isFinite else { throw corrupt("an infinite number where a finite one belongs") }
        position = range.upperBound
        return blocks
    }

    /// A whole number within a range, or nil.
    public mutating func readOptionalInt(in range: ClosedRange<Int>) throws(SnapshotError) -> Int? {
        try readBool() ? try readInt(in: range) : nil
    }

    /// Reads what ``SnapshotWriter/appendCompact(_:)`` wrote.
    public mutating func readCompact(in range: ClosedRange<Int>) throws(SnapshotError) -> Int {
        var bits: UInt64 = 0
        for shift in stride(from: 0, to: 70, by: 7) {
            let byte = try read(UInt8.self)
            let part = UInt64(byte & 0x7F)
            guard (part << shift) >> shift == part else { break }
            bits |= part << shift
            guard byte & 0x80 != 0 else {
                let value = Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1)
                guard let value = Int(exactly: value), range.contains(value) else {
                    throw corrupt("\(value) is not within \(range)")
                }
                return value
            }
        }
        throw corrupt("a number of more than 64 bits")
    }

    /// The count of a list whose elements take at least `elementSize` bytes each: no more than can follow.
    public mutating func readCount(elementSize: Int) throws(SnapshotError) -> Int {
        let count = try readInt()
        guard count >= 0, count <= (end - position) / max(elementSize, 1) else {
            throw corrupt("it announces \(count) elements and ends before")
        }
        return count
    }

    /// Checks that nothing follows.
    public func finish() throws(SnapshotError) {
        guard position == end else { throw corrupt("\(end - position) bytes too many") }
    }

    /// The error to throw when what was read contradicts itself.
    public func corrupt(_ reason: String) -> SnapshotError { Self.corrupt(reason, operation: kind) }

    private mutating func read<Value: FixedWidthInteger>(_: Value.Type) throws(SnapshotError) -> Value {
        let size = Value.bitWidth / 8
        guard end - position >= size else { throw corrupt("it ends too early") }
        defer { position += size }
        return Self.littleEndian(bytes, at: position)
    }

    private static func littleEndian<Value: FixedWidthInteger>(_ bytes: [UInt8], at position: Int) -> Value {
        var value: Value = 0
        for offset in (0..<(Value.bitWidth / 8)).reversed() {
            value = (value << 8) | Value(truncatingIfNeeded: bytes[position + offset])
        }
        return value
    }

    private static func header(
        of bytes: [UInt8], operation: String
    ) throws(SnapshotError) -> (kind: String, version: UInt16, length: Int) {
        let magic = SnapshotWriter.magic
        guard bytes.starts(with: magic) else {
            throw corrupt("\(bytes.count) bytes that do not begin as a snapshot does", operation: operation)
        }
        let fixed = magic.count + 8 + 2 + 8
        guard bytes.count >= fixed else { throw corrupt("it ends too early", operation: operation) }
        let hash: UInt64 = littleEndian(bytes, at: bytes.count - 8)
        let content = bytes[..<(bytes.count - 8)]
        guard hash == SnapshotWriter.hash(content) || hash == SnapshotWriter.earlierHash(content) else {
            throw corrupt("its bytes were changed or cut short: the hash does not fit", operation: operation)
        }
        let length: UInt64 = littleEndian(bytes, at: magic.count)
        guard length <= UInt64(bytes.count - fixed) else {
            throw corrupt("it announces a name of \(length) bytes and ends before", operation: operation)
        }
        let start = magic.count + 8
        guard let kind = String(validating: bytes[start..<(start + Int(length))], as: UTF8.self) else {
            throw corrupt("its name is not UTF-8", operation: operation)
        }
        return (kind, littleEndian(bytes, at: start + Int(length)), start + Int(length) + 2)
    }

    private static func corrupt(_ reason: String, operation: String) -> SnapshotError {
        SnapshotError(
            .corrupt, operation: operation,
            detail: reason + "; restore an earlier one, or process the video again from its start")
    }
}
