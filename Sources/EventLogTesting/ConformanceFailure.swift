/// A log did not do what its contract says.
public struct ConformanceFailure: Error, Sendable, CustomStringConvertible {
    /// What was expected and what came instead.
    public var description: String

    public init(_ description: String) { self.description = description }
}

/// Throws unless `condition` holds.
func expect(_ condition: Bool, _ what: @autoclosure () -> String) throws {
    if !condition { throw ConformanceFailure(what()) }
}

func expectEqual<T: Equatable>(_ found: T, _ wanted: T, _ what: @autoclosure () -> String) throws {
    if found != wanted { throw ConformanceFailure("\(what()): expected \(wanted), found \(found)") }
}
