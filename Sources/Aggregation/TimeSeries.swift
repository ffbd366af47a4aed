internal import Pipeline

/// What was seen in each minute, of video time or of wall time; in longer stretches where there would be too many.
///
/// All stretches of a series have the same width, and begin at a multiple of it. The width is the smallest that keeps the
/// series within its bounds, so that it depends on what was seen and not on the order in which that came.
public struct TimeSeries: Sendable, Hashable {
    /// Minutes that a bucket may have; each divides the next.
    public static let widths = [1, 5, 15, 60, 360, 1440]
    /// Buckets, and classes and lines in them, at most; as long as there is a larger width.
    static let maxCells = 6000

    /// Minutes of each bucket.
    public var width: Int { Self.widths[level] }
    /// By their first minute: of the video, or since 1970.
    public private(set) var buckets: [Int: TimeBucket] = [:]

    private var level = 0
    private var cells = 0

    public init() {}

    /// Changes the bucket that a minute is in.
    mutating func update(minute: Int, _ change: (inout TimeBucket) -> Void) {
        let key = Self.start(of: minute, width: width)
        let index: Dictionary<Int, TimeBucket>.Index
        if let found = buckets.index(forKey: key) {
            index = found
        } else {
            buckets[key] = TimeBucket()
            cells &+= 1
            guard let made = buckets.index(forKey: key) else { return }
            index = made
        }
        let before = buckets.values[index].cells
        change(&buckets.values[index])
        cells &+= buckets.values[index].cells - before
        if cells > Self.maxCells { widen() }
    }

    public mutating func merge(_ other: TimeSeries) {
        while level < other.level { widenOnce() }
        for (minute, bucket) in other.buckets { update(minute: minute) { $0.merge(bucket) } }
    }

    private mutating func widen() {
        while cells > Self.maxCells, level + 1 < Self.widths.count { widenOnce() }
    }

    private mutating func widenOnce() {
        level += 1
        let old = buckets
        buckets = [:]
        for (minute, bucket) in old {
            buckets[Self.start(of: minute, width: width), default: TimeBucket()].merge(bucket)
        }
        cells = buckets.values.reduce(0) { $0 + $1.cells }
    }

    /// The last multiple of `width` that is not after `minute`, before 1970, too.
    private static func start(of minute: Int, width: Int) -> Int {
        let rest = minute % width
        return minute - (rest < 0 ? rest + width : rest)
    }
}

extension TimeSeries: Decodable {
    private enum CodingKeys: String, CodingKey {
        case width = "width_minutes"
        case buckets
    }

    private struct Place: Decodable {
        var minute: Int
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let width = try values.decode(Int.self, forKey: .width)
        guard let level = Self.widths.firstIndex(of: width) else {
            throw DecodingError.dataCorruptedError(
                forKey: .width, in: values, debugDescription: "\(width) is none of \(Self.widths)")
        }
        self.level = level
        var list = try values.nestedUnkeyedContainer(forKey: .buckets)
        let places = try values.decode([Place].self, forKey: .buckets)
        for place in places { buckets[place.minute] = try list.decode(TimeBucket.self) }
        cells = buckets.values.reduce(0) { $0 + $1.cells }
    }

    /// - Parameter isWallTime: whether minutes count since 1970; each bucket then also says when it starts.
    func write(into json: inout JSONWriter, isWallTime: Bool) {
        json.object { json in
            json.key("width_minutes")
            json.integer(width)
            json.key("buckets")
            json.array { json in
                for (minute, bucket) in buckets.sorted(by: { $0.key < $1.key }) {
                    json.object { json in
                        json.key("minute")
                        json.integer(minute)
                        if isWallTime {
                            json.key("start")
                            json.string(WallTime.text(minute: minute))
                        }
                        bucket.write(into: &json)
                    }
                }
            }
        }
    }
}
