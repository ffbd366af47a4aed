internal import Foundation

/// What a client must know to be served: at least 16 printable characters, best made at random.
///
/// It is compared in constant time and never written anywhere.
public struct AccessToken: Sendable, CustomStringConvertible, CustomReflectable {
    /// The shortest that is taken.
    public static let shortest = 16

    private let bytes: [UInt8]

    /// - Throws: ``ServingError`` when it is too short, or holds what an HTTP header cannot.
    public init(_ text: String) throws(ServingError) {
        guard text.utf8.count >= Self.shortest else {
            throw ServingError("it has fewer than \(Self.shortest) characters; make one with: openssl rand -hex 24")
        }
        guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",") })
        else {
            throw ServingError(
                "it must be printable ASCII without blanks, ';' and ','; make one with: openssl rand -hex 24")
        }
        bytes = Array(text.utf8)
    }

    /// Whether this is it, found out in a time that does not tell how much of it is right.
    public func matches(_ candidate: some StringProtocol) -> Bool {
        let candidate = Array(candidate.utf8)
        var difference = UInt8(candidate.count == bytes.count ? 0 : 1)
        for index in bytes.indices {
            difference |= bytes[index] ^ (index < candidate.count ? candidate[index] : 0)
        }
        return difference == 0
    }

    public var description: String { "(token)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
