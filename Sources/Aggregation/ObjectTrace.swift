/// A living object of a video: what is remembered of it from frame to frame.
struct ObjectTrace: Sendable, Hashable, Codable {
    /// A line that it crossed before it was confirmed.
    struct Crossing: Sendable, Hashable, Codable {
        var line: Int
        var isIn: Bool
        /// Milliseconds of video time.
        var time: Int

        enum CodingKeys: String, CodingKey {
            case line = "l"
            case isIn = "i"
            case time = "t"
        }
    }

    /// The class that it now has.
    var label: String
    /// Whether it was first seen in an earlier video.
    var isCarriedOver: Bool
    var isConfirmed = false
    /// Milliseconds of video time.
    var firstSeen: Int
    var lastSeen: Int
    /// Its point when last seen, in hundredths of a pixel.
    var x = 0
    var y = 0
    var lines: [LineTrace] = []
    var zones: [ZoneTrace] = []
    var crossings: [Crossing] = []

    enum CodingKeys: String, CodingKey {
        case label
        case isCarriedOver = "carried_over"
        case isConfirmed = "confirmed"
        case firstSeen = "first"
        case lastSeen = "last"
        case x, y, lines, zones, crossings
    }

    var point: ZonePoint { ZonePoint(x: Double(x) / 100, y: Double(y) / 100) }
}
