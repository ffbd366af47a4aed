import EventLog
import Foundation
import PipelineTesting
import SQLiteLog
import Testing
import Tracking

@testable import Pipeline

/// Logs that earlier versions left in mid-video, one for every version of the records, and what became of the video then.
///
/// A log that is there never changes; a new version of any record gets a new one: run the tests with
/// `LAPWING_WRITE_FIXTURES=1`.
@Suite("Upgrades")
struct UpgradeTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures")
    private static let video = "upgrade"

    /// Everything that leaves something in a checkpoint.
    private func configuration() throws -> ProcessingConfiguration {
        ProcessingConfiguration(
            model: ScriptedDetector().model,
            tracker: try TrackerConfiguration(.lapwing, options: ["track_thresh": "0.4", "new_thresh": "0.5"]),
            cameraMotion: .frames)
    }

    /// Who is where: all but what may differ between processors in the last digit.
    private func identities(_ log: any EventLog) async throws -> [String] {
        let id = try VideoID(Self.video)
        var lines: [String] = []
        try await ResultsReader(log: log, topics: Topics()).read(id, follow: false) { json in
            let record = try ResultRecord.decode(json, what: "a result")
            let objects = (record.objects ?? []).map {
                "\($0.detectionID ?? "-")=\($0.objectID ?? "-")/\($0.trackID ?? 0)/\($0.state ?? "-")"
            }
            lines.append(
                [
                    "\(record.type.rawValue)", record.event ?? "", record.frame.map { "\($0)" } ?? "",
                    record.objectID ?? "",
                ]
                .joined(separator: " ") + " " + objects.joined(separator: " "))
        }
        return lines
    }

    private func write(version: Int) async throws {
        let log = Self.folder.appendingPathComponent("log-\(version).sqlite")
        guard !FileManager.default.fileExists(atPath: log.path) else { return }
        try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
        let rig = try await Rig(partitions: 1)
        let opened = try rig.open()
        let producer = Producer(log: opened, topics: rig.topics, chunkSeconds: 1)
        _ = try await producer.submit(path: Rig.clip("upgrade", frames: 35), id: VideoID(Self.video))
        await #expect(throws: CrashingLog.Crash.self) {
            try await rig.worker(
                CrashingLog(opened, crashAt: 3, .beforeCommit), configuration: configuration(), start: .streaming
            ).run()
        }
        await opened.close()
        try FileManager.default.copyItem(atPath: rig.path, toPath: log.path)
        let again = try rig.open()
        try await rig.worker(again, configuration: configuration()).run()
        let expected = try await identities(again)
        await again.close()
        try expected.joined(separator: "\n").write(
            to: Self.folder.appendingPathComponent("log-\(version).txt"), atomically: true, encoding: .utf8)
    }

    @Test("A video that an earlier version began is finished by this one, with the same IDs")
    func midVideo() async throws {
        if ProcessInfo.processInfo.environment["LAPWING_WRITE_FIXTURES"] == "1" {
            try await write(version: Checkpoint.currentSchema)
        }
        let logs = try FileManager.default.contentsOfDirectory(at: Self.folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "sqlite" }
        #expect(logs.contains { $0.lastPathComponent == "log-\(Checkpoint.currentSchema).sqlite" })
        for fixture in logs {
            let rig = try await Rig(partitions: 1)
            try FileManager.default.removeItem(atPath: rig.path)
            try FileManager.default.copyItem(atPath: fixture.path, toPath: rig.path)
            // A checkout may have made it read-only.
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: rig.path)
            let expected = try String(
                contentsOf: fixture.deletingPathExtension().appendingPathExtension("txt"), encoding: .utf8)
            let log = try rig.open()
            let before = try await identities(log)
            #expect(before.count > 10 && before.count < expected.split(separator: "\n").count, "it was in mid-video")
            try await rig.worker(log, configuration: configuration()).run()
            let after = try await identities(log)
            #expect(after.joined(separator: "\n") == expected, "\(fixture.lastPathComponent)")
            await log.close()
        }
    }
}
