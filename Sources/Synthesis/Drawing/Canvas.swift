/// A picture with, for each pixel, the number of the object that is seen there.
///
/// Shapes are filled with exact area coverage: each edge adds its signed area to the cells it crosses, and a running sum
/// along the row gives the covered share of every pixel (the method of FreeType's and font-rs' rasterisers).
final class Canvas {
    let width: Int
    let height: Int
    /// Blue, green, red, opacity; colours are premultiplied where the opacity is not full.
    let pixels: UnsafeMutablePointer<UInt32>
    /// Who is seen: 0 is the background.
    let owners: UnsafeMutablePointer<UInt16>
    private let cells: UnsafeMutablePointer<Float>
    private let cellStride: Int

    /// Who draws; nil leaves the owners as they are, as shadows do.
    var owner: UInt16?
    /// How many pixels the owner has covered since ``begin(_:)``.
    private(set) var ownedPixels = 0
    /// The extent of all that the owner has drawn since ``begin(_:)``, also outside the picture.
    private(set) var extent = Extent()

    /// A pixel belongs to an object that covers this share of it, or more; thin tubes shall count.
    private static let ownedShare: Float = 0.25

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        cellStride = width + 4
        pixels = .allocate(capacity: width * height)
        owners = .allocate(capacity: width * height)
        cells = .allocate(capacity: cellStride * (height + 1))
        pixels.initialize(repeating: 0, count: width * height)
        owners.initialize(repeating: 0, count: width * height)
        cells.initialize(repeating: 0, count: cellStride * (height + 1))
    }

    deinit {
        pixels.deallocate()
        owners.deallocate()
        cells.deallocate()
    }

    /// From now on what is drawn belongs to `owner`.
    func begin(_ owner: UInt16?) {
        self.owner = owner
        ownedPixels = 0
        extent = Extent()
    }

    func copy(_ other: Canvas) {
        pixels.update(from: other.pixels, count: width * height)
        owners.update(from: other.owners, count: width * height)
    }

    /// Fills a polygon; it may reach beyond the picture, and should not cross itself.
    func fill(_ polygon: [Point], _ paint: Paint) {
        guard polygon.count > 2, paint.opacity > 0 else { return }
        var bounds = Extent()
        bounds.add(polygon)
        if owner != nil { extent.add(polygon) }
        let (w, h) = (Double(width), Double(height))
        guard bounds.left < w, bounds.right > 0, bounds.top < h, bounds.bottom > 0 else { return }
        var points = polygon
        if bounds.left < 0 { points = PolygonClip.clip(points, isUpright: true, limit: 0, keepsAbove: true) }
        if bounds.right > w { points = PolygonClip.clip(points, isUpright: true, limit: w, keepsAbove: false) }
        if bounds.top < 0 { points = PolygonClip.clip(points, isUpright: false, limit: 0, keepsAbove: true) }
        if bounds.bottom > h { points = PolygonClip.clip(points, isUpright: false, limit: h, keepsAbove: false) }
        guard points.count > 2 else { return }
        bounds = bounds.clipped(width: w, height: h)
        var previous = points[points.count - 1]
        for point in points {
            addEdge(previous, point)
            previous = point
        }
        let columns = Int(bounds.left)..<min(Int(bounds.right) + 1, width)
        let rows = Int(bounds.top)..<min(Int(bounds.bottom) + 1, height)
        sweep(columns, rows, PixelPaint(paint))
    }

    private func addEdge(_ a: Point, _ b: Point) {
        guard a.y != b.y else { return }
        let direction: Float = a.y < b.y ? 1 : -1
        let (upper, lower) = a.y < b.y ? (a, b) : (b, a)
        let slope = (lower.x - upper.x) / (lower.y - upper.y)
        var x = upper.x
        var y = upper.y
        var row = Int(y)
        // Rounding must not lead out of the columns that are swept.
        let (least, most) = (min(a.x, b.x), max(a.x, b.x))
        while y < lower.y {
            let nextY = min(Double(row + 1), lower.y)
            let share = Float(nextY - y) * direction
            let nextX = min(max(x + slope * (nextY - y), least), most)
            addCells(cells + row * cellStride, Float(min(x, nextX)), Float(max(x, nextX)), share)
            x = nextX
            y = nextY
            row += 1
        }
    }

    /// Spreads an edge's share of a row over the cells between two places.
    private func addCells(_ line: UnsafeMutablePointer<Float>, _ x0: Float, _ x1: Float, _ share: Float) {
        let first = Int(x0)
        let start = Float(first)
        let end = x1.rounded(.up)
        let last = Int(end)
        if last <= first + 1 {
            let middle = 0.5 * (x0 + x1) - start
            line[first] += share - share * middle
            line[first + 1] += share * middle
            return
        }
        let perColumn = 1 / (x1 - x0)
        let into = x0 - start
        let a0 = 0.5 * perColumn * (1 - into) * (1 - into)
        let rest = x1 - end + 1
        let am = 0.5 * perColumn * rest * rest
        line[first] += share * a0
        if last == first + 2 {
            line[first + 1] += share * (1 - a0 - am)
        } else {
            let a1 = perColumn * (1.5 - into)
            line[first + 1] += share * (a1 - a0)
            for column in first + 2..<last - 1 { line[column] += share * perColumn }
            let a2 = a1 + Float(last - first - 3) * perColumn
            line[last - 1] += share * (1 - a2 - am)
        }
        line[last] += share * am
    }

    private func sweep(_ columns: Range<Int>, _ rows: Range<Int>, _ paint: PixelPaint) {
        let opacity = paint.opacity
        let isOpaque = opacity >= 1 && paint.isPlain
        for row in rows {
            let line = cells + row * cellStride
            let target = pixels + row * width
            let ids = owners + row * width
            var sum: Float = 0
            for column in columns {
                sum += line[column]
                line[column] = 0
                let cover = min(sum.magnitude, 1)
                if cover < 0.004 { continue }
                if isOpaque, cover > 0.996 {
                    target[column] = paint.plain
                } else {
                    let source = paint.isPlain ? paint.plain : paint.pixel(column, row)
                    let weight = UInt32(cover * opacity * 256)
                    target[column] = Canvas.blend(target[column], source, weight)
                }
                if let owner, cover * opacity >= Canvas.ownedShare, ids[column] != owner {
                    ids[column] = owner
                    ownedPixels += 1
                }
            }
            // What edges left just beyond the last column must not leak into the next shape.
            for column in columns.upperBound..<min(columns.upperBound + 3, cellStride) { line[column] = 0 }
        }
    }

    /// `weight` 256 is all of `b`.
    @inline(__always)
    static func blend(_ a: UInt32, _ b: UInt32, _ weight: UInt32) -> UInt32 {
        let mask: UInt32 = 0x00FF_00FF
        let rest = 256 - weight
        let low = ((a & mask) &* rest &+ (b & mask) &* weight) >> 8 & mask
        let high = ((a >> 8 & mask) &* rest &+ (b >> 8 & mask) &* weight) & ~mask
        return low | high
    }
}
