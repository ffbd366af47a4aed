/// Zones, counting lines and the heat map, below everything that moves.
extension Annotator {
    private static let zoneColor = CanvasColor(red: 0, green: 200, blue: 255)
    private static let lineColor = CanvasColor(red: 255, green: 210, blue: 0)

    func drawAreas(of scene: AnnotatedScene, line: Int, on canvas: Canvas) {
        if let heat = scene.heat { canvas.draw(heat) }
        for zone in scene.zones {
            canvas.fillPolygon(zone.polygon, Self.zoneColor, opacity: 40)
            drawPath(zone.polygon + zone.polygon.prefix(1), Self.zoneColor, line: line, on: canvas)
        }
        for counting in scene.lines {
            drawPath([counting.from, counting.to], Self.lineColor, line: line, on: canvas)
            drawArrow(across: counting, line: line, on: canvas)
        }
    }

    /// Writes the names; returns where they stand.
    func drawNames(of scene: AnnotatedScene, on canvas: Canvas) -> [Area] {
        var taken: [Area] = []
        for zone in scene.zones {
            // At the uppermost corner, of two the left one.
            guard let corner = zone.polygon.min(by: { ($0.y, $0.x) < ($1.y, $1.x) }) else { continue }
            drawName(zone.text, at: corner, Self.zoneColor, avoiding: &taken, on: canvas)
        }
        for counting in scene.lines {
            let upper = (counting.from.y, counting.from.x) <= (counting.to.y, counting.to.x)
            drawName(
                counting.text, at: upper ? counting.from : counting.to, Self.lineColor, avoiding: &taken, on: canvas)
        }
        return taken
    }

    private func drawPath(_ points: [AnnotatedScene.Point], _ color: CanvasColor, line: Int, on canvas: Canvas) {
        func path(_ radius: Double, _ opacity: Double) -> [Canvas.PathPoint] {
            points.map { Canvas.PathPoint(x: $0.x, y: $0.y, radius: radius, opacity: opacity) }
        }
        // A dark rim keeps bright lines visible before bright grounds.
        canvas.drawPath(path(Double(line) * 0.5 + 1, 0.4), color: .black)
        canvas.drawPath(path(Double(line) * 0.5, 1), color: color)
    }

    /// The way in: an arrow across the line's middle, from its left to its right.
    private func drawArrow(across counting: AnnotatedScene.Line, line: Int, on canvas: Canvas) {
        let (dx, dy) = (counting.to.x - counting.from.x, counting.to.y - counting.from.y)
        let length = (dx * dx + dy * dy).squareRoot()
        guard length.isFinite, length > 0 else { return }
        let (alongX, alongY) = (dx / length, dy / length)
        // Down is positive: to the right of (1, 0) is (0, 1).
        let (inX, inY) = (-alongY, alongX)
        let size = Double(6 * line)
        let middle = AnnotatedScene.Point(
            x: (counting.from.x + counting.to.x) / 2, y: (counting.from.y + counting.to.y) / 2)
        let tip = AnnotatedScene.Point(x: middle.x + inX * size, y: middle.y + inY * size)
        func barb(_ side: Double) -> AnnotatedScene.Point {
            AnnotatedScene.Point(
                x: tip.x - (inX - side * alongX) * size / 2, y: tip.y - (inY - side * alongY) * size / 2)
        }
        drawPath([middle, tip], Self.lineColor, line: line, on: canvas)
        drawPath([barb(1), tip, barb(-1)], Self.lineColor, line: line, on: canvas)
    }

    private func drawName(
        _ text: String, at corner: AnnotatedScene.Point, _ color: CanvasColor, avoiding taken: inout [Area],
        on canvas: Canvas
    ) {
        let scale = Self.textScale(height: canvas.height)
        let margin = 2 * scale
        let capacity = ((canvas.width - 2 * margin) / scale + 1) / BitmapFont.advance
        let scalars = Array(text.unicodeScalars.prefix(max(0, capacity)))
        let size = Canvas.size(of: scalars, scale: scale)
        let (width, height) = (size.width + 2 * margin, size.height + margin)
        guard !scalars.isEmpty, height <= canvas.height, corner.x.isFinite, corner.y.isFinite else { return }
        let x = Int(min(max(corner.x, 0), Double(canvas.width - width)))
        let top = Int(min(max(corner.y - Double(height), 0), Double(canvas.height - height)))
        var area = Area(x: x, y: top, width: width, height: height)
        // Names of zones that begin in one place stand below each other.
        while taken.contains(where: { $0.overlaps(area) }), area.y + 2 * height <= canvas.height { area.y += height }
        taken.append(area)
        canvas.fill(x: area.x, y: area.y, width: width, height: height, .black, opacity: 176)
        canvas.write(scalars, x: area.x + margin, y: area.y + margin, scale: scale, color)
    }
}
