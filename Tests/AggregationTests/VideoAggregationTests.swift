import Foundation
import Testing
import Tracking
import Vision

@testable import Aggregation
@testable import Pipeline

@Suite("A video's results, added up")
struct VideoAggregationTests {
    private typealias Sighting = Footage.Sighting

    @Test("count objects once they are confirmed, and nothing else")
    func objects() throws {
        var footage = try Footage("v")
        let nobody = Detection(box: Footage.box(500, 300), confidence: 0.5, classID: 2)
        for frame in 0..<10 {
            var seen = [Sighting(track: 1, box: Footage.box(100, 100), state: frame < 3 ? .tentative : .confirmed)]
            // Never confirmed.
            if frame < 2 { seen.append(Sighting(track: 2, classID: 2, box: Footage.box(200, 100), state: .tentative)) }
            if frame >= 5 { seen.append(Sighting(track: 3, classID: 1, box: Footage.box(300, 100), confidence: 0.43)) }
            footage.frame(
                seen, untracked: [nobody],
                predicted: frame == 9 ? [] : [], ended: frame == 4 ? [2] : [])
        }
        footage.skippedFrame()
        footage.end()
        let summary = try footage.summary()
        let tally = summary.tally
        #expect(summary.state == .ended)
        #expect(summary.lastFrame == 10)
        #expect(tally.frames == 10)
        #expect(tally.framesSkipped == 1)
        #expect(tally.duration == 1000)
        #expect(tally.detections == 10 + 2 + 5 + 10)
        #expect(tally.objects == 2)
        #expect(tally.classes["person"]?.objects == 1)
        #expect(tally.classes["bicycle"]?.objects == 1)
        #expect(tally.classes["car"] == nil)
        // In frames in which they are confirmed.
        #expect(tally.classes["person"]?.sightings == 7)
        #expect(tally.classes["bicycle"]?.sightings == 5)
        #expect(tally.mean == 1.2)
        #expect(tally.peak == 2)
        // From the first sighting on, tentative or not.
        #expect(tally.classes["person"]?.dwell.sum == 900)
        #expect(tally.classes["bicycle"]?.dwell.sum == 400)
        #expect(tally.classes["bicycle"]?.confidence.bins[8] == 5)
        #expect(tally.classes["bicycle"]?.confidence.mean == 0.43)
        #expect(tally.heatMap.cells.reduce(0, +) == 12)
        #expect(tally.heatMap[7, 7] == 7)
        #expect(tally.heatMap[7, 22] == 5)
    }

    @Test("give each minute its own, of video time and of wall time")
    func minutes() throws {
        var footage = try Footage("v", startTime: "2026-11-23T17:59:28.500Z")
        let person = Sighting(track: 1, box: Footage.box(100, 100))
        let car = Sighting(track: 2, classID: 2, box: Footage.box(100, 100))
        footage.frame([person], time: 0)
        footage.frame([person, car], time: 31_499.4)
        footage.frame([person, car], time: 31_500)
        footage.frame([car], time: 59_999)
        // After an outage of a day.
        footage.frame([person, car], time: 86_460_000)
        footage.end()
        let summary = try footage.summary()
        let video = summary.videoTime
        #expect(video.width == 1)
        #expect(video.buckets.keys.sorted() == [0, 1441])
        #expect(video.buckets[0]?.frames == 4)
        #expect(video.buckets[0]?.mean == 1.5)
        #expect(video.buckets[0]?.peak == 2)
        #expect(video.buckets[0]?.classes["person"]?.objects == 1)
        #expect(video.buckets[1441]?.classes["person"]?.objects == 0)
        let wall = summary.tally.wallTime
        let first = try #require(WallTime.milliseconds("2026-11-23T17:59:00Z")) / 60_000
        #expect(wall.buckets.keys.sorted() == [first, first + 1, first + 1441])
        #expect(wall.buckets[first]?.frames == 2)
        #expect(wall.buckets[first]?.classes["car"]?.objects == 1)
        #expect(wall.buckets[first + 1]?.frames == 2)
        #expect(WallTime.text(minute: first) == "2026-11-23T17:59:00Z")
    }

    @Test("take wider stretches of time when there are too many, whatever the order", arguments: [0, 1])
    func widths(reverse: Int) throws {
        let minutes = stride(from: 0, to: 20_000, by: 5)
        var parts = [TimeSeries(), TimeSeries(), TimeSeries()]
        for minute in reverse == 1 ? Array(minutes.reversed()) : Array(minutes) {
            parts[minute % 3].update(minute: minute) {
                $0.frames += 1
                $0.classes["c\(minute / 5 % 5)", default: .init()].see(minute % 11)
            }
        }
        var sum = TimeSeries()
        for part in reverse == 1 ? parts.reversed() : parts { sum.merge(part) }
        var whole = TimeSeries()
        for minute in minutes {
            whole.update(minute: minute) {
                $0.frames += 1
                $0.classes["c\(minute / 5 % 5)", default: .init()].see(minute % 11)
            }
        }
        #expect(sum == whole)
        #expect(sum.width == 15)
        #expect(sum.buckets.values.reduce(0) { $0 + $1.frames } == Array(minutes).count)
        #expect(sum.buckets.keys.allSatisfy { $0.isMultiple(of: 15) })
    }

    @Test("hold that an object whose name is another video's was there before")
    func carriedOver() throws {
        var before = try Footage("cam-1")
        before.frame([Sighting(track: 1, box: Footage.box(100, 100))])
        before.end()
        var after = try Footage("cam-2", startTime: "2026-11-23T18:00:00.000Z")
        after.frame([Sighting(track: 1, box: Footage.box(100, 100)), Sighting(track: 2, box: Footage.box(50, 100))])
        after.end()
        let carried = after.records.map {
            Array(
                String(decoding: $0, as: UTF8.self).replacingOccurrences(
                    of: #""object_id":"cam-2:000000:00:person""#, with: #""object_id":"cam-1:000000:00:person""#
                ).utf8)
        }
        let summary = try Footage.summary(of: carried, after.id)
        #expect(summary.tally.objects == 2)
        #expect(summary.tally.classes["person"]?.carriedOver == 1)
        #expect(summary.videoTime.buckets[0]?.classes["person"]?.objects == 1)
        var total = TotalSummary()
        total.add(try before.summary())
        total.add(summary)
        #expect(total.tally.objects == 2)
        #expect(total.videosEnded == 2)
    }

    // MARK: - Lines

    private static func line(_ hysteresis: Double = 5, classes: [String]? = nil) -> AggregationSettings {
        // From the left to the right: its left is above, in is downwards.
        let line = CountingLine(
            name: "line", from: ZonePoint(x: 100, y: 200), to: ZonePoint(x: 300, y: 200), classes: classes,
            hysteresis: hysteresis)
        return AggregationSettings(zones: ZoneFile(units: .pixels, lines: [line]))
    }

    private static func counts(
        _ way: [(Double, Double)], _ settings: AggregationSettings = line(), tentative: Int = 0, isEnded: Bool = true
    ) throws -> LineCount {
        var footage = try Footage("v")
        for (frame, place) in way.enumerated() {
            footage.frame([
                Sighting(
                    track: 1, box: Footage.box(place.0, place.1), state: frame < tentative ? .tentative : .confirmed)
            ])
        }
        if isEnded { footage.end() }
        return try footage.summary(settings).tally.lines["line"]?["person"] ?? LineCount()
    }

    @Test(
        "count what crosses a line, once, in its direction",
        arguments: [
            // Straight over it, and back.
            ([(200, 150), (200, 250)], 1, 0),
            ([(200, 250), (200, 150)], 0, 1),
            ([(200, 150), (200, 250), (200, 150)], 1, 1),
            // Jitter within the hysteresis, before it goes on, and before it turns back.
            ([(200, 150), (200, 198), (200, 203), (200, 197), (200, 204), (200, 250)], 1, 0),
            ([(200, 150), (200, 198), (200, 203), (200, 197), (200, 204), (200, 150)], 0, 0),
            // Born on the line: it has crossed nothing yet.
            ([(200, 200), (200, 250)], 0, 0),
            ([(200, 200), (200, 250), (200, 150)], 0, 1),
            // Beside the line's ends, over its prolongation; and round an end and back over the line.
            ([(50, 150), (50, 250)], 0, 0),
            ([(350, 250), (350, 150)], 0, 0),
            ([(200, 150), (50, 150), (50, 250), (200, 250), (200, 150)], 0, 1),
            // Slantwise: it meets the line inside, though it is beside it before and after; and the other way round.
            ([(80, 150), (120, 250)], 1, 0),
            ([(60, 150), (120, 250)], 0, 0),
            // Through points that lie on the line itself.
            ([(200, 150), (200, 200), (220, 200), (220, 250)], 1, 0),
            ([(200, 150), (200, 200), (220, 200), (220, 150)], 0, 0),
            // Along the line within the hysteresis and over its end.
            ([(200, 150), (200, 203), (350, 203), (350, 250)], 1, 0),
            ([(200, 150), (200, 197), (350, 197), (350, 250)], 0, 0),
        ] as [([(Double, Double)], Int, Int)])
    func crossings(way: [(Double, Double)], inward: Int, outward: Int) throws {
        let found = try Self.counts(way)
        #expect(found == LineCount(inward: inward, outward: outward))
        // Every other place is not seen: nothing changes in what is left of a straight way.
        let without = try Self.counts(way, Self.line(classes: ["car"]))
        #expect(without == LineCount())
    }

    @Test("count a crossing before an object was confirmed as soon as it is, and never if it is not")
    func tentative() throws {
        let way = [(200.0, 150.0), (200, 250), (200, 260), (200, 270)]
        #expect(try Self.counts(way, tentative: 3) == LineCount(inward: 1))
        #expect(try Self.counts(way, tentative: 4) == LineCount())
    }

    @Test("say what is on which side as the document draws it")
    func direction() throws {
        // Drawn from above to below: its left is the picture's right, in is from right to left.
        let line = CountingLine(name: "line", from: ZonePoint(x: 200, y: 0), to: ZonePoint(x: 200, y: 300))
        let settings = AggregationSettings(zones: ZoneFile(units: .pixels, lines: [line]))
        #expect(try Self.counts([(250, 100), (150, 100)], settings) == LineCount(inward: 1))
    }

    // MARK: - Zones

    @Test("time what is in a zone: visits, entries, dwell, and how many at once")
    func zones() throws {
        let corners = [(100, 100), (300, 100), (300, 300), (100, 300)].map {
            ZonePoint(x: Double($0.0), y: Double($0.1))
        }
        let settings = AggregationSettings(
            zones: ZoneFile(units: .pixels, zones: [Zone(name: "zone", polygon: corners, hysteresis: 10)]))
        var footage = try Footage("v")
        // One comes in, jitters at the border, leaves, comes back and stays; the other is inside from the beginning.
        let way: [Double] = [50, 150, 200, 305, 295, 308, 330, 340, 250, 260]
        for (frame, x) in way.enumerated() {
            var seen = [Sighting(track: 1, box: Footage.box(x, 200), state: frame < 2 ? .tentative : .confirmed)]
            if frame < 5 { seen.append(Sighting(track: 2, classID: 2, box: Footage.box(200, 150))) }
            footage.frame(seen, ended: frame == 6 ? [2] : [])
        }
        footage.end()
        let zone = try #require(try footage.summary(settings).tally.zones["zone"])
        #expect(zone.frames == 10)
        #expect(zone.classes["person"]?.objects == 1)
        #expect(zone.classes["person"]?.visits == 2)
        #expect(zone.classes["person"]?.entries == 2)
        #expect(zone.classes["car"]?.visits == 1)
        #expect(zone.classes["car"]?.entries == 0)
        // Confirmed and inside: frames 2 to 5, 8, 9; and 0 to 4.
        #expect(zone.sightings == 6 + 5)
        #expect(zone.peak == 2)
        #expect(zone.dwell.count == 3)
        #expect(zone.dwell.sum == 400 + 100 + 400)
        #expect(zone.dwell.longest == 400)
    }

    @Test("give the percentiles of durations, within the width of a bin")
    func percentiles() {
        var durations = DurationDistribution()
        #expect(durations.percentile(50) == nil)
        for value in 1...1000 { durations.add(value * 10) }
        #expect(durations.mean == 5005)
        #expect(durations.longest == 10_000)
        for percent in [1, 10, 50, 90, 100] {
            let found = durations.percentile(percent) ?? 0
            #expect(found >= percent * 100)
            #expect(Double(found) <= Double(percent * 100) * 1.0626)
        }
        var small = DurationDistribution()
        for value in [0, 3, 31, 32, 33, -5] { small.add(value) }
        #expect(small.bins == [0: 2, 3: 1, 31: 1, 32: 2])
    }

    @Test("are read back from JSON as they were, also in mid-video")
    func json() throws {
        var footage = try Footage("v", startTime: "2026-11-23T17:59:28.500Z")
        let zone = Zone(name: "z", polygon: [(0, 0), (1, 0), (1, 1)].map { ZonePoint(x: $0, y: $1) })
        var settings = Self.line()
        settings.zones = ZoneFile(
            zones: [zone], lines: [CountingLine(name: "l", from: ZonePoint(x: 0, y: 0), to: ZonePoint(x: 1, y: 0.5))])
        for frame in 0..<20 {
            footage.frame(
                (0..<4).map { track in
                    Sighting(
                        track: track + 1, classID: track % 3,
                        box: Footage.box(Double(track * 100 + frame * 7), Double(30 * frame % 300)),
                        state: frame % 7 < 2 ? .tentative : .confirmed)
                })
        }
        footage.end()
        let whole = try footage.summary(settings)
        for cut in [1, 7, 12, footage.records.count] {
            var first = VideoAggregation(footage.id, settings: settings)
            for record in footage.records[..<cut] { first.add(try ResultRecord.decode(record, what: "a result")) }
            let read = try VideoSummary.decode(first.summary.json, what: "a summary")
            #expect(read == first.summary)
            let living = try JSONCoding.decode(
                [Int: ObjectTrace].self, from: JSONCoding.encode(first.living), what: "state")
            var second = VideoAggregation(read, living: living, settings: settings)
            for record in footage.records[cut...] { second.add(try ResultRecord.decode(record, what: "a result")) }
            #expect(second.summary == whole)
            #expect(second.summary.json == whole.json)
        }
        var total = TotalSummary(camera: "gate \"1\"", configuration: "x")
        total.add(whole)
        #expect(try TotalSummary.decode(total.json, what: "a total") == total)
    }
}
