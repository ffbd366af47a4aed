/// A part of a picture with transparency, to be laid over others again and again.
struct Sprite {
    private let x: Int
    private let y: Int
    private let width: Int
    private let height: Int
    private let pixels: [UInt32]

    /// What was drawn on an empty canvas; the canvas is empty again afterwards. Nil if that is nothing.
    init?(takenFrom canvas: Canvas) {
        let bounds = canvas.extent.clipped(width: Double(canvas.width), height: Double(canvas.height))
        guard !bounds.isEmpty else { return nil }
        (x, y) = (Int(bounds.left), Int(bounds.top))
        width = min(Int(bounds.right) + 1, canvas.width) - x
        height = min(Int(bounds.bottom) + 1, canvas.height) - y
        guard width > 0, height > 0 else { return nil }
        var taken: [UInt32] = []
        taken.reserveCapacity(width * height)
        for row in y..<y + height {
            let line = canvas.pixels + row * canvas.width + x
            taken.append(contentsOf: UnsafeBufferPointer(start: line, count: width))
            line.update(repeating: 0, count: width)
        }
        pixels = taken
    }

    /// Lays it over a picture; it belongs to `owner` where it hides half or more.
    func draw(on canvas: Canvas, owner: UInt16) {
        pixels.withUnsafeBufferPointer { pixels in
            for row in 0..<height {
                let line = canvas.pixels + (y + row) * canvas.width + x
                let ids = canvas.owners + (y + row) * canvas.width + x
                for column in 0..<width {
                    let source = pixels[row * width + column]
                    let opacity = source >> 24
                    if opacity == 0 { continue }
                    if opacity >= 254 {
                        line[column] = source
                    } else {
                        let under = Canvas.blend(0, line[column], 256 - opacity)
                        line[column] = under &+ source
                    }
                    if opacity >= 128 { ids[column] = owner }
                }
            }
        }
    }
}
