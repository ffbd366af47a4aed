/// How a ``SQLiteLog`` treats its file.
public struct SQLiteLogConfiguration: Sendable {
    /// How long a call waits for another process that holds the file's write lock before it fails.
    public var busyTimeout: Duration
    /// The size that the file may reach, in bytes; nil: as large as the disk allows. A log at its limit answers as on
    /// a full disk. Rounded down to whole pages.
    public var maximumFileSize: Int?
    /// The largest record taken, in bytes of key, value and headers; at most 900,000,000, which SQLite's own limit
    /// leaves room for.
    public var maximumRecordSize: Int

    public init(
        busyTimeout: Duration = .seconds(10), maximumFileSize: Int? = nil, maximumRecordSize: Int = 256 << 20
    ) {
        self.busyTimeout = busyTimeout
        self.maximumFileSize = maximumFileSize
        self.maximumRecordSize = maximumRecordSize
    }
}
