internal import Pipeline

/// What is known of a zone.
public struct ZoneTally: Sendable, Hashable {
    /// Of one class.
    public struct ClassCount: Sendable, Hashable, Decodable {
        /// Objects that were ever inside.
        public var objects = 0
        /// How often one was inside: from when it is seen inside to when it has left.
        public var visits = 0
        /// Visits that began outside: the object was seen to come in.
        public var entries = 0

        public init() {}
    }

    /// Frames that were looked at where the zone was there.
    public var frames = 0
    public var classes: [String: ClassCount] = [:]
    /// Objects inside times frames: divided by the frames, the mean number at once.
    public var sightings = 0
    /// The most at once, in any one video.
    public var peak = 0
    /// From the first sighting of a visit to its last one inside, of visits that are over.
    public var dwell = DurationDistribution()

    public init() {}

    /// Counts what is inside at once, in one frame.
    mutating func see(_ count: Int) {
        sightings += count
        peak = max(peak, count)
    }

    public mutating func merge(_ other: ZoneTally) {
        frames &+= other.frames
        for (label, count) in other.classes {
            classes[label, default: ClassCount()].objects &+= count.objects
            classes[label, default: ClassCount()].visits &+= count.visits
            classes[label, default: ClassCount()].entries &+= count.entries
        }
        sightings &+= other.sightings
        peak = max(peak, other.peak)
        dwell.merge(other.dwell)
    }
}

extension ZoneTally: Decodable {
    private enum CodingKeys: String, CodingKey {
        case frames, classes, sightings, peak, dwell
    }

    func write(into json: inout JSONWriter) {
        json.object { json in
            json.key("frames")
            json.integer(frames)
            json.key("classes")
            json.object { json in
                for (label, count) in classes.sorted(by: { $0.key < $1.key }) {
                    json.key(named: label)
                    json.object {
                        $0.key("objects")
                        $0.integer(count.objects)
                        $0.key("visits")
                        $0.integer(count.visits)
                        $0.key("entries")
                        $0.integer(count.entries)
                    }
                }
            }
            json.key("sightings")
            json.integer(sightings)
            json.key("mean")
            json.mean(sightings, of: frames)
            json.key("peak")
            json.integer(peak)
            json.key("dwell")
            dwell.write(into: &json)
        }
    }
}
