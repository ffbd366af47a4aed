import EventLog
import GRDB
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Makes, checks, opens and tidies the file of a log.
enum LogFile {
    /// Large enough that a 900 KB value is a short chain of pages, small enough that a commit of a few offsets is cheap.
    private static let pageSize = 16384
    /// Free pages kept for the next records; what is beyond goes back to the file system bit by bit.
    private static let reservedBytes: Int64 = 32 << 20
    /// Beyond this the write-ahead log is made to start over.
    private static let longestWriteAheadLog = 256 << 20

    /// One at a time makes a file: closing a file that SQLite has open elsewhere in the process would drop its locks.
    private static let making = Mutex(())

    // MARK: - Making

    /// The absolute path of the file, which exists when this returns, for its owner's eyes only.
    static func prepare(_ path: String) throws(EventLogError) -> String {
        func failure(_ detail: String) -> EventLogError {
            EventLogError(.unavailable, operation: "open", detail: detail, recovery: .giveUp)
        }
        guard !path.isEmpty, !path.hasSuffix("/"), !path.utf8.contains(0) else {
            throw EventLogError(
                .invalidArgument, operation: "open", detail: "'\(path)' is not the path of a file", recovery: .giveUp)
        }
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let fileName = slash.map { String(path[path.index(after: $0)...]) } ?? path
        guard let resolved = realpath(folder, nil) else {
            throw failure("\(path): its folder \(folder) cannot be opened (\(reason())): make it, or give another path")
        }
        defer { free(resolved) }
        let absoluteFolder = String(cString: resolved)
        let file = absoluteFolder == "/" ? "/\(fileName)" : "\(absoluteFolder)/\(fileName)"

        // The lock's body cannot throw a typed error, so it answers with one.
        let problem = making.withLock { _ -> EventLogError? in
            var status = stat()
            if stat(file, &status) == 0 {
                if status.st_mode & S_IFMT != S_IFREG {
                    return failure("\(path): is a folder or a device: give the path of a file")
                }
                if access(file, R_OK | W_OK) != 0 {
                    return failure("\(path): you may not read and write this file: change its owner or its mode")
                }
            } else {
                let descriptor = open(file, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
                if descriptor >= 0 {
                    close(descriptor)
                } else if errno != EEXIST {
                    return failure(
                        "\(path): the file cannot be made: \(reason()): make the folder writable, or give another path")
                }
            }
            if access(absoluteFolder, W_OK) != 0 {
                return failure(
                    "\(path): you may not write in the folder \(absoluteFolder), where SQLite keeps files beside "
                        + "the log: change its mode, or give another path")
            }
            return nil
        }
        if let problem { throw problem }
        // SQLite keeps its other files beside the file itself, not beside a link to it.
        guard let real = realpath(file, nil) else {
            throw failure("\(path): \(reason()): give the path of a file, or of one to be made")
        }
        defer { free(real) }
        return String(cString: real)
    }

    private static func reason() -> String { String(cString: strerror(errno)) }

    // MARK: - Opening

    static func openPool(_ file: String, configuration: SQLiteLogConfiguration) throws(EventLogError) -> DatabasePool {
        do {
            let pool = try retryingWhileBusy(for: configuration.busyTimeout) {
                try DatabasePool(path: file, configuration: settings(file, configuration))
            }
            try pool.writeWithoutTransaction { database in
                // GRDB sets NORMAL, which may lose the last commits with the power.
                try database.execute(sql: "PRAGMA synchronous = FULL")
                try database.execute(sql: "PRAGMA cache_size = -16384")
                try database.execute(sql: "PRAGMA journal_size_limit = 67108864")
                try database.execute(sql: "PRAGMA secure_delete = OFF")
                if let maximum = configuration.maximumFileSize {
                    let pageSize = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? pageSize
                    _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(max(1, maximum / pageSize))")
                }
                try database.inTransaction(.immediate) {
                    // Another process may have been faster.
                    if try identity(database, file) == nil { try Schema.create(database) }
                    return .commit
                }
            }
            return pool
        } catch {
            throw EventLogError(error, operation: "open", path: file)
        }
    }

    private static func settings(_ file: String, _ options: SQLiteLogConfiguration) -> Configuration {
        var configuration = Configuration()
        configuration.label = "lapwing.log"
        configuration.maximumReaderCount = 4
        // SQLite's own waiting doubles its pauses up to 100 ms, behind which a busy writer starves everyone else.
        let most = max(1, Int(clamping: options.busyTimeout.nanoseconds / 1_500_000))
        configuration.busyMode = .callback { tries in
            guard tries < most else { return false }
            usleep(tries < 20 ? 300 : UInt32.random(in: 1000...2000))
            return true
        }
        configuration.prepareDatabase { database in
            guard try identity(database, file) == nil, !database.configuration.readonly else { return }
            // An empty file, and these must be set before anything is in it.
            try database.execute(sql: "PRAGMA page_size = \(pageSize)")
            try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
        }
        return configuration
    }

    /// The version of the log in the file, nil when the file is empty; throws when it is somebody else's, before
    /// anything has been changed.
    private static func identity(_ database: Database, _ file: String) throws -> Int32? {
        let application = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let version = try Int32.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        if application == 0, version == 0 {
            let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
            if tables == 0 { return nil }
        }
        guard application == Schema.applicationID else {
            throw EventLogError(
                .corrupt, operation: "open",
                detail: "\(file): is another application's database: give the path of a log, or of a file to be made",
                recovery: .giveUp)
        }
        guard version == Schema.version else {
            throw EventLogError(
                .corrupt, operation: "open",
                detail: "\(file): was written by another version of Lapwing (its schema is \(version), this program's "
                    + "is \(Schema.version)): use that version, or begin with a new file",
                recovery: .giveUp)
        }
        return version
    }

    /// Turning write-ahead logging on and recovering after a crash do not go through the busy handler.
    private static func retryingWhileBusy<T>(for timeout: Duration, _ body: () throws -> T) throws -> T {
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: min(timeout, .seconds(1 << 31)))
        while true {
            do {
                return try body()
            } catch let error as DatabaseError
                where [.SQLITE_BUSY, .SQLITE_LOCKED].contains(error.resultCode) && clock.now < deadline
            {
                usleep(10_000)
            }
        }
    }

    // MARK: - Tidying

    /// Gives free pages back; small, bounded work after a transaction.
    ///
    /// What fails here fails again, and better said, where someone needs it.
    static func vacuum(_ database: Database, freedBytes: Int64) {
        if freedBytes > 0,
            let free = try? PreparedStatement(database, "PRAGMA freelist_count").first({ $0.integer(0) }),
            let pageSize = try? PreparedStatement(database, "PRAGMA page_size").first({ $0.integer(0) }),
            free * pageSize > reservedBytes
        {
            // Twice as much as was deleted: a file that is being read empty shrinks, at a cost in proportion.
            let pages = max(64, 2 * freedBytes / pageSize)
            let spare = free - reservedBytes / pageSize
            try? database.execute(sql: "PRAGMA incremental_vacuum(\(min(pages, spare)))")
        }
    }

    /// Whether the write-ahead log has grown so long that it should start over.
    static func isWriteAheadLogLong(_ path: String) -> Bool {
        var status = stat()
        return stat(path + "-wal", &status) == 0 && status.st_size > longestWriteAheadLog
    }

    /// Bytes on disk, with the write-ahead log.
    static func size(_ path: String) -> Int {
        ["", "-wal"].reduce(0) { total, suffix in
            var status = stat()
            return stat(path + suffix, &status) == 0 ? total + Int(status.st_size) : total
        }
    }

    // MARK: - Removing

    /// Deletes the file and what SQLite keeps beside it.
    static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
    }

    static var libraryVersion: String {
        let version = try? DatabaseQueue().read { try String.fetchOne($0, sql: "SELECT sqlite_version()") }
        return version ?? "unknown"
    }
}
