internal import CFFmpeg

/// A picture to draw on: four bytes per pixel, blue, green, red and one that does not count.
///
/// Everything may lie outside the picture; what does is not drawn. A canvas belongs to one thread at a time.
public final class Canvas {
    /// Size in pixels.
    public let width, height: Int
    /// Bytes from one row to the next.
    public let stride: Int

    private let memory: UnsafeMutableRawBufferPointer
    private let coded = PictureBuffer()
    private var converter: PictureConverter?
    /// Of ``drawPath(_:color:)``: how much of each pixel is covered, and where, row by row.
    private var coverage: [UInt8] = []
    private var coveredRows: [Range<Int>] = []

    /// A black picture.
    ///
    /// - Throws: when a side is not between 1 and ``VideoEncoder/maximumSide``.
    public init(width: Int, height: Int) throws(MediaError) {
        let sides = 1...VideoEncoder.maximumSide
        guard sides.contains(width), sides.contains(height) else {
            throw MediaError(
                .limitExceeded, operation: "draw",
                detail:
                    "pictures of \(width) × \(height) pixels cannot be drawn on; 1 to \(sides.upperBound) on each side can"
            )
        }
        self.width = width
        self.height = height
        stride = (width * 4 + 63) & ~63
        // The room at the end is for conversions that read ahead.
        memory = .allocate(byteCount: stride * height + 64, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit { memory.deallocate() }

    /// Lends the pixels, row by row, with some room after the last one.
    public func withPixels<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(memory))
    }

    /// The colour of a pixel.
    func color(x: Int, y: Int) -> CanvasColor {
        precondition((0..<width).contains(x) && (0..<height).contains(y))
        let at = y * stride + x * 4
        return CanvasColor(red: memory[at + 2], green: memory[at + 1], blue: memory[at])
    }

    private func row(_ y: Int) -> UnsafeMutablePointer<UInt32> {
        guard let base = memory.baseAddress else { preconditionFailure("a canvas has memory") }
        return (base + y * stride).assumingMemoryBound(to: UInt32.self)
    }

    // MARK: Pictures

    /// Replaces all by a decoded picture, turned as it is displayed, and scaled where it is of another size.
    public func setToPicture(_ frame: VideoFrame) throws(MediaError) {
        guard [0, 90, 180, 270].contains(frame.rotation) else {
            throw MediaError(
                .unsupported, operation: "draw",
                detail: "a picture turned by \(frame.rotation)°; only quarter turns can be")
        }
        let isTurned = frame.rotation % 180 != 0
        let setup = PictureConverter.Setup(
            frame, width: isTurned ? height : width, height: isTurned ? width : height)
        let converter: PictureConverter
        if let kept = self.converter, kept.setup == setup {
            converter = kept
        } else {
            converter = try PictureConverter(setup)
            self.converter = converter
        }
        try coded.resize(width: setup.width, height: setup.height)
        try converter.convert(frame, into: coded)
        // In squares where it is turned, so that both the rows read and the rows written stay in the cache.
        let side = frame.rotation == 0 ? width : 64
        for top in Swift.stride(from: 0, to: height, by: 64) {
            for left in Swift.stride(from: 0, to: width, by: side) {
                let right = min(left + side, width)
                for y in top..<min(top + 64, height) {
                    let target = row(y)
                    let (start, step) = coded.walk(alongRow: y, rotatedBy: frame.rotation)
                    var pixel = start + left * step
                    for x in left..<right {
                        target[x] =
                            UInt32(pixel[0]) | UInt32(pixel[1]) << 8 | UInt32(pixel[2]) << 16 | 0xFF00_0000
                        pixel += step
                    }
                }
            }
        }
    }

    /// Replaces all by one colour.
    func fill(_ color: CanvasColor) {
        fill(x: 0, y: 0, width: width, height: height, color)
    }

    // MARK: Shapes

    /// Fills a rectangle of whole pixels.
    ///
    /// - Parameter opacity: 0 (nothing changes) to 256 (opaque).
    func fill(x: Int, y: Int, width: Int, height: Int, _ color: CanvasColor, opacity: UInt32 = 256) {
        let columns = max(0, x)..<max(0, x, min(self.width, x + width))
        let rows = max(0, y)..<max(0, y, min(self.height, y + height))
        guard !columns.isEmpty, !rows.isEmpty else { return }
        let value = color.bgra
        for y in rows {
            let line = row(y)
            if opacity >= 256 {
                for x in columns { line[x] = value }
            } else {
                for x in columns { line[x] = Self.blend(line[x], value, opacity) }
            }
        }
    }

    /// Draws the outline of a rectangle, inside its edges.
    ///
    /// - Parameters:
    ///   - line: the width of the outline.
    ///   - dash: the length of dashes and of the gaps between them; nil: none.
    func stroke(
        x: Int, y: Int, width: Int, height: Int, line: Int, _ color: CanvasColor, opacity: UInt32 = 256,
        dash: Int? = nil
    ) {
        guard width > 0, height > 0, line > 0 else { return }
        let line = min(line, max(1, min(width, height) / 2))
        func bar(_ x: Int, _ y: Int, _ width: Int, _ height: Int) {
            guard let dash, dash > 0 else {
                return fill(x: x, y: y, width: width, height: height, color, opacity: opacity)
            }
            let isHorizontal = width > height
            let start = isHorizontal ? x : y
            let visible = isHorizontal ? 0..<self.width : 0..<self.height
            let end = min(start + (isHorizontal ? width : height), visible.upperBound)
            // From the first dash that can be seen.
            var at = start + max(0, (visible.lowerBound - start) / (2 * dash)) * 2 * dash
            while at < end {
                let length = min(dash, end - at)
                if isHorizontal {
                    fill(x: at, y: y, width: length, height: height, color, opacity: opacity)
                } else {
                    fill(x: x, y: at, width: width, height: length, color, opacity: opacity)
                }
                at += 2 * dash
            }
        }
        bar(x, y, width, line)
        if height > line { bar(x, y + height - line, width, line) }
        guard height > 2 * line else { return }
        bar(x, y + line, line, height - 2 * line)
        if width > line { bar(x + width - line, y + line, line, height - 2 * line) }
    }

    /// A point of a path.
    struct PathPoint {
        var x, y: Double
        /// Half the line's width there.
        var radius: Double
        /// 0…1.
        var opacity: Double
    }

    /// Draws a smooth line through points. Where it crosses itself it does not become darker.
    func drawPath(_ points: [PathPoint], color: CanvasColor) {
        guard points.count > 1 else { return }
        if coverage.isEmpty {
            coverage = [UInt8](repeating: 0, count: width * height)
            coveredRows = [Range<Int>](repeating: 0..<0, count: height)
        }
        let value = color.bgra
        var top = height
        var bottom = 0
        coverage.withUnsafeMutableBufferPointer { coverage in
            for (from, to) in zip(points, points.dropFirst()) {
                let rows = cover(from, to, &coverage)
                guard !rows.isEmpty else { continue }
                top = min(top, rows.lowerBound)
                bottom = max(bottom, rows.upperBound)
            }
            guard top < bottom else { return }
            for y in top..<bottom {
                let line = row(y)
                for x in coveredRows[y] {
                    let at = y * width + x
                    guard coverage[at] > 0 else { continue }
                    line[x] = Self.blend(line[x], value, UInt32(coverage[at]) + 1)
                    coverage[at] = 0
                }
                coveredRows[y] = 0..<0
            }
        }
    }

    /// Marks the pixels near the line between two points; returns the rows that have some.
    private func cover(
        _ from: PathPoint, _ to: PathPoint, _ coverage: inout UnsafeMutableBufferPointer<UInt8>
    ) -> Range<Int> {
        let radius = max(from.radius, to.radius)
        let reach = radius + 1
        let columns = pixels(min(from.x, to.x) - reach, max(from.x, to.x) + reach, limit: width)
        let rows = pixels(min(from.y, to.y) - reach, max(from.y, to.y) + reach, limit: height)
        guard !columns.isEmpty, !rows.isEmpty else { return 0..<0 }
        let (dx, dy) = (to.x - from.x, to.y - from.y)
        let length = dx * dx + dy * dy
        for y in rows {
            var columns = columns
            if abs(dy) > 1e-6 {
                // Only where the row is near the line: what lies between the ends' columns is mostly not.
                let middle = from.x + (Double(y) + 0.5 - from.y) / dy * dx
                let half = reach * length.squareRoot() / abs(dy) + 1
                columns = columns.clamped(to: pixels(middle - half, middle + half, limit: width))
                guard !columns.isEmpty else { continue }
            }
            let known = coveredRows[y]
            coveredRows[y] =
                known.isEmpty
                ? columns
                : min(known.lowerBound, columns.lowerBound)..<max(known.upperBound, columns.upperBound)
            for x in columns {
                let (px, py) = (Double(x) + 0.5 - from.x, Double(y) + 0.5 - from.y)
                let along = length > 0 ? min(max((px * dx + py * dy) / length, 0), 1) : 0
                let (ex, ey) = (px - along * dx, py - along * dy)
                let distance = (ex * ex + ey * ey).squareRoot()
                let thickness = from.radius + (to.radius - from.radius) * along
                let inside = min(max(thickness + 0.5 - distance, 0), 1)
                guard inside > 0 else { continue }
                let opacity = from.opacity + (to.opacity - from.opacity) * along
                let at = y * width + x
                coverage[at] = max(coverage[at], UInt8(min(max(inside * opacity, 0), 1) * 255))
            }
        }
        return rows
    }

    private func pixels(_ from: Double, _ to: Double, limit: Int) -> Range<Int> {
        guard from.isFinite, to.isFinite, from < to else { return 0..<0 }
        let start = Int(min(max(from.rounded(.down), 0), Double(limit)))
        return start..<max(start, Int(min(max(to.rounded(.up), 0), Double(limit))))
    }

    // MARK: Text

    /// Size in pixels of a text, without room around it.
    static func size(of text: some Collection<Unicode.Scalar>, scale: Int) -> (width: Int, height: Int) {
        (max(0, text.count * BitmapFont.advance - 1) * scale, BitmapFont.glyphHeight * scale)
    }

    /// Writes a line of text; (`x`, `y`) is the top-left corner.
    ///
    /// - Parameter scale: how many pixels a cell of the font is wide and high.
    func write(_ text: some Collection<Unicode.Scalar>, x: Int, y: Int, scale: Int, _ color: CanvasColor) {
        var left = x
        for character in text {
            guard left < width else { return }
            for (line, bits) in BitmapFont.glyph(character).enumerated() where bits != 0 {
                var column = 0
                while column < BitmapFont.glyphWidth {
                    // Cells beside each other are one rectangle.
                    var run = 0
                    while column + run < BitmapFont.glyphWidth, bits >> (4 - column - run) & 1 == 1 { run += 1 }
                    if run > 0 {
                        fill(x: left + column * scale, y: y + line * scale, width: run * scale, height: scale, color)
                    }
                    column += run + 1
                }
            }
            left += BitmapFont.advance * scale
        }
    }

    /// Mixes a colour into one pixel of the picture.
    func blend(x: Int, y: Int, with paint: (color: CanvasColor, opacity: UInt32)) {
        let line = row(y)
        line[x] = Self.blend(line[x], paint.color.bgra, paint.opacity)
    }

    private static func blend(_ below: UInt32, _ above: UInt32, _ opacity: UInt32) -> UInt32 {
        let rest = 256 - opacity
        // Two channels at a time; sums stay within their sixteen bits.
        let even = ((below & 0x00FF_00FF) * rest + (above & 0x00FF_00FF) * opacity) >> 8 & 0x00FF_00FF
        let odd = (below >> 8 & 0x00FF_00FF) * rest + (above >> 8 & 0x00FF_00FF) * opacity
        return even | odd & 0xFF00_FF00
    }
}
