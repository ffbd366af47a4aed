import Evaluation
import Testing
import Vision

@testable import Tracking

@Suite("Every tracker")
struct EveryTrackerTests {
    private func detection(_ x: Double, _ y: Double = 100, size: Double = 50, classID: Int = 0) -> Detection {
        Detection(box: BoundingBox(x: x, y: y, width: size, height: size), confidence: 0.9, classID: classID)
    }

    /// A scene in which every object has a look of its own, and the camera shakes.
    private func scene(seed: UInt64, frames: Int, objects: Int, classes: Int = 1) -> [TrackerInput] {
        var generator = SeededGenerator(seed: seed)
        return generator.scene(frames: frames, objects: objects, classes: classes).map { detections in
            // As good as one look for each object: its size hardly changes.
            let values = detections.flatMap { detection -> [Float] in
                [Float(detection.box.width), Float(detection.box.height), 60, 80]
                    .map { $0 * Float.random(in: 0.99...1.01, using: &generator) }
            }
            return TrackerInput(
                detections, appearance: AppearanceVectors(values, dimension: 4),
                cameraMotion: CameraMotion(
                    a: 1, b: 0, tx: .random(in: -1...1, using: &generator), c: 0, d: 1,
                    ty: .random(in: -1...1, using: &generator)))
        }
    }

    private func shuffled(_ input: TrackerInput, using generator: inout SeededGenerator) -> TrackerInput {
        let order = input.detections.indices.shuffled(using: &generator)
        return TrackerInput(
            order.map { input.detections[$0] },
            appearance: input.appearance.map { vectors in
                AppearanceVectors(order.flatMap { vectors.values[vectors.range(of: $0)] }, dimension: vectors.dimension)
            },
            cameraMotion: input.cameraMotion)
    }

    @Test("gives the same answers to a caller who keeps them all", arguments: TrackerKind.allCases)
    func keptAnswers(kind: TrackerKind) throws {
        let inputs = scene(seed: 9, frames: 60, objects: 15)
        var tracker = try kind.make()
        // Each a copy of its own, made before the next frame.
        let copies = inputs.map { input in
            let answer = tracker.update(input)
            return TrackerUpdate(tracks: answer.tracks.map(\.self), ended: answer.ended.map(\.self))
        }
        var other = try kind.make()
        #expect(inputs.map { other.update($0) } == copies)
    }

    @Test(
        "does not depend on the order of detections", arguments: TrackerKind.allCases, [UInt64(1), 2, 3, 4])
    func permutation(kind: TrackerKind, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var tracker = try kind.make()
        var permuted = try kind.make()
        var rows: [MOTRow] = []
        var permutedRows: [MOTRow] = []
        for (index, input) in scene(seed: seed, frames: 100, objects: 25, classes: 2).enumerated() {
            for track in tracker.update(input).tracks {
                rows.append(MOTRow(frame: index + 1, id: track.trackID, box: track.box))
            }
            for track in permuted.update(shuffled(input, using: &generator)).tracks {
                permutedRows.append(MOTRow(frame: index + 1, id: track.trackID, box: track.box))
            }
        }
        let comparison = TrackComparison(reference: rows, output: permutedRows, tolerance: 0)
        #expect(rows.count > 1000)
        #expect(comparison.isEqual, "\(comparison)")
    }

    @Test("tells a consistent story of each track", arguments: TrackerKind.allCases)
    func lives(kind: TrackerKind) throws {
        var tracker = try kind.make()
        var living: [Int: TrackedObject] = [:]
        var gone: Set<Int> = []
        let emptyStreet = Array(repeating: TrackerInput([]), count: 60)
        for input in scene(seed: 8, frames: 120, objects: 30, classes: 3) + emptyStreet {
            let update = tracker.update(input)
            #expect(update.ended == update.ended.sorted())
            for id in update.ended {
                #expect(living.removeValue(forKey: id) != nil, "track \(id) ends once, and was known before")
                gone.insert(id)
            }
            #expect(Set(update.tracks.map(\.trackID)).count == update.tracks.count)
            let taken = update.tracks.compactMap(\.detectionIndex)
            #expect(Set(taken).count == taken.count, "a detection belongs to one track")
            for track in update.tracks {
                #expect(!gone.contains(track.trackID))
                let before = living[track.trackID]
                #expect(track.age == (before?.age ?? -1) + 1)
                #expect(track.hits == (before?.hits ?? 0) + (track.detectionIndex == nil ? 0 : 1))
                #expect(track.classID == before?.classID ?? track.classID)
                #expect((track.state == .lost) == (track.state != .tentative && track.detectionIndex == nil))
                #expect(before.map { $0.state == .tentative || track.state != .tentative } ?? true)
                if let index = track.detectionIndex { #expect(input.detections[index].classID == track.classID) }
                living[track.trackID] = track
            }
            #expect(living.count == update.tracks.count, "every living track is listed")
        }
        #expect(!gone.isEmpty && living.isEmpty)
    }

    @Test("never traps, whatever it is given", arguments: TrackerKind.allCases, [UInt64(11), 12])
    func malformed(kind: TrackerKind, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let values: [Double] = [
            .nan, .infinity, -.infinity, 0, -0.0, -1, 1, 1e-9, 1e9, -1e9, 1e150, .greatestFiniteMagnitude,
            .leastNonzeroMagnitude, 50, 100, 150,
        ]
        let numbers: [Float] = [.nan, .infinity, 0, -1, 1, 0.5, 1e-30, .greatestFiniteMagnitude]
        var tracker = try kind.make()
        for frame in 0..<200 {
            func value() -> Double { values.randomElement(using: &generator)! }
            var detections = (0..<20).map { _ in
                Detection(
                    box: BoundingBox(x1: value(), y1: value(), x2: value(), y2: value()), confidence: value(),
                    classID: [0, -1, .max, .min].randomElement(using: &generator)!)
            }
            detections.append(detection(100))
            // A video of which the frames disagree about the vectors.
            let dimension = [1, 4, 4, 4, 9].randomElement(using: &generator)!
            let vectors = AppearanceVectors(
                (0..<(dimension * detections.count)).map { _ in numbers.randomElement(using: &generator)! },
                dimension: dimension)
            let update = tracker.update(
                TrackerInput(
                    detections, appearance: frame % 3 == 0 ? nil : vectors,
                    cameraMotion: frame % 7 == 0
                        ? CameraMotion(a: value(), b: value(), tx: value(), c: value(), d: value(), ty: value()) : nil))
            for track in update.tracks {
                #expect(
                    track.box.x1.isFinite && track.box.y1.isFinite && track.box.x2.isFinite && track.box.y2.isFinite)
                if let index = track.detectionIndex {
                    #expect(detections[index].box.isValid && detections[index].confidence.isFinite)
                }
            }
            tracker = try TrackerKind.restore(tracker.snapshot())
        }
    }

    @Test("takes empty frames and thousands of detections", arguments: TrackerKind.allCases)
    func crowds(kind: TrackerKind) throws {
        var tracker = try kind.make()
        #expect(tracker.update([Detection]()) == TrackerUpdate())
        let crowd = (0..<3000).map { detection(Double($0 % 60) * 40, Double($0 / 60) * 40, size: 30) }
        for _ in 0..<2 { _ = tracker.update(crowd) }
        let before = Dictionary(
            uniqueKeysWithValues: tracker.update(crowd).tracks.map { ($0.trackID, $0.detectionIndex) })
        let update = tracker.update(crowd)
        #expect(update.tracks.count == 3000)
        #expect(update.tracks.allSatisfy { $0.detectionIndex != nil && $0.detectionIndex == before[$0.trackID] })
        // Each overlaps its neighbours.
        let dense = (0..<1000).map { detection(Double($0 % 40) * 20, Double($0 / 40) * 20, size: 45) }
        for _ in 0..<3 { _ = tracker.update(dense) }
        let pile = Array(repeating: detection(100), count: 100)
        for _ in 0..<3 { #expect(tracker.update(pile).tracks.filter { $0.detectionIndex != nil }.count == 100) }
    }

    @Test("needs no looks but those it asks for", arguments: TrackerKind.allCases, [UInt64(31), 32])
    func describing(kind: TrackerKind, seed: UInt64) throws {
        var tracker = try kind.make()
        var frugal = tracker
        var askedCount = 0
        for input in scene(seed: seed, frames: 100, objects: 30, classes: 2) {
            let asked = frugal.detectionsToDescribe(input.detections)
            askedCount += asked.count
            #expect(asked == asked.sorted() && Set(asked).count == asked.count)
            let wanted = Set(asked)
            let vectors = input.appearance.map { all in
                AppearanceVectors(
                    input.detections.indices.flatMap { index in
                        all.values[all.range(of: index)].map { wanted.contains(index) ? $0 : 0 }
                    }, dimension: all.dimension)
            }
            let update = frugal.update(
                TrackerInput(input.detections, appearance: vectors, cameraMotion: input.cameraMotion))
            #expect(update == tracker.update(input))
        }
        #expect(frugal.snapshot() == tracker.snapshot())
        #expect(kind.usesAppearance == (askedCount > 0))
    }

    @Test("can be restored after every frame and goes on to the bit", arguments: TrackerKind.allCases)
    func snapshots(kind: TrackerKind) throws {
        let inputs = scene(seed: 21, frames: 60, objects: 20, classes: 3)
        var tracker = try kind.make()
        for index in inputs.indices {
            var restored = try TrackerKind.restore(tracker.snapshot())
            var original = tracker
            for input in inputs[index...].prefix(8) { #expect(restored.update(input) == original.update(input)) }
            #expect(restored.snapshot() == original.snapshot())
            _ = tracker.update(inputs[index])
        }
    }

    @Test("never traps on a forged snapshot", arguments: TrackerKind.allCases)
    func forgery(kind: TrackerKind) throws {
        let inputs = scene(seed: 5, frames: 6, objects: 4)
        var tracker = try kind.make()
        for input in inputs { _ = tracker.update(input) }
        let snapshot = tracker.snapshot().dropLast(8)
        var generator = SeededGenerator(seed: 3)
        var refused = 0
        for _ in 0..<3000 {
            var bytes = Array(snapshot)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = bytes.indices.randomElement(using: &generator)!
                bytes[index] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator)!
            }
            if Bool.random(using: &generator) { bytes.removeLast(Int.random(in: 0...40, using: &generator)) }
            let hash = SnapshotWriter.hash(bytes[...])
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: hash >> (8 * $0)) }
            do {
                var restored = try TrackerKind.restore(bytes)
                for input in inputs.prefix(3) { _ = restored.update(input) }
            } catch { refused += 1 }
        }
        #expect(refused > 0)
    }
}
