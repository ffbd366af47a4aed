internal import Pipeline

/// What was seen in one stretch of time of a ``TimeSeries``.
public struct TimeBucket: Sendable, Hashable {
    /// One class of objects in that time.
    public struct ClassCount: Sendable, Hashable, Decodable {
        /// Objects that were first seen in this time; not those that were there in a video before.
        public var objects = 0
        /// Objects times frames: divided by the bucket's frames, the mean number at once.
        public var sightings = 0
        /// The most at once, in any one video.
        public var peak = 0

        public init() {}

        mutating func merge(_ other: ClassCount) {
            objects &+= other.objects
            sightings &+= other.sightings
            peak = max(peak, other.peak)
        }

        /// Counts what is there at once, in one frame.
        mutating func see(_ count: Int) {
            sightings += count
            peak = max(peak, count)
        }
    }

    /// Frames that were looked at.
    public var frames = 0
    /// The most objects at once, of all classes, in any one video.
    public var peak = 0
    public var classes: [String: ClassCount] = [:]
    /// Crossings by the line's name; lines that nothing crossed are left out.
    public var lines: [String: LineCount] = [:]

    public init() {}

    /// The mean number of objects at once; nil without frames.
    public var mean: Double? {
        frames > 0 ? Double(classes.values.reduce(0) { $0 &+ $1.sightings }) / Double(frames) : nil
    }

    /// How much it takes to write it down.
    var cells: Int { 1 + classes.count + lines.count }

    public mutating func merge(_ other: TimeBucket) {
        frames &+= other.frames
        peak = max(peak, other.peak)
        for (label, count) in other.classes {
            classes[label, default: ClassCount()].merge(count)
        }
        for (name, count) in other.lines { lines[name, default: LineCount()].merge(count) }
    }
}

extension TimeBucket: Decodable {
    private enum CodingKeys: String, CodingKey {
        case frames, peak, classes, lines
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        frames = try values.decode(Int.self, forKey: .frames)
        peak = try values.decode(Int.self, forKey: .peak)
        classes = try values.decode([String: ClassCount].self, forKey: .classes)
        lines = try values.decodeIfPresent([String: LineCount].self, forKey: .lines) ?? [:]
    }

    /// The members, without the braces.
    func write(into json: inout JSONWriter) {
        json.key("frames")
        json.integer(frames)
        json.key("peak")
        json.integer(peak)
        json.key("classes")
        json.object { json in
            for (label, count) in classes.sorted(by: { $0.key < $1.key }) {
                json.key(named: label)
                json.object {
                    $0.key("objects")
                    $0.integer(count.objects)
                    $0.key("sightings")
                    $0.integer(count.sightings)
                    $0.key("peak")
                    $0.integer(count.peak)
                }
            }
        }
        guard !lines.isEmpty else { return }
        json.key("lines")
        json.object { json in
            for (name, count) in lines.sorted(by: { $0.key < $1.key }) {
                json.key(named: name)
                count.write(into: &json)
            }
        }
    }
}
