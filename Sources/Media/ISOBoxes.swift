internal import CFFmpeg

/// A look at the outermost boxes of an MP4 file (ISO/IEC 14496-12, 4.2), to explain why it cannot be read.
enum ISOBoxes {
    /// Whether the input looks like an MP4 file that lacks its index: media data, but neither `moov` nor `moof`.
    static func lacksIndex(_ io: UnsafeMutablePointer<AVIOContext>) -> Bool {
        var sawFileType = false
        var sawMedia = false
        var position: Int64 = 0
        for _ in 0..<1000 {
            guard avio_seek(io, position, SEEK_SET) == position else { break }
            var header = [UInt8](repeating: 0, count: 16)
            guard avio_read(io, &header, 8) == 8 else { break }
            var size = header[0..<4].reduce(Int64(0)) { $0 << 8 | Int64($1) }
            switch String(decoding: header[4..<8], as: UTF8.self) {
            case "moov", "moof": return false
            case "ftyp": sawFileType = true
            case "mdat": sawMedia = true
            case "free", "skip", "wide", "uuid", "pdin", "sidx", "styp": break
            default: return sawFileType && sawMedia
            }
            if size == 1 {
                guard avio_read(io, &header, 8) == 8 else { break }
                size = header[0..<8].reduce(Int64(0)) { $0 << 8 | Int64($1) }
            }
            guard size >= 8 else { break }
            let (next, overflow) = position.addingReportingOverflow(size)
            guard !overflow else { break }
            position = next
        }
        return sawFileType || sawMedia
    }
}
