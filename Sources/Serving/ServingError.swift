internal import Foundation

/// Why there is no server: what, where, and what to do about it.
public struct ServingError: Error, Hashable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) { self.description = description }

    static func listening(at address: ListenAddress, _ code: Int32) -> ServingError {
        let reason =
            switch code {
            case EADDRINUSE: "another program listens there; choose another port (0: any that is free)"
            case EACCES: "this user may not listen there; choose a port above 1023"
            case EADDRNOTAVAIL: "this machine has no such address; 0.0.0.0 is all that it has"
            default: String(cString: strerror(code))
            }
        return ServingError("\(address): \(reason)")
    }
}
