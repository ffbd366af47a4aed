/// Why a MOTChallenge file, or one that goes with it, cannot be used, and where.
public struct MOTFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of fault; open.
    public struct Code: RawRepresentable, Sendable, Hashable {
        /// The kind in words.
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The file cannot be opened or read.
        public static let unreadable = Code(rawValue: "unreadable")
        /// A line is not `frame,id,x,y,w,h,…`.
        public static let malformed = Code(rawValue: "malformed line")
        /// An identity has two boxes in one frame.
        public static let repeatedIdentity = Code(rawValue: "identity given twice")
        /// A file of numbers does not fit the detections.
        public static let wrongSize = Code(rawValue: "wrong size")
        /// There are frames that a file says nothing of.
        public static let missingFrames = Code(rawValue: "missing frames")
        /// There is no ground truth to compare with.
        public static let nothingToFind = Code(rawValue: "no ground truth")
    }

    /// The kind of fault.
    public var code: Code
    /// The file's name.
    public var file: String
    /// The line at fault, counted from 1; nil when it is the whole file.
    public var line: Int?
    /// What is wrong, with the line's text, and what belongs there.
    public var detail: String

    public init(_ code: Code, file: String, line: Int? = nil, detail: String) {
        self.code = code
        self.file = file
        self.line = line
        self.detail = detail
    }

    /// `file:line: what is wrong`
    public var description: String {
        "\(file)\(line.map { ":\($0)" } ?? ""): \(code.rawValue): \(detail)"
    }
}
