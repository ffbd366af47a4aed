import GRDB
import GRDBSQLite

/// A statement from GRDB's cache, driven without copies: values go in as they lie in memory and come out with one copy.
///
/// GRDB's own arguments and rows box every value, which at a hundred thousand records a second is most of the time.
/// Not Sendable: it lives within one access to the database.
struct PreparedStatement {
    private let statement: Statement
    private let database: Database
    private var handle: OpaquePointer { statement.sqliteStatement }

    /// Compiles `sql`, or takes it from the connection's cache.
    init(_ database: Database, _ sql: String) throws {
        statement = try database.cachedStatement(sql: sql)
        self.database = database
        // What an error may have left behind; the result repeats that error and says nothing new.
        sqlite3_reset(statement.sqliteStatement)
    }

    /// Runs a statement to its end; returns how many rows it changed.
    @discardableResult
    func run(_ arguments: Int64?...) throws -> Int {
        bind(arguments)
        return try run()
    }

    /// Runs a statement whose arguments are bound already.
    @discardableResult
    func run() throws -> Int {
        defer { sqlite3_reset(handle) }
        while try step() {}
        return Int(sqlite3_changes(database.sqliteConnection))
    }

    /// Hands each row to `body`, until there is none or `body` answers false.
    func eachRow(_ arguments: Int64?..., body: (borrowing Row) throws -> Bool) throws {
        bind(arguments)
        try eachRow(body)
    }

    /// The same with the arguments bound already.
    func eachRow(_ body: (borrowing Row) throws -> Bool) throws {
        defer { sqlite3_reset(handle) }
        while try step() {
            guard try body(Row(handle: handle)) else { return }
        }
    }

    /// What `body` makes of the first row; nil when there is no row.
    func first<T>(_ arguments: Int64?..., body: (borrowing Row) throws -> T) throws -> T? {
        bind(arguments)
        return try first(body)
    }

    /// The same with the arguments bound already.
    func first<T>(_ body: (borrowing Row) throws -> T) throws -> T? {
        defer { sqlite3_reset(handle) }
        guard try step() else { return nil }
        return try body(Row(handle: handle))
    }

    /// Parameters count from 1.
    func bind(_ index: Int32, _ value: Int64?) {
        if let value {
            sqlite3_bind_int64(handle, index, value)
        } else {
            sqlite3_bind_null(handle, index)
        }
    }

    /// Binds a text for as long as `body` runs, without copying it.
    func bind<T>(_ index: Int32, _ text: String?, body: () throws -> T) throws -> T {
        guard var text else {
            sqlite3_bind_null(handle, index)
            return try body()
        }
        return try text.withUTF8 { bytes in
            defer { sqlite3_bind_null(handle, index) }
            if let start = bytes.baseAddress, !bytes.isEmpty {
                let code = start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                    sqlite3_bind_text64(
                        handle, index, $0, sqlite3_uint64(bytes.count), nil, UInt8(SQLITE_UTF8))
                }
                try check(code)
            } else {
                // A null pointer would bind NULL.
                try check(sqlite3_bind_text(handle, index, "", 0, nil))
            }
            return try body()
        }
    }

    /// Binds bytes for as long as `body` runs, without copying them.
    func bind<T>(_ index: Int32, _ bytes: [UInt8]?, body: () throws -> T) throws -> T {
        guard let bytes else {
            sqlite3_bind_null(handle, index)
            return try body()
        }
        return try bytes.withUnsafeBytes { buffer in
            defer { sqlite3_bind_null(handle, index) }
            if buffer.isEmpty {
                // A null pointer would bind NULL.
                try check(sqlite3_bind_zeroblob(handle, index, 0))
            } else {
                try check(
                    sqlite3_bind_blob64(handle, index, buffer.baseAddress, sqlite3_uint64(buffer.count), nil))
            }
            return try body()
        }
    }

    private func bind(_ arguments: [Int64?]) {
        for (index, value) in arguments.enumerated() {
            bind(Int32(index + 1), value)
        }
    }

    private func step() throws -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        throw failure(code)
    }

    private func check(_ code: Int32) throws {
        if code != SQLITE_OK { throw failure(code) }
    }

    private func failure(_ code: Int32) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code), message: database.lastErrorMessage, sql: statement.sql)
    }

    /// The row that a statement stands on; columns count from 0.
    struct Row: ~Copyable {
        fileprivate let handle: OpaquePointer

        func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

        func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

        func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

        func text(_ column: Int32) -> String {
            // The text is asked for first: it may convert, which changes the count.
            guard let start = sqlite3_column_text(handle, column) else { return "" }
            let count = Int(sqlite3_column_bytes(handle, column))
            return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
        }

        func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

        func withBytes<T>(_ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
            let start = sqlite3_column_blob(handle, column)
            return try body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
        }

        func optionalBytes(_ column: Int32) -> [UInt8]? {
            isNull(column) ? nil : withBytes(column) { Array($0) }
        }
    }
}
