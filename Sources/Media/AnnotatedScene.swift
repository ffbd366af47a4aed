internal import Foundation

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

        /// The numbers of a grid, each mixed with its neighbours so that cells do not show, as parts of the greatest; by the
        /// cube root, so that places that were passed through can be seen beside those where something stood for long.
        ///
        /// - Parameter final: the grid that `counts` grows to, whose greatest number is 1; the same where it does not grow.
        public init(counts: [Int], columns: Int, final: [Int]) {
            let peak = Self.smoothed(final, columns: columns).max() ?? 0
            self.init(
                columns: columns,
                values: Self.smoothed(counts, columns: columns).map { peak > 0 ? min(1, cbrtf($0 / peak)) : 0 })
        }

        /// Mixed 1, 2, 1 in both directions.
        private static func smoothed(_ counts: [Int], columns: Int) -> [Float] {
            func mixed(_ values: [Float], step: Int, length: Int, position: (Int) -> Int) -> [Float] {
                values.indices.map { index in
                    let at = position(index)
                    let before = at > 0 ? values[index - step] : values[index]
                    let after = at < length - 1 ? values[index + step] : values[index]
                    return (before + 2 * values[index] + after) / 4
                }
            }
            let across = mixed(counts.map(Float.init), step: 1, length: columns) { $0 % columns }
            return mixed(across, step: columns, length: counts.count / max(columns, 1)) { $0 / columns }
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
