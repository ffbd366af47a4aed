/// A network address that a video is read from, which may hold secrets.
public struct MediaAddress: Sendable, Hashable {
    /// As the user gave it; with user name, password and whatever else. Never for messages.
    public let text: String

    /// Nil for what is not an address: a path.
    public init?(_ text: String) {
        guard let separator = text.firstRange(of: "://"), separator.lowerBound > text.startIndex,
            text[..<separator.lowerBound].utf8.allSatisfy({ byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }), text[..<separator.lowerBound].lowercased() != "file"
        else { return nil }
        self.text = text
    }

    /// In lower case: `rtsp`.
    public var scheme: String {
        text.firstRange(of: "://").map { text[..<$0.lowerBound].lowercased() } ?? ""
    }

    /// What is left of it when all that might be a secret is taken out: user name and password, what follows `?` or `#`,
    /// and parts of the path with an equals sign, as some cameras have their password there.
    ///
    /// For messages, and for what is kept.
    public var redacted: String {
        let (authority, path) = parts
        return "\(scheme)://" + authority + path
    }

    /// Host and path without what might be a secret, for names.
    public var hostAndPath: String {
        let (authority, path) = parts
        return authority + path
    }

    private var parts: (authority: String, path: String) {
        guard let separator = text.firstRange(of: "://") else { return ("", "") }
        let rest = text[separator.upperBound...]
        let plain = rest.prefix { $0 != "?" && $0 != "#" }
        let authority = plain.prefix { $0 != "/" }
        // A password that was not written as it should be may itself hold slashes, and the host comes after them.
        let hasStrayAt = plain.dropFirst(authority.count).contains("@")
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? authority
        if hasStrayAt { return (String(plain.split(separator: "@").last?.prefix { $0 != "/" } ?? "…"), "/…") }
        let path = plain.dropFirst(authority.count).split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.contains("=") ? "…" : String($0) }.joined(separator: "/")
        return (String(host), path)
    }

    /// Whether it leads to a playlist of HTTP Live Streaming.
    public var isPlaylist: Bool {
        let path = text.prefix { $0 != "?" && $0 != "#" }.lowercased()
        return (scheme == "http" || scheme == "https") && path.hasSuffix(".m3u8")
    }

    /// Whether what it leads to goes on for ever, as far as its kind tells.
    public var isLive: Bool {
        ["rtsp", "rtsps", "rtmp", "rtmps", "srt", "udp", "tcp", "rtp"].contains(scheme) || isPlaylist
    }
}
