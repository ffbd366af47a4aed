/// What is wrong in a zone file, where, and what belongs there.
public struct ZoneFileError: Error, Sendable, Hashable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) {
        self.description = description
    }
}
