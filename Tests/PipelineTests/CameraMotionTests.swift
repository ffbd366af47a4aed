import EventLog
import Foundation
import PipelineTesting
import SQLiteLog
import Testing
import Tracking

@testable import Pipeline

@Suite("Camera motion, through the pipeline", .serialized)
struct CameraMotionTests {
    private static let folder = try! TemporaryFolder()

    /// A still picture seen by a camera that pans.
    private static func clip() throws -> String {
        let url = folder.url("pan.mp4")
        guard !FileManager.default.fileExists(atPath: url.path) else { return url.path }
        try SyntheticClip.ffmpeg([
            "-f", "lavfi", "-i", "testsrc2=size=640x400:rate=10", "-vf",
            "loop=loop=-1:size=1:start=0,crop=320:240:x='n*5':y='n*2'", "-frames:v", "41", "-c:v", "libx264", "-preset",
            "ultrafast", "-threads", "1", "-g", "10", "-pix_fmt", "yuv420p", url.path,
        ])
        return url.path
    }

    private func configuration(
        _ kind: TrackerKind, _ source: ProcessingConfiguration.CameraMotionSource, every: Int = 1
    ) throws -> ProcessingConfiguration {
        var options = ["track_thresh": "0.2", "new_thresh": "0.3"]
        // What the objects have in common would say it, too.
        if kind == .lapwing { options["common_motion"] = "false" }
        return ProcessingConfiguration(
            model: ScriptedDetector().model, every: every, tracker: try TrackerConfiguration(kind, options: options),
            cameraMotion: source)
    }

    private static let following = TrackerKind.allCases.filter(\.usesCameraMotion)

    @Test("reaches the tracker, and its setting the record", arguments: following)
    func effect(kind: TrackerKind) async throws {
        var boxes: [[[Double]]] = []
        for source in ProcessingConfiguration.CameraMotionSource.allCases {
            let values = try await Rig.undisturbed([Self.clip()], configuration: configuration(kind, source))
            let lines = try #require(values.values.first)
            let records = try lines.map { try ResultRecord.decode($0, what: "a result") }
            boxes.append(
                records.flatMap { $0.objects ?? [] }.compactMap(\.trackBox).map { [$0.x1, $0.y1, $0.x2, $0.y2] })
            let started = String(decoding: try #require(lines.first), as: UTF8.self)
            #expect(started.contains(#""camera_motion":"frames""#) == (source == .frames))
            let faults = try JSONSchema("result").faults(of: try #require(lines.first))
            #expect(faults.isEmpty, "\(faults)")
        }
        #expect(!boxes[0].isEmpty && boxes[0] != boxes[1])
    }

    @Test("goes on to the same bytes when a worker is killed before any commit", arguments: following, [1, 3])
    func crashes(kind: TrackerKind, every: Int) async throws {
        let configuration = try configuration(kind, .frames, every: every)
        let expected = try await Rig.undisturbed([Self.clip()], configuration: configuration)
        let rig = try await Rig(partitions: 1)
        let log = try rig.open()
        let id = try await rig.submit([Self.clip()], to: log)[0]
        for _ in 0..<3 {
            await #expect(throws: CrashingLog.Crash.self) {
                let crashing = CrashingLog(log, crashAt: 2, .beforeCommit)
                try await rig.worker(crashing, configuration: configuration, start: .streaming).run()
            }
        }
        try await rig.worker(log, configuration: configuration).run()
        #expect(firstDifference(expected[id] ?? [], try await rig.results(id, from: log)) == nil)
        await log.close()
    }
}
