internal import CFFmpeg

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A container opened for reading; owns an `AVFormatContext` and what it reads from.
final class FormatInput {
    /// FFmpeg's context; never nil, closed in `deinit`.
    let context: UnsafeMutablePointer<AVFormatContext>
    /// The path, address or name, for messages.
    let name: String
    /// Size of the input in bytes; nil where nobody knows.
    let byteCount: Int64?

    private let memory: MemoryInput?
    private let file: UnsafeMutablePointer<AVIOContext>?
    private let pipe: PipeInput?
    private let interrupt: ReadInterrupt?

    /// Opens a file, or an address where `path` holds `://`.
    ///
    /// The input cannot make FFmpeg open anything else: a file no other file, an address only addresses of its own kind.
    convenience init(path: String, format: String? = nil, asStored: Bool, limits: MediaLimits) throws(MediaError) {
        FFmpegLibrary.prepare()
        if let address = MediaAddress(path) {
            try self.init(address: address, interrupt: nil, limits: limits)
            return
        }
        let path = path.hasPrefix("file://") ? String(path.dropFirst(7)) : path
        let byteCount = try Self.checkFile(path)
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        av_dict_set(&options, "protocol_whitelist", "file", 0)
        var io: UnsafeMutablePointer<AVIOContext>?
        let status = avio_open2(&io, "file:" + path, AVIO_FLAG_READ, nil, &options)
        guard status >= 0, let io else {
            throw MediaError(
                .unreadable, operation: "avio_open2", detail: "'\(path)' cannot be opened: \(describeAVError(status))")
        }
        try self.init(
            name: path, memory: nil, file: io, byteCount: byteCount, format: format, asStored: asStored, limits: limits)
    }

    /// Opens an array without copying it.
    convenience init(
        bytes: [UInt8], name: String, format: String? = nil, asStored: Bool, limits: MediaLimits
    ) throws(MediaError) {
        FFmpegLibrary.prepare()
        guard !bytes.isEmpty else { throw Self.empty(name) }
        let memory = try MemoryInput(bytes: bytes, name: name)
        try self.init(
            name: name, memory: memory, file: nil, byteCount: Int64(bytes.count), format: format, asStored: asStored,
            limits: limits)
    }

    private init(
        name: String, memory: MemoryInput?, file: UnsafeMutablePointer<AVIOContext>?, pipe: PipeInput? = nil,
        byteCount: Int64?, format: String?, asStored: Bool, limits: MediaLimits
    ) throws(MediaError) {
        self.name = name
        self.memory = memory
        self.file = file
        self.pipe = pipe
        interrupt = nil
        self.byteCount = byteCount
        var io = memory?.io ?? pipe?.io ?? file
        var context = avformat_alloc_context()
        guard let fresh = context else {
            if file != nil { avio_closep(&io) }
            throw MediaError(.outOfMemory, operation: "avformat_alloc_context", detail: "no memory to read \(name)")
        }
        fresh.pointee.pb = io
        // What the protocol whitelist forbids by name, this forbids at all: nothing else is opened, whatever it is.
        fresh.pointee.io_open = { _, _, _, _, _ in lapwing_averror(EPERM) }
        if asStored { fresh.pointee.flags |= AVFMT_FLAG_NOFILLIN | AVFMT_FLAG_NOPARSE }
        var options = Self.options(whitelist: "none", limits: limits)
        defer { av_dict_free(&options) }
        av_dict_set(&options, "format_whitelist", format ?? MediaLimits.demuxers.joined(separator: ","), 0)
        // QuickTime files may keep their pictures in other files; without this option FFmpeg does not follow.
        av_dict_set(&options, "enable_drefs", "0", 0)
        let status = avformat_open_input(&context, name, format.flatMap { av_find_input_format($0) }, &options)
        guard status >= 0, let opened = context else {
            let error = Self.explain(status, name: name, io: io, isChunk: asStored)
            if file != nil { avio_closep(&io) }
            throw error
        }
        self.context = opened
    }

    /// Reads standard input, whatever container that can be read without seeking comes there.
    convenience init(standardInput interrupt: ReadInterrupt, limits: MediaLimits) throws(MediaError) {
        FFmpegLibrary.prepare()
        let pipe = try PipeInput(descriptor: STDIN_FILENO, name: "standard input", interrupt: interrupt)
        try self.init(
            name: "standard input", memory: nil, file: nil, pipe: pipe, byteCount: nil, format: nil, asStored: false,
            limits: limits)
    }

    /// Opens an address; messages call it by what is left when its secrets are taken out.
    ///
    /// - Parameter interrupt: ends what takes too long; nil: nothing does.
    init(address: MediaAddress, interrupt: ReadInterrupt?, limits: MediaLimits) throws(MediaError) {
        FFmpegLibrary.prepare()
        name = address.redacted
        memory = nil
        file = nil
        pipe = nil
        self.interrupt = interrupt
        byteCount = nil
        let scheme = address.scheme
        let whitelist: String
        switch scheme {
        case "http", "https": whitelist = "http,https,tcp,tls,crypto,httpproxy"
        case "rtsp", "rtsps": whitelist = "rtsp,rtsps,rtp,srtp,udp,tcp,tls"
        case "rtmp", "rtmps": whitelist = "rtmp,rtmps,tcp,tls"
        case "srt", "udp", "tcp", "rtp": whitelist = scheme + (scheme == "rtp" ? ",udp" : "")
        default:
            throw MediaError(
                .unsupported, operation: "open",
                detail: "'\(name)': addresses of kind '\(scheme)' are not read; give a file, or an address that "
                    + "starts with http, https, rtsp, rtmp, srt, udp, tcp or rtp")
        }
        var context = avformat_alloc_context()
        if let interrupt { context?.pointee.interrupt_callback = interrupt.callback }
        var options = Self.options(whitelist: whitelist, limits: limits)
        defer { av_dict_free(&options) }
        var format: UnsafePointer<AVInputFormat>?
        if scheme == "rtsp" || scheme == "rtsps" {
            // Over the connection that is there anyway: nothing is lost, and firewalls let it through. A camera's sound
            // and its own data are not asked for.
            av_dict_set(&options, "rtsp_transport", "tcp", 0)
            av_dict_set(&options, "allowed_media_types", "video", 0)
            format = av_find_input_format("rtsp").map { UnsafePointer($0) }
        } else if address.isPlaylist {
            // What a playlist names is of the kinds that files may be.
            av_dict_set(
                &options, "format_whitelist", (["hls", "aac", "webvtt"] + MediaLimits.demuxers).joined(separator: ","),
                0)
            // From the newest segment on, and back here soon when it is gone: going on is decided elsewhere.
            if interrupt != nil {
                av_dict_set(&options, "live_start_index", "-1", 0)
                av_dict_set(&options, "max_reload", "3", 0)
                av_dict_set(&options, "m3u8_hold_counters", "20", 0)
            }
        }
        let status = avformat_open_input(&context, address.text, format, &options)
        guard status >= 0, let opened = context else { throw Self.explain(status, name: name) }
        self.context = opened
    }

    /// Why an address cannot be read, in words that help.
    private static func explain(_ status: Int32, name: String) -> MediaError {
        let (cause, remedy) =
            switch status {
            case Int32(lapwing_AVERROR_INVALIDDATA):
                ("what comes from there is not a video that FFmpeg knows", "check the address")
            case Int32(lapwing_AVERROR_EXIT): ("it did not answer in time", "check the address and the network")
            case Int32(lapwing_AVERROR_EIO):
                ("its host has no known address, or the connection broke", "check the address and the network")
            case lapwing_AVERROR_HTTP_UNAUTHORIZED, lapwing_AVERROR_HTTP_FORBIDDEN:
                (describeAVError(status), "check user name and password")
            case lapwing_AVERROR_HTTP_NOT_FOUND: (describeAVError(status), "check the address's path")
            default: (describeAVError(status), "check the address and the network")
            }
        return MediaError(
            status == Int32(lapwing_AVERROR_INVALIDDATA) ? .notAVideo : .unreadable,
            operation: "avformat_open_input", detail: "'\(name)' cannot be read: \(cause); \(remedy)")
    }

    deinit {
        var context: UnsafeMutablePointer<AVFormatContext>? = context
        avformat_close_input(&context)
        var file = file
        if file != nil { avio_closep(&file) }
        withExtendedLifetime((memory, pipe, interrupt)) {}
    }

    /// FFmpeg's name of the demuxer.
    var containerName: String { context.pointee.iformat.map { String(cString: $0.pointee.name) } ?? "" }

    /// How far the input has been read, in bytes.
    var bytePosition: Int64 { context.pointee.pb.map { max(0, avio_seek($0, 0, SEEK_CUR)) } ?? 0 }

    private static func options(whitelist: String, limits: MediaLimits) -> OpaquePointer? {
        var options: OpaquePointer?
        av_dict_set(&options, "protocol_whitelist", whitelist, 0)
        av_dict_set(&options, "max_streams", String(limits.maxStreams), 0)
        return options
    }

    /// Looks at a path before FFmpeg does, because its own words for these faults help nobody.
    private static func checkFile(_ path: String) throws(MediaError) -> Int64? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let cause = String(cString: strerror(errno))
            throw MediaError(
                .unreadable, operation: "stat",
                detail: "'\(path)' cannot be opened: \(cause); check the path and its permissions")
        }
        let kind = status.st_mode & S_IFMT
        guard kind != S_IFDIR else {
            throw MediaError(
                .unreadable, operation: "stat", detail: "'\(path)' is a directory; give the video files inside it")
        }
        guard kind == S_IFREG else { return nil }
        guard status.st_size > 0 else { throw empty(path) }
        return Int64(status.st_size)
    }

    private static func empty(_ name: String) -> MediaError {
        MediaError(
            .notAVideo, operation: "open",
            detail: "'\(name)' is empty (0 bytes); copy or record the file again")
    }

    private static func explain(
        _ status: Int32, name: String, io: UnsafeMutablePointer<AVIOContext>?, isChunk: Bool
    ) -> MediaError {
        if status == Int32(lapwing_AVERROR_ENOMEM) {
            return MediaError(.outOfMemory, operation: "avformat_open_input", detail: "no memory to read '\(name)'")
        }
        if isChunk {
            return MediaError(
                .corrupt, operation: "avformat_open_input",
                detail: "'\(name)' is not a whole chunk: \(describeAVError(status)); submit the video again")
        }
        if let io, avio_seek(io, 0, SEEK_SET) == 0, ISOBoxes.lacksIndex(io) {
            return MediaError(
                .notAVideo, operation: "avformat_open_input",
                detail: "'\(name)': the file's index (its 'moov' box) is missing: it was probably cut off while being "
                    + "recorded or copied; copy it again, or repair it with a tool that rebuilds the index")
        }
        if status == Int32(lapwing_AVERROR_INVALIDDATA) || status == Int32(lapwing_AVERROR_EOF) {
            return MediaError(
                .notAVideo, operation: "avformat_open_input",
                detail: "'\(name)' is not a video that FFmpeg knows; check it with 'ffprobe', or convert it to MP4")
        }
        return MediaError(
            .unreadable, operation: "avformat_open_input",
            detail: "'\(name)' cannot be read: \(describeAVError(status)); check it with 'ffprobe' (a playlist that "
                + "names other files is not read: give these files, or the playlist's address)")
    }
}
