/// What belongs to the scene and not to an object, as an ``Annotator`` draws it: zones, counting lines, where objects were.
public struct AnnotatedScene: Sendable, Hashable {
    /// A place in pixels of the picture as displayed.
    public struct Point: Sendable, Hashable {
        public var x, y: Double

        public init(x: Double, y: Double) {
            self.x = x
            self.y = y
        }
    }

    /// A part of the picture, drawn as a tinted area with its text at its top.
    public struct Zone: Sendable, Hashable {
        public var text: String
        /// Corners along the border.
        public var polygon: [Point]

        public init(text: String, polygon: [Point]) {
            self.text = text
            self.polygon = polygon
        }
    }

    /// A counting line, drawn with an arrow across it: from its left to its right, as seen from `from` looking to `to`.
    public struct Line: Sendable, Hashable {
        public var text: String
        public var from, to: Point

        public init(text: String, from: Point, to: Point) {
            self.text = text
            self.from = from
            self.to = to
        }
    }

    /// How much of the time something was where, over the whole picture.
    public struct Heat: Sendable, Hashable {
        public var columns: Int
        /// 0…1, row by row from the top left.
        public var values: [Float]

        public init(columns: Int, values: [Float]) {
            precondition(columns > 0 && values.count.isMultiple(of: columns), "a grid has whole rows")
            self.columns = columns
            self.values = values
        }

        public var rows: Int { values.count / columns }

        /// The numbers of a grid as parts of the greatest, so that rarely used places can be seen beside busy ones.
        ///
        /// - Parameter peak: what is taken for the greatest; where a grid grows, the one that it grows to.
        public init(counts: [Int], columns: Int, peak: Int) {
            self.init(
                columns: columns,
                values: counts.map { peak > 0 ? min(1, (Float($0) / Float(peak)).squareRoot()) : 0 })
        }
    }

    public var zones: [Zone]
    public var lines: [Line]
    public var heat: Heat?

    public init(zones: [Zone] = [], lines: [Line] = [], heat: Heat? = nil) {
        self.zones = zones
        self.lines = lines
        self.heat = heat
    }
}
