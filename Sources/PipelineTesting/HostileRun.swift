internal import Crypto
public import EventLog
public import Foundation
internal import Logging
internal import Media
internal import Pipeline
internal import Tracking

/// Sends damaged clips, chunks and records through a producer, a log and a worker, and counts what becomes of them.
///
/// Nothing of it may end the process, and every frame and every record must be accounted for. A case is named by its
/// number: it is the same in every run and however the cases are cut into batches.
public struct HostileRun: Sendable {
    private let folder: URL
    private let clips: HostileClips
    private let topics = Topics()
    /// The undamaged records of each clip.
    private var originals: [[Record]] = []
    private let open: @Sendable (_ path: String) throws -> any EventLog

    /// - Parameters:
    ///   - folder: where files and logs come to lie; the caller removes it.
    ///   - open: opens, or makes, a log at a path.
    public init(
        folder: URL, clips: HostileClips, open: @escaping @Sendable (_ path: String) throws -> any EventLog
    ) async throws {
        self.folder = folder
        self.clips = clips
        self.open = open
        for clip in clips.clips {
            let log = try await makeLog("original-\(clip.name)")
            _ = try await producer(log).submit(path: clip.path)
            var records: [Record] = []
            try await log.readAll(TopicPartition(topics.chunks, 0)) { records.append($0.record) }
            originals.append(records)
            await log.close()
        }
    }

    /// Runs some cases through one worker.
    public func run(_ cases: Range<Int>) async throws -> HostileTally {
        let name = "cases-\(cases.lowerBound)"
        let log = try await makeLog(name)
        var tally = HostileTally()
        var whole: [VideoID: Int] = [:]
        var others: [VideoID] = []
        for number in cases {
            var mutator = Mutator(seed: UInt64(number))
            let id = try VideoID("case-\(number)")
            switch number % 4 {
            case 0, 1:
                tally.files += 1
                if let frames = try await submitDamaged(number, id, &mutator, to: log, &tally) {
                    whole[id] = frames
                } else {
                    others.append(id)
                }
            case 2:
                tally.chunks += 1
                whole[id] = try await appendDamagedChunks(id, &mutator, to: log)
            default:
                tally.records += 1
                try await appendDamagedRecords(id, &mutator, to: log)
                others.append(id)
            }
        }
        try await worker(log).run()
        try await HostileAudit(log: log, topics: topics).check(whole: whole, others: others, &tally)
        await log.close()
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        where file.lastPathComponent.hasPrefix(name) {
            try FileManager.default.removeItem(at: file)
        }
        return tally
    }

    // MARK: Cases

    /// - Returns: the frames that the producer counted; nil when it refused the file.
    private func submitDamaged(
        _ number: Int, _ id: VideoID, _ mutator: inout Mutator, to log: any EventLog, _ tally: inout HostileTally
    ) async throws -> Int? {
        let clip = mutator.pick(clips.clips)
        let bytes = mutator.damage(clip.bytes, with: mutator.pick(clips.clips).bytes)
        let path = folder.appendingPathComponent("case-\(clip.name)").path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        do {
            return try await producer(log).submit(path: path, id: id).registration.frames
        } catch let error as MediaError {
            tally.refused[error.code.rawValue, default: 0] += 1
        } catch let error as PipelineError {
            tally.refused["\(error.code)", default: 0] += 1
        }
        return nil
    }

    /// The chunks of a clip under another name, one of them damaged; the sums fit, as an attacker's would.
    ///
    /// - Returns: the frames of all.
    private func appendDamagedChunks(
        _ id: VideoID, _ mutator: inout Mutator, to log: any EventLog
    ) async throws -> Int {
        var records = mutator.pick(originals)
        let victim = mutator.below(records.count)
        let other = mutator.pick(mutator.pick(originals)).value ?? []
        records[victim].value = mutator.damage(records[victim].value ?? [], with: other)
        var frames = 0
        for index in records.indices {
            var header = try Self.header(of: records[index])
            header.videoID = id
            frames += header.frameCount
            Self.setSums(&header, of: records[index].value ?? [])
            records[index] = try Self.record(header, records[index].value)
        }
        try await append(records, to: log)
        return frames
    }

    /// The records of a clip under another name; some damaged, left out, sent twice, or in another order.
    private func appendDamagedRecords(_ id: VideoID, _ mutator: inout Mutator, to log: any EventLog) async throws {
        var records = mutator.pick(originals)
        for index in records.indices {
            var header = try Self.header(of: records[index])
            header.videoID = id
            records[index] = try Self.record(header, records[index].value)
        }
        let victim = mutator.below(records.count)
        switch mutator.below(8) {
        case 0: records[victim].value = mutator.damage(records[victim].value ?? [])
        case 1: records.remove(at: victim)
        case 2: records.swapAt(victim, mutator.below(records.count))
        case 3: records[victim].key = "another"
        default:
            records[victim].headers[0].value = mutator.damage(json: records[victim].headers[0].value)
            if mutator.below(3) == 0 { records.append(mutator.pick(records)) }
        }
        try await append(records, to: log)
    }

    // MARK: Parts

    private static func header(of record: Record) throws -> ChunkHeader {
        try JSONDecoder().decode(ChunkHeader.self, from: Data(record.header(ChunkHeader.headerName) ?? []))
    }

    private static func record(_ header: ChunkHeader, _ value: [UInt8]?) throws -> Record {
        let json = Array(try JSONEncoder().encode(header))
        return Record(
            key: header.videoID.rawValue, value: value, headers: [Record.Header(ChunkHeader.headerName, json)])
    }

    private static func setSums(_ header: inout ChunkHeader, of bytes: [UInt8]) {
        header.byteCount = bytes.count
        header.chunkByteCount = bytes.count
        header.crc32c = CRC32C.text(CRC32C.checksum(bytes))
        header.sha256 = SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
    }

    private func append(_ records: [Record], to log: any EventLog) async throws {
        try await log.append(records.map { OutgoingRecord(topic: topics.chunks, record: $0) })
    }

    private func makeLog(_ name: String) async throws -> any EventLog {
        let log = try open(folder.appendingPathComponent(name + ".sqlite").path)
        try await log.createTopics(topics.specifications(partitions: 1))
        return log
    }

    private func producer(_ log: any EventLog) -> Producer { Producer(log: log, topics: topics, chunkSeconds: 0.5) }

    private func worker(_ log: any EventLog) throws -> Worker {
        let configuration = ProcessingConfiguration(
            model: ScriptedDetector().model, tracker: try TrackerConfiguration(.sort, options: ["max_age": "3"]))
        return try Worker(
            log: log, topics: topics,
            handler: Processor(detector: ScriptedDetector(), configuration: configuration, topics: topics),
            configuration: WorkerConfiguration(
                group: topics.workerGroup, spoolRoot: folder.path, videoTimeout: .milliseconds(300),
                exitWhenIdle: true),
            logger: Logger(label: "hostile") { _ in SwiftLogNoOpLogHandler() })
    }
}
