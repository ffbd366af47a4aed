internal import EventLog
internal import Foundation
internal import PipelineTesting
internal import Vision

@testable internal import Evaluation
@testable internal import Inference
@testable internal import Media
@testable internal import Pipeline
@testable internal import Tracking

/// What reads bytes that somebody else may have written. None may do worse than throw.
enum FuzzTarget: String, CaseIterable {
    /// A record of topic `chunks`: the JSON of its header, a zero byte, its value.
    case chunk
    /// A record of topic `checkpoints`.
    case checkpoint
    /// A tracker's snapshot without its hash.
    case snapshot
    /// A MOTChallenge file.
    case mot
    /// A video file, from its bytes to its pictures.
    case clip
    /// A model's metadata.
    case model

    func run(_ bytes: [UInt8]) {
        switch self {
        case .chunk: try? Self.runChunk(bytes)
        case .checkpoint:
            var reader = CheckpointReader()
            try? reader.take(Self.logged(Record(key: "v", value: bytes)))
            guard let id = reader.running.keys.first, let checkpoint = try? reader.checkpoint(of: id) else { return }
            var changed = checkpoint
            changed.configurationHash = Self.configuration.hash
            guard var session = try? VideoSession(restoring: changed, configuration: Self.configuration) else { return }
            _ = session.fail(reason: "over", frames: 1 << 40, chunks: 1 << 30)
        case .snapshot:
            let hash = SnapshotWriter.hash(bytes[...])
            let whole = bytes + (0..<8).map { UInt8(truncatingIfNeeded: hash >> UInt64(8 * $0)) }
            guard var tracker = try? TrackerKind.restore(whole) else { return }
            for _ in 0..<2 { _ = tracker.update([]) }
        case .mot:
            guard let rows = try? MOTFile.parse(bytes, file: "input"), rows.count < 200 else { return }
            let pair = TrackingEvaluation.Sequence(name: "s", groundTruth: rows, results: rows)
            _ = try? TrackingEvaluation([pair], convention: .mot15)
        case .clip: try? Self.runClip(bytes)
        case .model: _ = try? ModelMetadata(onnx: bytes, file: "input.onnx")
        }
    }

    private static let configuration = try! ProcessingConfiguration(
        model: ScriptedDetector().model, tracker: TrackerConfiguration(.sort))

    /// Small, so that libFuzzer's own memory limit is not what is met.
    private static let limits = MediaLimits(maxPixels: 1 << 20, maxStreams: 20, maxPacketBytes: 1 << 20)

    private static func logged(_ record: Record) -> LoggedRecord {
        LoggedRecord(topicPartition: TopicPartition("topic", 0), offset: 0, timestamp: 0, record: record)
    }

    private static func runChunk(_ bytes: [UInt8]) throws {
        let end = bytes.firstIndex(of: 0) ?? bytes.count
        let json = Array(bytes[..<end])
        let value = Array(bytes[min(end + 1, bytes.count)...])
        let record = Record(
            key: "v", value: value, headers: [Record.Header(ChunkHeader.headerName, json)])
        let header = try ChunkHeader(of: logged(record))
        let assembly = ChunkAssembly(
            header: header, topicPartition: TopicPartition("topic", 0), budget: MemoryBudget(limit: 1 << 30))
        _ = assembly.add(header, logged(record))
        _ = try? assembly.load()
        try decode(value, header.decodingInfo())
    }

    private static func decode(_ bytes: [UInt8], _ info: ChunkDecodingInfo) throws {
        let decoder = try ChunkDecoder(bytes: bytes, info: info, limits: limits)
        let scaler = FrameScaler(width: 64, height: 64, mode: .exact)
        var tensor = [Float](repeating: 0, count: 3 * 64 * 64)
        while let frame = try decoder.next() {
            guard let image = frame.image else { continue }
            try tensor.withUnsafeMutableBufferPointer { _ = try scaler.scale(image, into: $0) }
        }
    }

    private static func runClip(_ bytes: [UInt8]) throws {
        let splitter = ChunkSplitter(
            demuxer: try Demuxer(bytes: bytes, name: "input", limits: limits), targetSeconds: 1, maxBytes: 1 << 22)
        for _ in 0..<20 {
            guard let chunk = try splitter.next() else { return }
            try decode(chunk.bytes, chunk.decodingInfo(name: "chunk"))
        }
    }

    // MARK: Seeds

    /// Writes inputs to begin with, made from what Lapwing itself writes.
    func writeSeeds(to folder: String) {
        let url = URL(fileURLWithPath: folder)
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            for (number, seed) in try seeds(url).enumerated() {
                try Data(seed).write(to: url.appendingPathComponent("seed-\(number)"))
            }
        } catch {
            print("\(folder): \(error)")
        }
    }

    private func seeds(_ folder: URL) throws -> [[UInt8]] {
        switch self {
        case .clip: return try HostileClips.make(in: folder).clips.map(\.bytes)
        case .chunk:
            let path = folder.appendingPathComponent("clip.mp4")
            try SyntheticClip.make(at: path, frames: 20, width: 64, height: 48)
            defer { try? FileManager.default.removeItem(at: path) }
            let splitter = ChunkSplitter(demuxer: try Demuxer(path: path.path), targetSeconds: 1, maxBytes: 1 << 22)
            var seeds: [[UInt8]] = []
            while let chunk = try splitter.next() {
                for record in ChunkParts.records(
                    of: chunk, videoID: try VideoID("v"), source: "v.mp4", totalChunks: chunk.isLast ? 2 : nil,
                    topic: "chunks")
                {
                    seeds.append(
                        (record.record.header(ChunkHeader.headerName) ?? []) + [0] + (record.record.value ?? []))
                }
            }
            return seeds
        case .checkpoint:
            let checkpoint = Checkpoint(
                videoID: try VideoID("v"), state: .running, nextChunk: 1, nextFrame: 10, configurationHash: "",
                ledger: Ledger(), tracker: Data(try TrackerKind.sort.make().snapshot()),
                identities: Data(IdentityMap(videoID: "v", classNames: ["a"]).snapshot()))
            return [JSONCoding.encode(checkpoint)]
        case .snapshot:
            return try TrackerKind.allCases.map { kind in
                var tracker = try kind.make()
                for _ in 0..<5 {
                    _ = tracker.update([
                        .init(box: .init(x1: 1, y1: 1, x2: 9, y2: 9), confidence: 1, classID: 0)
                    ])
                }
                return Array(tracker.snapshot().dropLast(8))
            }
        case .mot: return [Array("1,1,10,20,30,40,0.9,-1,-1,-1\n2,1,11,20,30,40,0.9,-1,-1,-1\n".utf8)]
        case .model: return [[0x08, 8, 0x42, 2, 0x10, 13, 0x72, 8, 0x0a, 4] + Array("task".utf8) + [0x12, 0]]
        }
    }
}
