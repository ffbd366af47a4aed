internal import Crypto
internal import Foundation

/// Names a video everywhere: 1 to 128 characters of `[A-Za-z0-9._-]`, not `.` or `..`.
///
/// So it is safe as a key, as a file name and as a part of a URL.
public struct VideoID: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let rawValue: String

    /// - Throws: ``PipelineError`` with code `.invalidVideoID` when the text is not of that form.
    public init(_ text: String) throws(PipelineError) {
        guard Self.isValid(text) else {
            throw PipelineError(
                .invalidVideoID,
                "'\(text.prefix(140))': use 1 to 128 of the characters A-Z a-z 0-9 . _ -, not '.' or '..'")
        }
        rawValue = text
    }

    private init(unchecked text: String) { rawValue = text }

    /// Stands for a video that has no name yet.
    static let placeholder = VideoID(unchecked: "-")

    private static func isValid(_ text: String) -> Bool {
        let utf8 = text.utf8
        return (1...128).contains(utf8.count) && text != "." && text != ".." && utf8.allSatisfy(isAllowed)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    public var description: String { rawValue }

    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    /// The ID of a file: a slug of its name plus 12 hex digits of the SHA-256 of its bytes.
    ///
    /// The same bytes under the same name always get the same ID, so submitting a file twice does its work once.
    public static func forFile(atPath path: String) throws(PipelineError) -> VideoID {
        let url = URL(fileURLWithPath: path)
        var hash = SHA256()
        guard let file = fopen(path, "rb") else { throw unreadable(path) }
        defer { fclose(file) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        setvbuf(file, nil, _IONBF, 0)
        while case let count = fread(buffer.baseAddress, 1, buffer.count, file), count > 0 {
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        guard ferror(file) == 0 else { throw unreadable(path) }
        let digits = hash.finalize().prefix(6).map { String(format: "%02x", $0) }.joined()
        return VideoID(unchecked: slug(of: url.deletingPathExtension().lastPathComponent) + "-" + digits)
    }

    private static func unreadable(_ path: String) -> PipelineError {
        PipelineError(.unreadable, "\(path): \(String(cString: strerror(errno))); check the path and its permissions")
    }

    /// Letters, digits, dots and underscores stay; every run of anything else becomes one hyphen.
    static func slug(of name: String) -> String {
        var slug: [UInt8] = []
        for byte in name.utf8 {
            if isAllowed(byte) {
                slug.append(byte)
            } else if slug.last != UInt8(ascii: "-") {
                slug.append(UInt8(ascii: "-"))
            }
        }
        let text = String(decoding: slug, as: UTF8.self).trimmingCharacters(in: CharacterSet(charactersIn: "-."))
        return text.isEmpty ? "video" : String(text.prefix(100))
    }
}

extension VideoID: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
