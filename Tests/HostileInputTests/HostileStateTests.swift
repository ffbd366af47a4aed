import CameraMotionEstimation
import EventLog
import Foundation
import PipelineTesting
import Testing
import Vision

@testable import Pipeline
@testable import Tracking

/// Checkpoints and snapshots that were damaged: each is restored, or refused with an error.
@Suite("Hostile state")
struct HostileStateTests {
    private static let configuration = try! ProcessingConfiguration(
        model: ScriptedDetector().model, tracker: TrackerConfiguration(.sort))

    private func checkpoint(_ tracker: [UInt8] = [], parts: Int? = nil) -> Checkpoint {
        var ledger = Ledger()
        ledger.framesDecoded = 20
        ledger.framesProcessed = 20
        return Checkpoint(
            videoID: try! VideoID("v"), state: .running, nextChunk: 2, nextFrame: 20,
            configurationHash: Self.configuration.hash, ledger: ledger, tracker: Data(tracker),
            identities: Data(IdentityMap(videoID: "v", classNames: ["even", "odd"]).snapshot()), parts: parts)
    }

    private func logged(_ value: [UInt8]) -> LoggedRecord {
        LoggedRecord(
            topicPartition: TopicPartition("checkpoints", 0), offset: 0, timestamp: 0,
            record: Record(key: "v", value: value))
    }

    @Test(
        "Numbers that no video reaches are refused",
        arguments: [#""next_frame":20"#, #""next_chunk":2"#, #""frames_decoded":20"#, #""frames_missing":0"#])
    func numbers(field: String) throws {
        let json = String(decoding: JSONCoding.encode(checkpoint()), as: UTF8.self)
        let name = field.prefix { $0 != ":" }
        for number in ["-1", "\(Int.max)", "\(Int.min)"] {
            let damaged = json.replacing(field, with: "\(name):\(number)")
            #expect(damaged != json)
            #expect(throws: PipelineError.self) { try Checkpoint.decode(logged(Array(damaged.utf8))) }
        }
    }

    @Test(
        "A checkpoint of less than no parts, or of a million that are not there, is refused", arguments: [-1, 1 << 20])
    func parts(count: Int) throws {
        var reader = CheckpointReader()
        #expect(throws: PipelineError.self) {
            try reader.take(logged(JSONCoding.encode(checkpoint(parts: count))))
            _ = try reader.checkpoint(of: VideoID("v"))
        }
    }

    @Test("Damaged checkpoints are restored and go on, or are refused")
    func checkpoints() throws {
        var tracker = try TrackerKind.sort.make()
        for _ in 0..<5 {
            _ = tracker.update([Detection(box: BoundingBox(x1: 1, y1: 1, x2: 9, y2: 9), confidence: 1, classID: 0)])
        }
        let good = JSONCoding.encode(checkpoint(tracker.snapshot()))
        var restored = 0
        for seed in 0..<UInt64(HostileCases.count ?? 1000) {
            var mutator = Mutator(seed: seed)
            let damaged = mutator.damage(json: good)
            guard let checkpoint = try? Checkpoint.decode(logged(damaged)),
                var session = try? VideoSession(restoring: checkpoint, configuration: Self.configuration)
            else { continue }
            restored += 1
            _ = session.fail(reason: "over", frames: 1 << 40, chunks: 1 << 30)
        }
        #expect(restored > 0)
    }

    @Test("Damaged detections, with a hash that fits, are tracked, or are refused")
    func detections() throws {
        let header = ChunkHeader(
            videoID: try VideoID("v"), index: 0, part: 0, parts: 1, byteCount: 0, chunkByteCount: 0, crc32c: "",
            firstFrame: 0, frameCount: 4, prerollFrames: 0, prerollPackets: 0, pts: 0, duration: 4, startPTS: 0,
            timestampShift: 0, timeBase: "1/10", codec: "h264", container: "mp4", width: 64, height: 48, rotation: 0,
            source: "v.mp4", isLast: false, parallel: true, configurationHash: Self.configuration.hash)
        var writer = DetectionsWriter()
        for frame in 0..<header.frameCount {
            let place = FramePlace(
                index: frame, pts: Int64(frame), timeMilliseconds: 100 * Double(frame), width: 64, height: 48)
            let boxes = (0..<3).map { BoundingBox(x: Double(20 * $0), y: 5, width: 15, height: 20) }
            writer.append(
                frame == 2 ? .undecodable(place) : .inFlight(place, nil),
                boxes.map { Detection(box: $0, confidence: 0.9, classID: 1) })
        }
        let good = writer.finish()
        // Behind the kind and the version, where the fields begin.
        let start = 4 + 8 + DetectionsWriter.kind.utf8.count + 2
        var (tracked, refused) = (0, 0)
        for kind in TrackerKind.allCases {
            let configuration = ProcessingConfiguration(
                model: ScriptedDetector().model, tracker: try TrackerConfiguration(kind))
            for seed in 0..<UInt64(HostileCases.count ?? 300) {
                var mutator = Mutator(seed: seed)
                let damaged = good[..<start] + mutator.damage(Array(good[start..<good.count - 8]))
                let hash = SnapshotWriter.hash(damaged[...])
                let whole = damaged + (0..<8).map { UInt8(truncatingIfNeeded: hash >> UInt64(8 * $0)) }
                var session = VideoSession(id: header.videoID, configuration: configuration)
                var values: [[UInt8]] = []
                let results = ResultWriter(videoID: header.videoID, chunkIndex: 0)
                do {
                    var reader = try DetectionsReader(Array(whole), header)
                    while let (content, detections) = try reader.next() {
                        try session.take(content, detections, nil, results, into: &values)
                    }
                    _ = session.end(header, results, into: &values)
                    tracked += 1
                } catch let error as PipelineError {
                    #expect(error.code == .invalidRecord)
                    refused += 1
                }
            }
        }
        #expect(tracked > 0 && refused > 0, "\(tracked) \(refused)")
    }

    @Test("Damaged snapshots of every tracker, with a hash that fits, are restored and go on, or are refused")
    func snapshots() throws {
        for kind in TrackerKind.allCases {
            var tracker = try kind.make()
            for frame in 0..<8 {
                let x = Double(frame * 3)
                let detections = (0..<4).map { index in
                    Detection(
                        box: BoundingBox(x1: x, y1: Double(index * 40), x2: x + 20, y2: Double(index * 40) + 30),
                        confidence: 0.9, classID: index % 2)
                }
                _ = tracker.update(TrackerInput(detections))
            }
            let good = tracker.snapshot()
            for seed in 0..<UInt64((HostileCases.count ?? 1800) / 6) {
                var mutator = Mutator(seed: seed)
                let content = mutator.damage(Array(good.dropLast(8)), with: good)
                let hash = SnapshotWriter.hash(content[...])
                let damaged = content + (0..<8).map { UInt8(truncatingIfNeeded: hash >> UInt64(8 * $0)) }
                guard var restored = try? TrackerKind.restore(damaged) else { continue }
                var identities = IdentityMap(videoID: "v", classNames: [])
                for frame in 0..<3 {
                    let detections = [
                        Detection(box: BoundingBox(x1: 24, y1: 0, x2: 44, y2: 30), confidence: 0.9, classID: 0)
                    ]
                    _ = identities.apply(
                        restored.update(TrackerInput(detections)), detections: detections, frame: frame)
                }
                _ = restored.snapshot()
            }
        }
    }

    @Test("Damaged snapshots of identities and of the camera's motion are restored and go on, or are refused")
    func otherSnapshots() throws {
        var map = IdentityMap(videoID: "v", classNames: ["a", "b"])
        var tracker = try TrackerKind.sort.make()
        for frame in 0..<8 {
            let detections = [
                Detection(box: BoundingBox(x1: Double(frame), y1: 0, x2: 30, y2: 30), confidence: 0.9, classID: 0)
            ]
            _ = map.apply(tracker.update(TrackerInput(detections)), detections: detections, frame: frame)
        }
        for good in [map.snapshot(), CameraMotionEstimator().snapshot()] {
            for seed in 0..<UInt64(HostileCases.count ?? 500) {
                var mutator = Mutator(seed: seed)
                let content = mutator.damage(Array(good.dropLast(8)), with: good)
                let hash = SnapshotWriter.hash(content[...])
                let damaged = content + (0..<8).map { UInt8(truncatingIfNeeded: hash >> UInt64(8 * $0)) }
                if var restored = try? IdentityMap(restoring: damaged) { _ = restored.finish(frame: nil) }
                _ = try? CameraMotionEstimator(restoring: damaged)
            }
        }
    }
}
