internal import Foundation
internal import Synchronization

/// A folder for chunks that do not fit into memory; gone when the process ends.
///
/// Each has a folder of its own, and beside it a file that is locked as long as its process lives, so that what a killed
/// process left behind is found and removed by the next one, also where all have the same process ID, as in containers.
/// Only the owner can read it.
public final class Spool: Sendable {
    private static let prefix = "lapwing-spool-"
    private static let lockSuffix = ".lock"

    private let folder: String
    private let lock: FileLock
    private let limit: Int
    private let used = Atomic<Int>(0)

    /// - Parameters:
    ///   - root: where the process's own folder is made.
    ///   - limit: bytes that it may hold; nil: as many as the disk takes.
    /// - Throws: ``PipelineError`` with code `.unwritable`.
    public init(root: String, limit: Int? = nil) throws(PipelineError) {
        self.limit = limit ?? .max
        Self.clean(root)
        folder = "\(root)/\(Self.prefix)\(UUID().uuidString)"
        do {
            lock = try FileLock(path: folder + Self.lockSuffix)
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw PipelineError(
                .unwritable, "spool folder \(folder): \(error.localizedDescription); choose another with --spool-dir")
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
        lock.remove()
    }

    /// Removes the folders of those that are dead.
    private static func clean(_ root: String) {
        let manager = FileManager.default
        for name in (try? manager.contentsOfDirectory(atPath: root)) ?? []
        where name.hasPrefix(prefix) && name.hasSuffix(lockSuffix) {
            let path = root + "/" + name
            // Whoever lives holds it.
            guard let lock = try? FileLock(path: path) else { continue }
            try? manager.removeItem(atPath: String(path.dropLast(lockSuffix.count)))
            lock.remove()
        }
    }

    /// A path that no other file of this spool has.
    func makePath() -> String { "\(folder)/\(UUID().uuidString)" }

    /// Bytes in it.
    var bytesUsed: Int { used.load(ordering: .relaxed) }

    /// Writes bytes at an offset of a file, which is made if it is not there; they count until they are released.
    ///
    /// - Throws: ``PipelineError`` with code `.full` when the limit or the disk leaves no room, which may pass.
    func write(_ bytes: [UInt8], to path: String, at offset: Int) throws(PipelineError) {
        guard bytes.count <= limit - bytesUsed else {
            throw PipelineError(
                .full,
                "spool folder \(folder) holds \(bytesUsed >> 20) MiB of its \(limit >> 20) MiB; raise --spool-limit")
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.error(path) }
        defer { close(descriptor) }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress! + done, $0.count - done, off_t(offset + done))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Self.error(path) }
            done += count
        }
        used.add(bytes.count, ordering: .relaxed)
    }

    /// Counts bytes no longer, whose file is gone.
    func release(_ bytes: Int) { used.subtract(bytes, ordering: .relaxed) }

    /// What `errno` says of a file that could not be written.
    private static func error(_ path: String) -> PipelineError {
        let said = "\(path): \(String(cString: strerror(errno)))"
        // No blocks left, no quota left, or no file may be so large here.
        guard [ENOSPC, EDQUOT, EFBIG].contains(errno) else { return PipelineError(.unwritable, said) }
        return PipelineError(.full, "\(said); make room, or choose another place with --spool-dir")
    }

    static func read(_ path: String, at offset: Int = 0, count: Int) throws(PipelineError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw PipelineError(.unreadable, "\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var failure: Int32?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let n = pread(descriptor, buffer.baseAddress! + filled, count - filled, off_t(offset + filled))
                if n < 0 && errno == EINTR { continue }
                guard n > 0 else {
                    failure = n == 0 ? ENODATA : errno
                    return
                }
                filled += n
            }
        }
        if let failure { throw PipelineError(.unreadable, "\(path): \(String(cString: strerror(failure)))") }
        return bytes
    }

    static func remove(_ path: String) { unlink(path) }
}
