internal import Pipeline

/// Where objects were: a grid over the picture, whatever its size, that counts sightings by the place of the object's point.
///
/// A sighting is one confirmed object in one frame; so a cell's share of all sightings is the share of time that objects
/// spent there. Maps of pictures of different sizes can be added up.
public struct HeatMap: Sendable, Hashable {
    public static let columns = 48
    public static let rows = 27

    /// Sightings, row by row from the top left.
    public private(set) var cells = [Int](repeating: 0, count: columns * rows)

    public init() {}

    public subscript(row: Int, column: Int) -> Int { cells[row * Self.columns + column] }

    /// The highest count of a cell.
    public var peak: Int { cells.max() ?? 0 }

    /// Counts a sighting; a point beyond the picture's edge counts in the cell at that edge.
    ///
    /// - Parameters:
    ///   - x: hundredths of a pixel.
    ///   - y: hundredths of a pixel.
    mutating func add(x: Int, y: Int, width: Int, height: Int) {
        guard width > 0, height > 0 else { return }
        let column = Self.cell(x, of: Self.columns, over: width)
        let row = Self.cell(y, of: Self.rows, over: height)
        cells[row * Self.columns + column] &+= 1
    }

    private static func cell(_ position: Int, of count: Int, over pixels: Int) -> Int {
        let (end, tooWide) = pixels.multipliedReportingOverflow(by: 100)
        guard !tooWide, position < end else { return tooWide ? 0 : count - 1 }
        let (scaled, tooFar) = max(position, 0).multipliedReportingOverflow(by: count)
        return tooFar ? count - 1 : scaled / end
    }

    public mutating func merge(_ other: HeatMap) {
        for index in cells.indices { cells[index] &+= other.cells[index] }
    }
}

extension HeatMap: Decodable {
    private enum CodingKeys: String, CodingKey {
        case columns, rows, cells
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        cells = try values.decode([Int].self, forKey: .cells)
        guard cells.count == Self.columns * Self.rows else {
            throw DecodingError.dataCorruptedError(
                forKey: .cells, in: values,
                debugDescription: "\(cells.count) cells instead of \(Self.columns) × \(Self.rows)")
        }
    }

    func write(into json: inout JSONWriter) {
        json.object { json in
            json.key("columns")
            json.integer(Self.columns)
            json.key("rows")
            json.integer(Self.rows)
            json.key("cells")
            json.array { json in for count in cells { json.integer(count) } }
        }
    }
}
