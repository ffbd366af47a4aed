import Foundation
import Testing
import Vision

@testable import Tracking

/// Snapshots of every version that was ever written, with what the tracker made of the frames after.
///
/// A version that is there never changes; a new one gets a new file: run the tests with `LAPWING_WRITE_FIXTURES=1`.
@Suite("Snapshots of all versions")
struct SnapshotFixtureTests {
    private struct Fixture: Codable {
        struct Row: Codable, Equatable {
            var track: Int
            var detection: Int?
            var box: [Double]
        }

        var snapshot: Data
        /// The detections of the frames after: x1, y1, x2, y2, confidence, class.
        var frames: [[[Double]]]
        /// What the tracker said of them.
        var rows: [[Row]]

        func detections(_ frame: Int) -> [Detection] {
            frames[frame].map {
                Detection(
                    box: BoundingBox(x1: $0[0], y1: $0[1], x2: $0[2], y2: $0[3]), confidence: $0[4], classID: Int($0[5])
                )
            }
        }

        func rows(of tracker: any Tracker) -> [[Row]] {
            var tracker = tracker
            return frames.indices.map { frame in
                tracker.update(detections(frame)).tracks.map {
                    Row(
                        track: $0.trackID, detection: $0.detectionIndex,
                        box: [$0.box.x1, $0.box.y1, $0.box.x2, $0.box.y2])
                }
            }
        }
    }

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures")

    private static func files(_ kind: TrackerKind) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasPrefix("\(kind.rawValue)-") && $0.pathExtension == "json" }
            .sorted { $0.path < $1.path }
    }

    /// A tracker in mid-video, and frames that follow.
    private func make(_ kind: TrackerKind) throws -> Fixture {
        var generator = SeededGenerator(seed: 77)
        let scene = generator.scene(frames: 26, objects: 6, classes: 2)
        var tracker = try kind.make()
        for detections in scene.prefix(20) {
            let values = detections.flatMap { detection -> [Float] in
                [Float(detection.box.width), Float(detection.box.height), 60]
            }
            _ = tracker.update(
                TrackerInput(
                    detections, appearance: detections.isEmpty ? nil : AppearanceVectors(values, dimension: 3)))
        }
        var fixture = Fixture(
            snapshot: Data(tracker.snapshot()),
            frames: scene.dropFirst(20).map { detections in
                detections.map { [$0.box.x1, $0.box.y1, $0.box.x2, $0.box.y2, $0.confidence, Double($0.classID)] }
            }, rows: [])
        fixture.rows = fixture.rows(of: try TrackerKind.restore(Array(fixture.snapshot)))
        return fixture
    }

    @Test("are restored, and go on as they did then", arguments: TrackerKind.allCases)
    func restored(kind: TrackerKind) throws {
        let current = try make(kind)
        let version = Int(current.snapshot[kind.rawValue.utf8.count + 12])
        if ProcessInfo.processInfo.environment["LAPWING_WRITE_FIXTURES"] == "1" {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
            let file = Self.folder.appendingPathComponent("\(kind.rawValue)-\(version).json")
            if !FileManager.default.fileExists(atPath: file.path) { try encoder.encode(current).write(to: file) }
        }
        let files = try Self.files(kind)
        #expect(!files.isEmpty)
        for file in files {
            let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
            let tracker = try TrackerKind.restore(Array(fixture.snapshot))
            #expect(fixture.rows.count == 6 && fixture.rows.allSatisfy { !$0.isEmpty })
            #expect(fixture.rows(of: tracker) == fixture.rows, "\(file.lastPathComponent)")
        }
        // The newest version has a file, and is what is written now.
        let newest = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: try #require(files.last)))
        #expect(newest.snapshot == current.snapshot, "the format has changed: give it a new version")
    }
}
