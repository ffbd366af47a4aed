internal import CFFmpeg

/// Tells whether a file that FFmpeg read to its end without complaint was cut off all the same.
enum Truncation {
    /// What is missing, in words; nil where nothing is known to be.
    static func describe(_ input: FormatInput) -> String? {
        guard let size = input.byteCount, let io = input.context.pointee.pb else { return nil }
        if input.containerName.hasPrefix("matroska") { return describeMatroska(io, size: size) }
        // Transport packets have 188 bytes, or 192 or 204 with what some recorders add (ISO/IEC 13818-1, 2.4.3).
        if input.containerName == "mpegts", [188, 192, 204].allSatisfy({ size % $0 != 0 }) {
            return "the file ends in the middle of a transport packet; the last frame may be damaged"
        }
        return nil
    }

    /// RFC 8794: a file is an EBML header and a segment, each with its size.
    private static func describeMatroska(_ io: UnsafeMutablePointer<AVIOContext>, size: Int64) -> String? {
        guard avio_seek(io, 0, SEEK_SET) == 0, readNumber(io, keepsMarker: true) == 0x1A45_DFA3,
            let headerSize = readNumber(io, keepsMarker: false), headerSize < size,
            case let afterHeader = avio_seek(io, headerSize, SEEK_CUR), afterHeader >= 0,
            readNumber(io, keepsMarker: true) == 0x1853_8067,
            let segmentSize = readNumber(io, keepsMarker: false)
        else { return nil }
        let start = avio_seek(io, 0, SEEK_CUR)
        guard start >= 0, segmentSize > size - start else { return nil }
        return "the file ends \(segmentSize - (size - start)) bytes before its segment does: it was cut off"
    }

    /// An identifier, or a size; nil for a size that says "unknown".
    private static func readNumber(_ io: UnsafeMutablePointer<AVIOContext>, keepsMarker: Bool) -> Int64? {
        var first: UInt8 = 0
        guard avio_read(io, &first, 1) == 1, first != 0 else { return nil }
        let following = first.leadingZeroBitCount
        let marker = UInt8(0x80) >> UInt8(following)
        var value = Int64(keepsMarker ? first : first & (marker - 1))
        var isUnknown = first | ~(marker - 1) == 0xff
        for _ in 0..<following {
            var byte: UInt8 = 0
            guard avio_read(io, &byte, 1) == 1 else { return nil }
            isUnknown = isUnknown && byte == 0xff
            value = value << 8 | Int64(byte)
        }
        return isUnknown && !keepsMarker ? nil : value
    }
}
