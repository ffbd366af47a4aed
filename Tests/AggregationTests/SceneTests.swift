import Foundation
import Synthesis
import Testing
import Tracking
import Vision

@testable import Aggregation
@testable import Pipeline

/// Scenes whose truth is known, as results of a tracker that is always right but for some jitter.
private struct SyntheticScene {
    static let (width, height) = (480, 270)
    /// How far a box's corners are off, at most, in pixels.
    static let jitter = 1.5

    /// The middle of each object's lower edge, frame by frame, without jitter: nothing is where it is not seen.
    var truth: [Int: [(frame: Int, x: Double, y: Double)]] = [:]
    var labels: [Int: String] = [:]
    var footage: Footage

    init(seed: UInt64, frames: Int = 400) throws {
        footage = try Footage("scene-\(seed)", width: Self.width, height: Self.height, frameRate: 5)
        var scene = try Scene(
            SceneConfiguration(
                seed: seed, width: Self.width, height: Self.height, frames: frames, frameRate: 5, density: 1.5,
                noise: 0, lightChanges: 0, hasShadows: false))
        let pixels = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.width * Self.height * 4, alignment: 16)
        defer { pixels.deallocate() }
        var random = seed
        func noise() -> Double {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (Double(random >> 33) / Double(1 << 30) - 1) * Self.jitter
        }
        var frameSightings: [[Footage.Sighting]] = []
        for frame in 0..<frames {
            let objects = scene.renderNext(into: pixels, stride: Self.width * 4)
            var seen: [Footage.Sighting] = []
            for object in objects {
                let box = object.box
                truth[object.id, default: []].append((frame, (box.x1 + box.x2) / 2, box.y2))
                labels[object.id] = Scene.classNames[object.classID]
                let (dx, dy) = (noise(), noise())
                seen.append(
                    .init(
                        track: object.id, classID: object.classID,
                        box: BoundingBox(
                            x1: box.x1 + dx, y1: box.y1, x2: box.x2 + dx, y2: min(box.y2 + dy, Double(Self.height))),
                        state: (truth[object.id]?.count ?? 0) < 3 ? .tentative : .confirmed))
            }
            frameSightings.append(seen)
        }
        // Trackers end what will not come again; here it is known what that is.
        for (frame, seen) in frameSightings.enumerated() {
            let ended = truth.filter { $0.value.last?.frame == frame - 1 }.keys.sorted()
            footage.frame(seen, ended: ended)
        }
        footage.end()
    }

    /// Crossings of an upright line by class, [to the left, to the right], as the truth has them: the object was on one of
    /// its sides for good, and then on the other, and went over it between these heights.
    func crossings(x: Double, y: ClosedRange<Double>, margin: Double) -> [String: [Int]] {
        var counts: [String: [Int]] = [:]
        // One that was never confirmed does not count.
        for (id, way) in truth where way.count >= 3 {
            var last: (side: Bool, index: Int)?
            for (index, place) in way.enumerated() where abs(place.x - x) > margin {
                let side = place.x > x
                if let last, last.side != side {
                    let step = (last.index..<index).last { (way[$0].x > x) != (way[$0 + 1].x > x) } ?? index - 1
                    if y.contains((way[step].y + way[step + 1].y) / 2) {
                        counts[labels[id] ?? "", default: [0, 0]][side ? 1 : 0] += 1
                    }
                }
                last = (side, index)
            }
        }
        return counts
    }
}

@Suite("Over synthesized scenes")
struct SceneTests {
    private static let hysteresis = 4.0

    /// A part of an upright line, in pixels.
    private struct Place: Hashable {
        var x: Double
        var y: ClosedRange<Double>

        var name: String { "\(Int(x)) \(Int(y.lowerBound))-\(Int(y.upperBound))" }

        func line(_ hysteresis: Double) -> CountingLine {
            // Drawn downwards: its left is the picture's right, so that in is to the left.
            CountingLine(
                name: name, from: ZonePoint(x: x, y: y.lowerBound), to: ZonePoint(x: x, y: y.upperBound),
                hysteresis: hysteresis)
        }
    }

    /// What crosses there; nil where that is a matter of some pixels: somebody turns back, appears or goes away where the
    /// hysteresis ends, or passes the line at its end.
    private static func truth(_ scene: SyntheticScene, at place: Place) -> [String: [Int]]? {
        let height = Double(SyntheticScene.height)
        func crossings(_ more: Double) -> [String: [Int]] {
            let low = place.y.lowerBound > 0 ? place.y.lowerBound + more : 0
            let high = place.y.upperBound < height ? place.y.upperBound - more : height
            return scene.crossings(x: place.x, y: low...high, margin: hysteresis + more)
        }
        let (wide, narrow) = (crossings(-2 * SyntheticScene.jitter), crossings(2 * SyntheticScene.jitter))
        return wide == narrow ? wide : nil
    }

    @Test("lines count exactly what the ground truth says", arguments: [1, 2, 3] as [UInt64])
    func lines(seed: UInt64) throws {
        let scene = try SyntheticScene(seed: seed)
        let (width, height) = (Double(SyntheticScene.width), Double(SyntheticScene.height))
        // Over the whole picture, and over parts of it: what passes beyond their ends is not theirs.
        var expected: [Place: [String: [Int]]] = [:]
        for step in 4...36 {
            for y in [0...height, 0...0.6 * height, 0.6 * height...height, 0.75 * height...height] {
                let place = Place(x: Double(step) / 40 * width, y: y)
                expected[place] = Self.truth(scene, at: place)
            }
        }
        let places = expected.keys.sorted { $0.name < $1.name }
        #expect(places.count >= 20, "\(places.count)")
        func counts(_ hysteresis: Double) throws -> [String: [String: [Int]]] {
            var found: [String: [String: [Int]]] = [:]
            for places in [places.prefix(100), places.dropFirst(100)] where !places.isEmpty {
                let file = ZoneFile(units: .pixels, lines: places.map { $0.line(hysteresis) })
                let summary = try scene.footage.summary(AggregationSettings(zones: file))
                found.merge(summary.tally.lines.mapValues { $0.mapValues { [$0.inward, $0.outward] } }) { $1 }
            }
            return found
        }
        func sum(_ counts: [String: [String: [Int]]]) -> Int {
            counts.values.reduce(0) { $0 + $1.values.joined().reduce(0, +) }
        }
        let found = try counts(Self.hysteresis)
        for place in places { #expect(found[place.name] == expected[place], "\(place.name)") }
        // There is something to count, and without hysteresis the jitter would be counted.
        let total = sum(found)
        #expect(total >= 200, "\(total)")
        let nervous = try sum(counts(0))
        #expect(nervous > total)
    }

    @Test("all is as worked out from the whole of the results", arguments: [4, 5] as [UInt64])
    func recomputation(seed: UInt64) throws {
        let scene = try SyntheticScene(seed: seed, frames: 300)
        try RecomputationTests.compare(scene.footage.records, scene.footage.id)
    }
}
