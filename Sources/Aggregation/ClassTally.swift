internal import Pipeline

/// What is known of the objects of one class.
public struct ClassTally: Sendable, Hashable {
    /// Confirmed objects. Of a video, all that were seen in it; of many videos, each object once.
    public var objects = 0
    /// Of a video's objects, those that were first seen in an earlier one: a stream's segments share their objects.
    public var carriedOver = 0
    /// Objects times frames: divided by the frames, the mean number at once.
    public var sightings = 0
    /// The most at once, in any one video.
    public var peak = 0
    /// Of all sightings.
    public var confidence = ConfidenceDistribution()
    /// From an object's first sighting to its last, of objects that have ended.
    public var dwell = DurationDistribution()

    public init() {}

    /// Counts what is there at once, in one frame.
    mutating func see(_ count: Int) {
        sightings += count
        peak = max(peak, count)
    }

    /// Adds what was seen in another video.
    public mutating func merge(_ other: ClassTally) {
        objects &+= other.objects &- other.carriedOver
        sightings &+= other.sightings
        peak = max(peak, other.peak)
        confidence.merge(other.confidence)
        dwell.merge(other.dwell)
    }
}

extension ClassTally: Decodable {
    private enum CodingKeys: String, CodingKey {
        case objects, sightings, peak, confidence, dwell
        case carriedOver = "carried_over"
    }

    /// - Parameter frames: that were looked at, for the mean number at once.
    func write(into json: inout JSONWriter, frames: Int) {
        json.object { json in
            json.key("objects")
            json.integer(objects)
            json.key("carried_over")
            json.integer(carriedOver)
            json.key("sightings")
            json.integer(sightings)
            json.key("mean")
            json.mean(sightings, of: frames)
            json.key("peak")
            json.integer(peak)
            json.key("confidence")
            confidence.write(into: &json)
            json.key("dwell")
            dwell.write(into: &json)
        }
    }
}

extension JSONWriter {
    /// A mean with three decimals; null where there is nothing to divide by.
    mutating func mean(_ sum: Int, of count: Int) {
        if count > 0 { decimal(Double(sum) / Double(count), decimals: 3) } else { null() }
    }
}
