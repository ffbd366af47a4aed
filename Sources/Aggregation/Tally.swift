internal import Pipeline

/// What can be added up: of a video, of a camera, of everything.
///
/// All of it is whole numbers, so that adding in any order gives the same.
public struct Tally: Sendable, Hashable {
    /// Frames that the detector looked at.
    public var frames = 0
    /// Frames that were left out, on purpose or because they gave no picture.
    public var framesSkipped = 0
    /// What the detector found, tracked or not.
    public var detections = 0
    /// Video time in milliseconds, from the first frame to the last.
    public var duration = 0
    /// The most objects at once, of all classes, in any one video.
    public var peak = 0
    public var classes: [String: ClassTally] = [:]
    /// By minutes since 1970; only of videos of which it is known when they were taken.
    public var wallTime = TimeSeries()
    public var heatMap = HeatMap()
    /// By the zone's name.
    public var zones: [String: ZoneTally] = [:]
    /// By the line's name and the class.
    public var lines: [String: [String: LineCount]] = [:]

    public init() {}

    /// Adds what was seen in another video.
    public mutating func merge(_ other: Tally) {
        frames &+= other.frames
        framesSkipped &+= other.framesSkipped
        detections &+= other.detections
        duration &+= other.duration
        peak = max(peak, other.peak)
        for (label, tally) in other.classes { classes[label, default: ClassTally()].merge(tally) }
        wallTime.merge(other.wallTime)
        heatMap.merge(other.heatMap)
        for (name, tally) in other.zones { zones[name, default: ZoneTally()].merge(tally) }
        for (name, counts) in other.lines {
            lines[name, default: [:]].merge(counts) { first, second in
                var sum = first
                sum.merge(second)
                return sum
            }
        }
    }

    /// Confirmed objects of all classes.
    public var objects: Int { classes.values.reduce(0) { $0 &+ $1.objects } }

    /// Objects times frames, of all classes.
    public var sightings: Int { classes.values.reduce(0) { $0 &+ $1.sightings } }

    /// The mean number of objects at once; nil without frames.
    public var mean: Double? { frames > 0 ? Double(sightings) / Double(frames) : nil }

    /// The dwell times of all classes together.
    public var dwell: DurationDistribution {
        classes.values.reduce(into: DurationDistribution()) { $0.merge($1.dwell) }
    }
}

extension Tally: Decodable {
    private enum CodingKeys: String, CodingKey {
        case frames
        case framesSkipped = "frames_skipped"
        case detections
        case duration = "duration_ms"
        case peak, classes
        case wallTime = "wall_time"
        case heatMap = "heat_map"
        case zones, lines
    }

    /// The members, without the braces.
    func write(into json: inout JSONWriter) {
        for (name, value) in [
            ("frames", frames), ("frames_skipped", framesSkipped), ("detections", detections),
            ("duration_ms", duration), ("objects", objects),
        ] {
            json.key(named: name)
            json.integer(value)
        }
        json.key("mean")
        json.mean(sightings, of: frames)
        json.key("peak")
        json.integer(peak)
        json.key("dwell")
        dwell.write(into: &json)
        json.key("classes")
        json.object { json in
            for (label, tally) in classes.sorted(by: { $0.key < $1.key }) {
                json.key(named: label)
                tally.write(into: &json, frames: frames)
            }
        }
        json.key("zones")
        json.object { json in
            for (name, tally) in zones.sorted(by: { $0.key < $1.key }) {
                json.key(named: name)
                tally.write(into: &json)
            }
        }
        json.key("lines")
        json.object { json in
            for (name, counts) in lines.sorted(by: { $0.key < $1.key }) {
                json.key(named: name)
                json.object { json in
                    for (label, count) in counts.sorted(by: { $0.key < $1.key }) {
                        json.key(named: label)
                        count.write(into: &json)
                    }
                }
            }
        }
        json.key("wall_time")
        wallTime.write(into: &json, isWallTime: true)
        json.key("heat_map")
        heatMap.write(into: &json)
    }
}
