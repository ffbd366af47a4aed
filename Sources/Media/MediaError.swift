internal import CFFmpeg

/// What went wrong with a video, in which FFmpeg call, and what to do.
public struct MediaError: Error, Sendable, CustomStringConvertible {
    /// The kind of fault; open.
    public struct Code: RawRepresentable, Sendable, Hashable {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The file or address cannot be opened or read.
        public static let unreadable = Code(rawValue: "unreadable")
        /// The bytes are not a video that FFmpeg knows.
        public static let notAVideo = Code(rawValue: "not a video")
        /// The file holds no video stream.
        public static let noVideoStream = Code(rawValue: "no video stream")
        /// The codec, container or pixel format is not supported by the FFmpeg at hand.
        public static let unsupported = Code(rawValue: "unsupported")
        /// The bytes contradict themselves.
        public static let corrupt = Code(rawValue: "corrupt")
        /// Something is larger than a limit set by the user.
        public static let limitExceeded = Code(rawValue: "limit exceeded")
        /// A file cannot be written.
        public static let unwritable = Code(rawValue: "unwritable")
        public static let outOfMemory = Code(rawValue: "out of memory")
        /// The process that decoded is no more, or cannot be trusted any more.
        public static let decoderDied = Code(rawValue: "decoder died")
    }

    public var code: Code
    /// The C function, or the step, that failed.
    public var operation: String
    /// What it was applied to, the cause, and how to remedy it.
    public var detail: String

    public init(_ code: Code, operation: String, detail: String) {
        self.code = code
        self.operation = operation
        self.detail = detail
    }

    public var description: String { "\(code.rawValue): \(detail) (\(operation))" }
}

/// FFmpeg's own words for an error number.
func describeAVError(_ status: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(AV_ERROR_MAX_STRING_SIZE)) { buffer in
        av_strerror(status, buffer.baseAddress!, buffer.count)
        return String(cString: buffer.baseAddress!)
    }
}
