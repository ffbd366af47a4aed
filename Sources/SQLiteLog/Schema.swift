import EventLog
import GRDB

/// The tables of the file, and what makes it known as ours.
///
/// A record's row ID is its partition's ID and its offset in one number, so that one B-tree, without any index, holds
/// each partition's records side by side and in order, and appends go to the end of the partition's run. The value is
/// the last column: what counts, trims and compacts never reads the pages that large values overflow into. The index
/// by key covers compacted topics only.
enum Schema {
    /// "LAPW", in the database header.
    static let applicationID: Int32 = 0x4C41_5057
    static let version: Int32 = 1

    /// How many bits of a row ID are the offset: 2^40 records in each of 2^22 partitions.
    static let offsetBits: Int64 = 40

    static func recordID(partition: Int64, offset: Int64) -> Int64 {
        partition << offsetBits | min(max(offset, 0), (1 << offsetBits) - 1)
    }

    static func offset(ofRecord id: Int64) -> Int64 {
        id & ((1 << offsetBits) - 1)
    }

    static func create(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE topic (
                    id INTEGER PRIMARY KEY,
                    name TEXT NOT NULL UNIQUE,
                    partitions INTEGER NOT NULL,
                    cleanup TEXT NOT NULL,
                    capacity INTEGER,
                    bytes INTEGER NOT NULL DEFAULT 0  -- of the records held
                );
                CREATE TABLE topic_partition (
                    id INTEGER PRIMARY KEY,
                    topic INTEGER NOT NULL REFERENCES topic,
                    number INTEGER NOT NULL,
                    next_offset INTEGER NOT NULL DEFAULT 0,
                    UNIQUE (topic, number)
                );
                CREATE TABLE record (
                    id INTEGER PRIMARY KEY,           -- partition ID << 40 | offset
                    timestamp INTEGER NOT NULL,       -- milliseconds since 1970
                    size INTEGER NOT NULL,            -- bytes of key, value and headers
                    compacted INTEGER,                -- the partition's ID, if a newer record of the key replaces this
                    key TEXT,
                    headers BLOB,
                    value BLOB                        -- NULL: a tombstone
                );
                CREATE INDEX record_by_key ON record (compacted, key) WHERE compacted IS NOT NULL;
                CREATE TABLE consumer_group (
                    id INTEGER PRIMARY KEY,
                    name TEXT NOT NULL UNIQUE,
                    generation INTEGER NOT NULL DEFAULT 0  -- counts changes of members and claims
                );
                CREATE TABLE group_topic (            -- every topic that the group ever had to do with
                    group_id INTEGER NOT NULL REFERENCES consumer_group,
                    topic INTEGER NOT NULL REFERENCES topic,
                    PRIMARY KEY (group_id, topic)
                ) WITHOUT ROWID;
                CREATE TABLE member (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: it names one life of a member
                    group_id INTEGER NOT NULL REFERENCES consumer_group,
                    name TEXT NOT NULL,
                    boot TEXT NOT NULL,               -- the boot of the machine that the next column belongs to
                    expires INTEGER NOT NULL,         -- monotonic nanoseconds
                    UNIQUE (group_id, name)
                );
                CREATE TABLE subscription (
                    member INTEGER NOT NULL REFERENCES member ON DELETE CASCADE,
                    topic INTEGER NOT NULL REFERENCES topic,
                    PRIMARY KEY (member, topic)
                ) WITHOUT ROWID;
                CREATE TABLE claim (                  -- who holds a partition, and who is to have it
                    group_id INTEGER NOT NULL REFERENCES consumer_group,
                    partition INTEGER NOT NULL REFERENCES topic_partition,
                    owner INTEGER,
                    epoch INTEGER NOT NULL DEFAULT 0, -- counts owners
                    target INTEGER,
                    PRIMARY KEY (group_id, partition)
                ) WITHOUT ROWID;
                CREATE TABLE committed (
                    group_id INTEGER NOT NULL REFERENCES consumer_group,
                    partition INTEGER NOT NULL REFERENCES topic_partition,
                    next INTEGER NOT NULL,            -- the offset of the next record wanted
                    PRIMARY KEY (group_id, partition)
                ) WITHOUT ROWID;
                PRAGMA application_id = \(applicationID);
                PRAGMA user_version = \(version);
                """)
    }
}
