/// Areas: tinted polygons, and grids of numbers as colours.
extension Canvas {
    /// Tints the inside of a polygon, by the even-odd rule.
    ///
    /// - Parameter opacity: 0 (nothing changes) to 256 (opaque).
    func fillPolygon(_ corners: [AnnotatedScene.Point], _ color: CanvasColor, opacity: UInt32) {
        guard corners.count > 2, corners.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else { return }
        let top = max(0, corners.map(\.y).min() ?? 0)
        let bottom = min(Double(height), corners.map(\.y).max() ?? 0)
        guard top < bottom else { return }
        var crossings: [Double] = []
        for y in Int(top)..<Int(bottom.rounded(.up)) {
            // Where the border crosses the middle of this row of pixels.
            let middle = Double(y) + 0.5
            crossings.removeAll(keepingCapacity: true)
            for (a, b) in zip(corners, corners.dropFirst() + corners.prefix(1))
            where (a.y > middle) != (b.y > middle) {
                crossings.append(a.x + (middle - a.y) / (b.y - a.y) * (b.x - a.x))
            }
            crossings.sort()
            for pair in Swift.stride(from: 0, to: crossings.count - 1, by: 2) {
                let left = Int(min(max(crossings[pair].rounded(), 0), Double(width)))
                let right = Int(min(max(crossings[pair + 1].rounded(), 0), Double(width)))
                fill(x: left, y: y, width: right - left, height: 1, color, opacity: opacity)
            }
        }
    }

    /// Lays a grid over the whole picture: nothing where it is 0, red where it is 1, in between what lies between.
    func draw(_ heat: AnnotatedScene.Heat) {
        guard heat.rows > 0 else { return }
        let grid = heat.values.map { Int32(min(max($0, 0), 1) * 255) }
        // Cells' middles, and how far a pixel is between two of them, in 256ths.
        func places(_ count: Int, of cells: Int) -> [(cell: Int, share: Int32)] {
            (0..<count).map { pixel in
                let at = min(max((Double(pixel) + 0.5) / Double(count) * Double(cells) - 0.5, 0), Double(cells - 1))
                return (Int(at), Int32((at - at.rounded(.down)) * 256))
            }
        }
        let columns = places(width, of: heat.columns)
        let rows = places(height, of: heat.rows)
        // One line of the grid, between two of its rows, in 256ths.
        var line = [Int32](repeating: 0, count: heat.columns + 1)
        for (y, row) in rows.enumerated() {
            let next = min(row.cell + 1, heat.rows - 1)
            for column in 0..<heat.columns {
                let above = grid[row.cell * heat.columns + column]
                let below = grid[next * heat.columns + column]
                line[column] = (above * (256 - row.share) + below * row.share) >> 8
            }
            line[heat.columns] = line[heat.columns - 1]
            guard line.contains(where: { $0 > 0 }) else { continue }
            for (x, column) in columns.enumerated() {
                let value = (line[column.cell] * (256 - column.share) + line[column.cell + 1] * column.share) >> 8
                guard value > 0 else { continue }
                blend(x: x, y: y, with: Self.heatColors[Int(min(value, 255))])
            }
        }
    }

    /// Colours of the grid's numbers in 256ths: blue, green, yellow, red, the less the fainter.
    private static let heatColors: [(color: CanvasColor, opacity: UInt32)] = {
        let stops: [(at: Double, red: Double, green: Double, blue: Double)] = [
            (0, 40, 60, 255), (0.3, 0, 190, 255), (0.55, 40, 220, 90), (0.78, 255, 220, 0), (1, 255, 30, 0),
        ]
        return (0..<256).map { step in
            let value = Double(step) / 255
            let next = max(1, stops.firstIndex { $0.at >= value } ?? stops.count - 1)
            let (a, b) = (stops[next - 1], stops[next])
            let share = (value - a.at) / (b.at - a.at)
            func mix(_ from: Double, _ to: Double) -> UInt8 { UInt8(from + (to - from) * share) }
            let color = CanvasColor(red: mix(a.red, b.red), green: mix(a.green, b.green), blue: mix(a.blue, b.blue))
            return (color, UInt32(min(1, value * 1.8) * 168))
        }
    }()
}
