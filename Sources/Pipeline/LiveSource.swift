public import Media

/// Where a video comes from whose end nobody knows.
public struct LiveSource: Sendable, Hashable {
    enum Kind: Hashable {
        case address(MediaAddress)
        case standardInput
    }

    let kind: Kind
    /// Whether it goes on for ever: it is opened again when it is lost, and frames come as they are filmed.
    let isEndless: Bool

    /// - Parameter isEndless: nil: what the kind of the address says.
    public init(_ address: MediaAddress, isEndless: Bool? = nil) {
        kind = .address(address)
        self.isEndless = isEndless ?? address.isLive
    }

    /// - Parameter isEndless: whether frames come as they are filmed; it ends where the input does.
    public static func standardInput(isEndless: Bool = false) -> LiveSource {
        LiveSource(kind: .standardInput, isEndless: isEndless)
    }

    private init(kind: Kind, isEndless: Bool) {
        self.kind = kind
        self.isEndless = isEndless
    }

    /// What messages and records call it, without secrets.
    public var name: String {
        switch kind {
        case .address(let address): address.redacted
        case .standardInput: "standard input"
        }
    }

    /// What IDs of its videos begin with.
    var slug: String {
        switch kind {
        case .address(let address): VideoID.slug(of: address.hostAndPath)
        case .standardInput: "stdin"
        }
    }

    var canBeOpenedAgain: Bool { isEndless && kind != .standardInput }

    func open(_ interrupt: ReadInterrupt, patience: Duration) throws(MediaError) -> Demuxer {
        switch kind {
        case .address(let address): try Demuxer(address: address, interrupt: interrupt, patience: patience)
        case .standardInput: try Demuxer(standardInput: interrupt, patience: patience)
        }
    }

    /// Whether what was opened has an end after all, as recordings have that are offered as a playlist.
    func hasEnd(_ demuxer: Demuxer) -> Bool {
        guard case .address(let address) = kind, address.isPlaylist else { return !isEndless }
        return demuxer.stream.duration != nil
    }
}
