internal import Crypto
public import EventLog
internal import Foundation

/// One chunk while its parts come in: in memory, or in a spool file once memory is short.
public final class ChunkAssembly: @unchecked Sendable {
    // Sendable: the worker hands it from its collector to its handler and waits; the two never use it at once.

    private struct Part {
        var offset: Int64
        var timestamp: Int64
        var header: [UInt8]
        /// Nil once it lies in the spool file.
        var bytes: [UInt8]?
        /// Where in the spool file.
        var position = 0
        var byteCount: Int
    }

    /// The facts that every part repeats; from the last part, once that is here, with what only it says.
    public private(set) var header: ChunkHeader
    public let topicPartition: TopicPartition
    /// Why the chunk cannot be used; nil while nothing speaks against it.
    private(set) var fault: String?
    /// When its first part came.
    let arrival = ContinuousClock.now
    /// What the record of part 0 says; empty until that is here.
    private(set) var context = RecordContext()
    private var parts: [Int: Part] = [:]
    private var spoolPath: String?
    /// Where `spoolPath` is, and how many bytes of it count there: parts lie in the order in which they were put there.
    private var spool: Spool?
    private var spooledBytes = 0
    private let budget: MemoryBudget

    init(header: ChunkHeader, topicPartition: TopicPartition, budget: MemoryBudget) {
        self.header = header
        self.topicPartition = topicPartition
        self.budget = budget
    }

    deinit {
        budget.release(memoryBytes)
        if let spoolPath { Spool.remove(spoolPath) }
        spool?.release(spooledBytes)
    }

    /// What a part takes besides its bytes, about: what its header says, as it came and as it is understood.
    private static let partOverhead = 2048

    /// Whether every part has come, sound or not.
    var isSettled: Bool { parts.count == header.parts }

    var offsets: [Int64] { parts.values.map(\.offset) }

    /// When the log took the first of its parts, in milliseconds since 1970.
    var timestamp: Int64 { parts.values.map(\.timestamp).min() ?? 0 }

    private var memoryBytes: Int { parts.values.reduce(0) { $0 + ($1.bytes?.count ?? 0) + Self.partOverhead } }

    /// Takes a part; false when it is there already.
    func add(_ part: ChunkHeader, _ logged: LoggedRecord) -> Bool {
        guard parts[part.part] == nil, part.part < header.parts else { return false }
        let bytes = logged.record.value ?? []
        if bytes.count != part.byteCount {
            fault = fault ?? "part \(part.part) has \(bytes.count) bytes, its header says \(part.byteCount)"
        } else if CRC32C.text(CRC32C.checksum(bytes)) != part.crc32c {
            fault = fault ?? "part \(part.part) does not match its checksum"
        } else if part.parts != header.parts || part.chunkByteCount != header.chunkByteCount
            || part.firstFrame != header.firstFrame || part.frameCount != header.frameCount
        {
            fault = fault ?? "part \(part.part) contradicts the other parts"
        }
        if part.part == part.parts - 1 { header = part }
        if part.part == 0 { context = RecordContext(of: logged.record) }
        parts[part.part] = Part(
            offset: logged.offset, timestamp: logged.timestamp,
            header: logged.record.header(ChunkHeader.headerName) ?? [], bytes: bytes, byteCount: bytes.count)
        budget.reserve(bytes.count + Self.partOverhead)
        return true
    }

    /// Moves what is in memory to the spool.
    ///
    /// - Throws: ``PipelineError`` with code `.full` when there is no room; what was not moved is still in memory.
    func spill(to spool: Spool) throws(PipelineError) {
        let path = spoolPath ?? spool.makePath()
        for (number, part) in parts {
            guard let bytes = part.bytes else { continue }
            do {
                try spool.write(bytes, to: path, at: spooledBytes)
            } catch {
                // What half a part takes is room for somebody else.
                if spoolPath == nil { Spool.remove(path) }
                throw error
            }
            spoolPath = path
            self.spool = spool
            parts[number]?.bytes = nil
            parts[number]?.position = spooledBytes
            spooledBytes += bytes.count
            budget.release(bytes.count)
        }
    }

    /// The chunk's bytes, checked against its SHA-256.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidRecord` when the chunk cannot be used, with the reason.
    func load() throws(PipelineError) -> [UInt8] {
        if let fault { throw PipelineError(.invalidRecord, fault) }
        // Before any memory is taken because a header says so.
        let byteCount = parts.values.reduce(0) { $0 + $1.byteCount }
        guard byteCount == header.chunkByteCount else {
            throw PipelineError(
                .invalidRecord, "the chunk has \(byteCount) bytes, its header says \(header.chunkByteCount)")
        }
        var bytes: [UInt8]
        if parts.count == 1, let only = parts[0]?.bytes {
            bytes = only
        } else {
            bytes = []
            bytes.reserveCapacity(byteCount)
            for number in 0..<header.parts { bytes += try partBytes(number) }
        }
        let digest = SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
        guard digest == header.sha256 else {
            throw PipelineError(.invalidRecord, "the chunk does not match its SHA-256")
        }
        return bytes
    }

    /// The parts as they came, for the dead letters.
    func deadLetters(reason: String) throws(PipelineError) -> [DeadLetter] {
        var letters: [DeadLetter] = []
        for (number, part) in parts.sorted(by: { $0.key < $1.key }) {
            let record = Record(
                key: header.videoID.rawValue, value: try partBytes(number),
                headers: [Record.Header(ChunkHeader.headerName, part.header)])
            letters.append(
                DeadLetter(
                    record: LoggedRecord(
                        topicPartition: topicPartition, offset: part.offset, timestamp: part.timestamp, record: record),
                    reason: reason))
        }
        return letters
    }

    private func partBytes(_ number: Int) throws(PipelineError) -> [UInt8] {
        guard let part = parts[number] else { return [] }
        if let bytes = part.bytes { return bytes }
        guard let spoolPath else { return [] }
        return try Spool.read(spoolPath, at: part.position, count: part.byteCount)
    }
}
