import Foundation
import Tracking

/// All trackers, on public detections and in crowds, by turns with those of trackforge; and how long a checkpoint takes.
enum TrackersStage {
    /// A tracker as it is measured, and whose of trackforge's it is compared with.
    private struct Entry {
        var kind: TrackerKind
        var rival: TrackerKind
        var withLooks = false
        /// The settings of the papers' evaluations, the same on both sides; thresholds that the detections have been
        /// filtered by already are off.
        var options: [String: String] = [:]

        var name: String { kind.displayName + (withLooks && kind != .deepsort ? ", with looks" : "") }
    }

    private static let entries = [
        Entry(kind: .sort, rival: .sort, options: ["max_age": "1"]),
        Entry(kind: .ocsort, rival: .ocsort, options: ["det_thresh": "0"]),
        Entry(kind: .deepsort, rival: .deepsort, withLooks: true, options: ["min_confidence": "0"]),
        Entry(kind: .bytetrack, rival: .bytetrack),
        Entry(kind: .botsort, rival: .botsort),
        Entry(kind: .botsort, rival: .botsort, withLooks: true),
        Entry(kind: .lapwing, rival: .botsort),
    ]

    private static let sequences: [(name: String, file: String, threshold: Double?)] = [
        ("PETS09-S2L1", "PETS09-S2L1", nil),
        ("ADL-Rundle-6", "ADL-Rundle-6", nil),
        ("MOT17-02", "MOT17-02-FRCNN", 0.6),
        ("MOT17-02, all scores", "MOT17-02-FRCNN", nil),
        ("MOT17-09", "MOT17-09-FRCNN", 0.6),
        ("MOT17-13", "MOT17-13-FRCNN", 0.6),
    ]

    static func measure(_ bench: Bench, into report: inout Report) async throws {
        let rival = try Trackforge(scratch: bench.scratch)
        if rival == nil {
            report.skipped.append("trackforge: it is not installed; make bench-trackers does so, with pip")
        }
        let seconds = bench.isQuick ? 0.04 : 0.2
        for scene in try scenes(bench, report: &report) {
            bench.note("trackers: \(scene.name)")
            for entry in entries {
                // The same detections as in another scene would be the same measurement.
                if scene.name.hasSuffix("all scores"), entry.kind.usesLowConfidence { continue }
                // A pass through a crowd takes others a second.
                let runs = scene.isCrowd ? min(bench.runs, 3) : bench.runs
                try measure(entry, scene, rival, runs: runs, seconds: seconds, into: &report)
            }
        }
        try measureSnapshots(bench, into: &report)
        guard let rival else { return }
        report.notes += [
            "trackforge \(rival.version) is in Rust and called from Python, as it is published, with lists made beforehand;",
            "Lapwing's trackers are called from Swift. Both get the same detections and settings and measure by turns.",
            "Lapwing's own tracker is beside trackforge's BoT-SORT, the nearest to it.",
        ]
    }

    private static func scenes(_ bench: Bench, report: inout Report) throws -> [TrackerScene] {
        var scenes: [TrackerScene] = []
        if let folder = bench.detectionFolder {
            for (name, file, threshold) in sequences {
                scenes.append(
                    try TrackerScene(
                        name: name, sequence: file, threshold: threshold, in: "\(folder)/.."))
            }
        }
        let frameCount = bench.isQuick ? 10 : 20
        return scenes + [
            TrackerScene(
                crowd: "1,000 objects, apart", objects: 1000, frameCount: frameCount, width: 30, isApart: true),
            TrackerScene(crowd: "1,000 objects", objects: 1000, frameCount: frameCount, width: 60, isApart: false),
            TrackerScene(
                crowd: "1,000 objects, dense", objects: 1000, frameCount: frameCount, width: 180, isApart: false),
        ]
    }

    private static func measure(
        _ entry: Entry, _ scene: TrackerScene, _ rival: Trackforge?, runs: Int, seconds: Double,
        into report: inout Report
    ) throws {
        let frames = scene.frames(for: entry.kind, withLooks: entry.withLooks)
        try rival?.load(frames)
        var own: [Double] = []
        var theirs: [Double] = []
        for run in 0...runs {
            let rate = try rate(entry, frames, seconds: run > 0 ? seconds : seconds / 4)
            let other = try rival?.rate(of: entry.rival, seconds: run > 0 ? seconds : seconds / 4)
            guard run > 0 else { continue }
            own.append(rate)
            if let other { theirs.append(other) }
        }
        let density = Double(frames.reduce(0) { $0 + $1.detections.count }) / Double(frames.count)
        let samples = Samples(own)
        report.add(
            Row(
                .trackers, "\(scene.name) (\(String(format: "%.0f", density)) a frame): \(entry.name)", "fps", samples,
                ratio: theirs.isEmpty
                    ? nil : .init(samples, to: Samples(theirs), called: "trackforge's", showsBase: true)))
    }

    /// Frames per second, over as many passes as take so long.
    private static func rate(_ entry: Entry, _ frames: [TrackerInput], seconds: Double) throws -> Double {
        var count = 0
        var emitted = 0
        var spent = 0.0
        while spent < seconds {
            let start = ContinuousClock.now
            var tracker = try entry.kind.make(options: entry.options)
            for frame in frames { emitted += tracker.update(frame).tracks.count }
            spent += start.duration(to: .now).seconds
            count += frames.count
        }
        // What nobody looks at need not be computed.
        guard emitted > 0 else { throw BenchError("\(entry.name) found nothing") }
        return Double(count) / spent
    }

    /// How long it takes to write the state of a hundred tracks, and to go on from it.
    private static func measureSnapshots(_ bench: Bench, into report: inout Report) throws {
        let scene = TrackerScene(
            crowd: "100 objects", objects: 100, frameCount: 60, width: 60, isApart: true)
        for entry in entries where !entry.withLooks || entry.kind == .deepsort {
            var tracker = try entry.kind.make(options: entry.options)
            var tracks = 0
            for frame in scene.frames(for: entry.kind, withLooks: entry.withLooks) {
                tracks = tracker.update(frame).tracks.count
            }
            let bytes = tracker.snapshot()
            var write: [Double] = []
            var restore: [Double] = []
            let times = 100
            for run in 0...bench.runs {
                var count = 0
                let start = ContinuousClock.now
                for _ in 0..<times { count += tracker.snapshot().count }
                let middle = ContinuousClock.now
                for _ in 0..<times { withExtendedLifetime(try TrackerKind.restore(bytes)) { count += 1 } }
                guard count > 0 else { throw BenchError("\(entry.name): an empty snapshot") }
                guard run > 0 else { continue }
                write.append(start.duration(to: middle).seconds / Double(times) * 1e6)
                restore.append(middle.duration(to: .now).seconds / Double(times) * 1e6)
            }
            let what = "snapshot of \(tracks) tracks, \(bytes.count / 1024) KiB: \(entry.name)"
            report.add(Row(.trackers, "\(what), write", "µs", Samples(write)))
            report.add(Row(.trackers, "\(what), restore", "µs", Samples(restore)))
        }
    }
}
