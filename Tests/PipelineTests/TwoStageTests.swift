import EventLog
import Foundation
import PipelineTesting
import SQLiteLog
import Testing
import Tracking

@testable import Pipeline

/// Clips of 4 × 4 cells on black, each as bright as is said: what the scripted detector takes for its confidence.
@Suite("Faint detections and classes, through the pipeline")
struct TwoStageTests {
    /// A cell's brightness, 0…1, in a run of frames.
    private struct Cell {
        var row, column: Int
        var brightness: Double
        var frames: ClosedRange<Int>
    }

    private static let folder = try! TemporaryFolder()
    private static let lock = NSLock()
    private static let last = 39

    private static func clip(_ name: String, _ cells: [Cell]) throws -> String {
        let url = folder.url("\(name).mp4")
        let boxes = cells.map { cell in
            let level = String(format: "%02x", Int((cell.brightness * 255).rounded()))
            return "drawbox=x=\(cell.column * 32):y=\(cell.row * 32):w=32:h=32:color=0x\(level)\(level)\(level)"
                + ":t=fill:enable='between(n,\(cell.frames.lowerBound),\(cell.frames.upperBound))'"
        }
        try lock.withLock {
            guard !FileManager.default.fileExists(atPath: url.path) else { return }
            try SyntheticClip.ffmpeg([
                "-f", "lavfi", "-i", (["color=black:size=128x128:rate=10"] + boxes).joined(separator: ","), "-frames:v",
                "\(last + 1)", "-c:v", "libx264", "-preset", "ultrafast", "-threads", "1", "-g", "10", "-pix_fmt",
                "yuv420p", url.path,
            ])
        }
        return url.path
    }

    /// An object that is faint in frames 17 to 22, on both sides of a cut; a clear one; one that is clear enough to be
    /// listed, but not to be followed; and one that is faint all the time.
    private static func dip() throws -> String {
        try clip(
            "dip",
            [
                Cell(row: 1, column: 1, brightness: 0.9, frames: 0...16),
                Cell(row: 1, column: 1, brightness: 0.3, frames: 17...22),
                Cell(row: 1, column: 1, brightness: 0.9, frames: 23...last),
                Cell(row: 0, column: 2, brightness: 0.8, frames: 0...last),
                Cell(row: 3, column: 0, brightness: 0.55, frames: 0...last),
                Cell(row: 3, column: 3, brightness: 0.2, frames: 0...last),
            ])
    }

    private func configuration(
        _ kind: TrackerKind, options: [String: String] = [:], lowConfidence: Double? = nil
    ) throws -> ProcessingConfiguration {
        ProcessingConfiguration(
            model: ScriptedDetector().model, confidence: 0.5, lowConfidence: lowConfidence,
            tracker: try TrackerConfiguration(kind, options: options))
    }

    /// - Returns: the committed records, and whether the crash that was asked for came.
    private func run(
        _ clip: String, _ configuration: ProcessingConfiguration, crashAt: Int? = nil,
        classID: @escaping @Sendable (Int, Int, Float) -> Int = { row, column, _ in (row + column) % 2 }
    ) async throws -> (values: [[UInt8]], hasCrashed: Bool) {
        let rig = try await Rig(partitions: 1)
        let log = try rig.open()
        let id = try await rig.submit([clip], to: log)[0]
        let threshold = Float(
            ProcessingConfiguration.detectorConfidence(
                tracker: configuration.tracker.kind, confidence: configuration.confidence,
                lowConfidence: configuration.lowConfidence))
        var hasCrashed = false
        if let crashAt {
            let crashing = CrashingLog(log, crashAt: crashAt, .beforeCommit)
            try? await rig.worker(crashing, configuration: configuration, threshold: threshold, classID: classID).run()
            hasCrashed = crashing.hasCrashed
        }
        try await rig.worker(log, configuration: configuration, threshold: threshold, classID: classID).run()
        let values = try await rig.results(id, from: log)
        await log.close()
        return (values, hasCrashed)
    }

    private func decoded(_ values: [[UInt8]]) throws -> [ResultRecord] {
        try values.map { try ResultRecord.decode($0, what: "a result") }
    }

    private func objects(_ records: [ResultRecord]) -> [ResultRecord.Object] {
        records.filter { $0.type == .frame }.flatMap { $0.objects ?? [] }
    }

    private static let twoStage = TrackerKind.allCases.filter(\.usesLowConfidence)

    @Test(
        "An object goes on through faint frames; a faint detection that no track took is not listed",
        arguments: twoStage)
    func dip(kind: TrackerKind) async throws {
        let records = try decoded(await run(Self.dip(), configuration(kind)).values)
        let frames = records.filter { $0.type == .frame }.map { $0.objects ?? [] }
        #expect(frames.count == Self.last + 1)
        for (number, found) in frames.enumerated() {
            let isFaint = (17...22).contains(number)
            // In the detector's order; the faint object comes after all that are listed anyway.
            let names = found.compactMap {
                $0.objectID?.split(separator: ":").dropFirst().joined(separator: ":") ?? "-"
            }
            let dipping = "000000:00:even"
            let clear = "000000:01:even"
            #expect(names == (isFaint ? [clear, "-", dipping] : [dipping, clear, "-"]), "frame \(number)")
            #expect(
                found.map { $0.detectionID?.split(separator: ":")[2] } == ["00", "01", "02"], "frame \(number)")
            #expect(found.contains { $0.confidence ?? 1 < 0.5 } == isFaint)
            #expect(!found.contains { $0.confidence ?? 0 < 0.25 }, "nobody's, and below --confidence")
        }
        #expect(!records.contains { $0.event == "lost" })
        #expect(records.filter { $0.event == "born" }.count == 2)

        // Without faint detections, the object is lost meanwhile; the IDs of all others are the same.
        let without = try decoded(await run(Self.dip(), configuration(kind, lowConfidence: 0.5)).values)
        #expect(without.filter { $0.event == "lost" }.map(\.frame) == [17])
        #expect(without.filter { $0.event == "recovered" }.map(\.frame) == [23])
        let confident = objects(records).filter { $0.confidence ?? 0 > 0.5 }
        #expect(confident.map(\.detectionID) == objects(without).map(\.detectionID))
        #expect(confident.map(\.bbox) == objects(without).map(\.bbox))
        #expect(confident.map(\.objectID) == objects(without).map(\.objectID))
    }

    @Test("Killed before any commit, another worker goes on to the same bytes", arguments: twoStage)
    func resume(kind: TrackerKind) async throws {
        let configuration = try configuration(kind)
        let expected = try await run(Self.dip(), configuration).values
        var crashes = 0
        while true {
            let again = try await run(Self.dip(), configuration, crashAt: crashes + 1)
            #expect(firstDifference(expected, again.values) == nil, "crash \(crashes + 1)")
            guard again.hasCrashed, crashes < 20 else { break }
            crashes += 1
        }
        #expect(crashes >= 4, "one per chunk at least")
    }

    @Test("The setting is part of the configuration of the trackers that use it, and of no other")
    func hash() async throws {
        for kind in TrackerKind.allCases {
            let hashes = Set(try [nil, 0.1, 0.2].map { try configuration(kind, lowConfidence: $0).hash })
            #expect(hashes.count == (kind.usesLowConfidence ? 2 : 1), "\(kind)")
            let started = try #require(
                await run(Self.dip(), configuration(kind, lowConfidence: 0.2)).values.first)
            let text = String(decoding: started, as: UTF8.self)
            #expect(text.contains(#""low_confidence":0.2000,"#) == kind.usesLowConfidence, "\(text)")
            let faults = try JSONSchema("result").faults(of: started)
            #expect(faults.isEmpty, "\(faults)")
        }
        // As it was before there was such a setting: videos that were begun then can be gone on with.
        let before = ProcessingConfiguration(model: ScriptedDetector().model, tracker: try TrackerConfiguration(.sort))
        #expect(before.hash == "da0f91430f4118fb")
    }

    @Test("A one-stage tracker gives the same bytes whatever the setting")
    func oneStage() async throws {
        let first = try await run(Self.dip(), configuration(.sort)).values
        let second = try await run(Self.dip(), configuration(.sort, lowConfidence: 0.45)).values
        #expect(firstDifference(first, second) == nil)
        #expect(objects(try decoded(first)).allSatisfy { $0.confidence ?? 0 > 0.5 })
    }

    // MARK: Classes

    /// One object whose brightness changes; the bright one is called `even`, the other `odd`.
    private static func chameleon(_ name: String, evenIn frames: [ClosedRange<Int>]) throws -> String {
        try clip(
            name,
            [Cell(row: 1, column: 1, brightness: 0.78, frames: 0...last)]
                + frames.map { Cell(row: 1, column: 1, brightness: 0.95, frames: $0) })
    }

    @Sendable private static func byBrightness(row: Int, column: Int, brightness: Float) -> Int {
        brightness > 0.87 ? 0 : 1
    }

    @Test("No tracker mixes classes, unless it is told to", arguments: TrackerKind.allCases)
    func classesAreKept(kind: TrackerKind) async throws {
        #expect(kind.options.first { $0.name == "per_class" }?.defaultValue == .boolean(true))
        let clip = try Self.chameleon("turns", evenIn: [0...9, 12...19, 21...30])
        let records = try decoded(await run(clip, configuration(kind), classID: Self.byBrightness).values)
        let tracked = objects(records).filter { $0.objectID != nil }
        #expect(Set(tracked.map(\.label)) == ["even", "odd"])
        for object in tracked {
            #expect(object.objectID?.hasSuffix(":\(object.label)") == true)
            #expect(object.detectionID?.hasSuffix(":\(object.label)") == true)
        }
    }

    @Test("Told to, its object is what most of its detections are", arguments: TrackerKind.allCases)
    func classesAreVoted(kind: TrackerKind) async throws {
        let clip = try Self.chameleon("voted", evenIn: [0...4])
        let configuration = try configuration(kind, options: ["per_class": "false"])
        let expected = try await run(clip, configuration, classID: Self.byBrightness).values
        let records = try decoded(expected)
        let frames = records.filter { $0.type == .frame }.map { $0.objects ?? [] }
        for (number, found) in frames.enumerated() {
            let object = try #require(found.first)
            #expect(found.count == 1 && object.objectID?.hasSuffix(":000000:00:even") == true)
            #expect(object.detectionID?.hasSuffix(number < 5 ? ":even" : ":odd") == true)
            // Five to five in frame 9: it stays what it is.
            #expect(object.label == (number < 10 ? "even" : "odd") && object.classID == (number < 10 ? 0 : 1))
        }
        let events = records.filter { $0.type == .trackEvent }
        #expect(events.map(\.event) == ["born", "confirmed", "ended"])
        #expect(events.map(\.label) == ["even", "even", "odd"])
        #expect(records.last?.objectCounts == ["odd": 1])
        for crash in 1...3 {
            let again = try await run(clip, configuration, crashAt: crash, classID: Self.byBrightness)
            #expect(again.hasCrashed)
            #expect(firstDifference(expected, again.values) == nil, "crash \(crash)")
        }
    }
}
