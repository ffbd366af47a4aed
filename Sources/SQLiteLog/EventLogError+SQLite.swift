import EventLog
import GRDB

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

extension EventLogError {
    /// What SQLite's answer means for the log at `path`.
    init(_ error: any Error, operation: String, path: String) {
        if let error = error as? EventLogError {
            self = error
            return
        }
        guard let error = error as? DatabaseError else {
            self.init(.unavailable, operation: operation, detail: "\(path): \(error)", recovery: .giveUp)
            return
        }
        let said = "\(path): SQLite says: \(error.message ?? "nothing") (\(error.extendedResultCode.rawValue))"
        switch error.resultCode {
        case .SQLITE_FULL:
            self = .full(operation: operation, said: said)
        case .SQLITE_IOERR where Self.isDiskFull(path):
            self = .full(operation: operation, said: said)
        case .SQLITE_IOERR:
            self.init(
                .unavailable, operation: operation,
                detail: "\(said); the disk failed to read or write: look at the system's log, then try again",
                recovery: .retry)
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL:
            self.init(
                .unavailable, operation: operation,
                detail: "\(said); another process has held the file for too long: try again",
                recovery: .retry)
        case .SQLITE_NOTADB:
            self.init(
                .corrupt, operation: operation,
                detail: "\(said); the file is something else: give the path of a log, or of a file to be made",
                recovery: .giveUp)
        case .SQLITE_CORRUPT, .SQLITE_SCHEMA:
            self.init(
                .corrupt, operation: operation,
                detail: "\(said); the file is damaged: take a copy that is whole, or begin with a new file",
                recovery: .giveUp)
        case .SQLITE_TOOBIG:
            self.init(
                .recordTooLarge, operation: operation, detail: "\(said); send it in smaller records",
                recovery: .giveUp)
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN, .SQLITE_AUTH:
            self.init(
                .unavailable, operation: operation,
                detail: "\(said); check that you may write the file and its folder", recovery: .giveUp)
        default:
            self.init(.unavailable, operation: operation, detail: said, recovery: .giveUp)
        }
    }

    static func closed(_ operation: String, _ name: String) -> EventLogError {
        EventLogError(.closed, operation: operation, detail: "\(name) was closed", recovery: .giveUp)
    }

    static func corrupt(_ operation: String, _ detail: String) -> EventLogError {
        EventLogError(
            .corrupt, operation: operation,
            detail: "\(detail); the file is damaged: take a copy that is whole, or begin with a new file",
            recovery: .giveUp)
    }

    private static func full(operation: String, said: String) -> EventLogError {
        EventLogError(
            .full, operation: operation,
            detail: "\(said); nothing was written: free some space, or raise the log's limit, and try again",
            recovery: .retry)
    }

    /// SQLite reports some failures for want of space, such as of its shared memory, as plain I/O errors.
    private static func isDiskFull(_ path: String) -> Bool {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return false }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize) < 1 << 20
    }
}
