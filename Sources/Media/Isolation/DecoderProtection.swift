internal import CIsolation

/// What a decoder's process is kept from, as it has found by trying.
public struct DecoderProtection: OptionSet, Sendable, Hashable {
    public var rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// It gets no more memory than it was given.
    public static let memory = DecoderProtection(rawValue: Int(LAPWING_CONFINED_MEMORY))
    /// The system refuses calls that decoding does not need.
    public static let calls = DecoderProtection(rawValue: Int(LAPWING_CONFINED_CALLS))
    /// It cannot open files.
    public static let files = DecoderProtection(rawValue: Int(LAPWING_CONFINED_FILES))
    /// It cannot make sockets.
    public static let network = DecoderProtection(rawValue: Int(LAPWING_CONFINED_NETWORK))
    /// It cannot start processes or programs.
    public static let processes = DecoderProtection(rawValue: Int(LAPWING_CONFINED_PROCESSES))

    /// All of it.
    public static let full: DecoderProtection = [.memory, .calls, .files, .network, .processes]

    private static let names: [(DecoderProtection, String)] = [
        (.memory, "memory beyond its limit"), (.calls, "system calls beyond a list"), (.files, "files"),
        (.network, "network"), (.processes, "processes"),
    ]

    /// What is in it, in words, as in `files, network`; empty for nothing.
    public var names: String {
        Self.names.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
    }
}
