internal import CFFmpeg

/// The edit list of a finished MP4 file with one track (ISO/IEC 14496-12, 8.6.6).
enum EditList {
    /// Shortens the last edit, so that what comes later in the media is not displayed. FFmpeg's muxer cannot do this.
    ///
    /// - Parameter duration: how long the last edit shall be, in ticks of `timeBase`; the file's movie time scale is the
    ///   denominator of `timeBase`.
    static func end(of path: String, after duration: Int64, timeBase: Rational) throws(MediaError) {
        var io: UnsafeMutablePointer<AVIOContext>?
        let status = avio_open2(&io, "file:" + path, AVIO_FLAG_READ, nil, nil)
        guard status >= 0, let file = io else {
            throw MediaError(.unwritable, operation: "avio_open2", detail: "'\(path)': \(describeAVError(status))")
        }
        defer { avio_closep(&io) }
        guard let position = locate(in: file, path: ["moov", "trak", "edts", "elst"]),
            avio_seek(file, position, SEEK_SET) == position
        else {
            throw MediaError(.unwritable, operation: "shorten an edit list", detail: "'\(path)' has no edit list")
        }
        let version = avio_r8(file)
        _ = avio_rb24(file)
        let count = Int64(avio_rb32(file))
        let entrySize: Int64 = version == 1 ? 20 : 12
        guard count > 0 else { return }
        let last = position + 8 + (count - 1) * entrySize
        let ticks = max(0, duration) * Int64(timeBase.numerator)
        // A context reads or writes, so a second one writes; it must not empty the file, as it would by itself.
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        av_dict_set(&options, "truncate", "0", 0)
        var output: UnsafeMutablePointer<AVIOContext>?
        let opened = avio_open2(&output, "file:" + path, AVIO_FLAG_WRITE, nil, &options)
        guard opened >= 0, let writer = output else {
            throw MediaError(.unwritable, operation: "avio_open2", detail: "'\(path)': \(describeAVError(opened))")
        }
        avio_seek(writer, last, SEEK_SET)
        if version == 1 { avio_wb64(writer, UInt64(ticks)) } else { avio_wb32(writer, UInt32(clamping: ticks)) }
        let closed = avio_closep(&output)
        guard closed >= 0 else {
            throw MediaError(.unwritable, operation: "avio_close", detail: "'\(path)': \(describeAVError(closed))")
        }
    }

    /// Where the contents of a nested box begin.
    private static func locate(in file: UnsafeMutablePointer<AVIOContext>, path: [String]) -> Int64? {
        var position: Int64 = 0
        var end = avio_size(file)
        for name in path {
            var found = false
            while !found, position + 8 <= end {
                guard avio_seek(file, position, SEEK_SET) == position else { return nil }
                var size = Int64(avio_rb32(file))
                var type = [UInt8](repeating: 0, count: 4)
                guard avio_read(file, &type, 4) == 4 else { return nil }
                var header: Int64 = 8
                if size == 1 {
                    size = Int64(truncatingIfNeeded: avio_rb64(file))
                    header = 16
                }
                guard size >= header, size <= end - position else { return nil }
                if String(decoding: type, as: UTF8.self) == name {
                    end = position + size
                    position += header
                    found = true
                } else {
                    position += size
                }
            }
            guard found else { return nil }
        }
        return position
    }
}
