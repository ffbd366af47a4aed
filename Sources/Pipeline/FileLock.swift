internal import Foundation

/// A file that one process at a time holds; whatever ends the process lets go of it.
final class FileLock: Sendable {
    private let path: String
    private let descriptor: Int32

    /// Makes the file if it is not there, and takes it.
    ///
    /// - Throws: `POSIXError`, with code `EWOULDBLOCK` when somebody holds it.
    init(path: String) throws {
        self.path = path
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw Self.error }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let error = Self.error
                close(descriptor)
                throw error
            }
            // The one who held it may have removed it in between: then this is no longer the file of that name.
            var held = stat()
            var named = stat()
            if fstat(descriptor, &held) == 0, stat(path, &named) == 0, held.st_ino == named.st_ino {
                self.descriptor = descriptor
                return
            }
            close(descriptor)
        }
    }

    deinit { close(descriptor) }

    /// Removes the file; it stays held.
    func remove() { unlink(path) }

    private static var error: POSIXError { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
}
