internal import CPixels
internal import Vision

/// A detector's input, lent to be written: three planes of floats, red, green, blue, 0…1.
struct PlanarTensor {
    private let red, green, blue: UnsafeMutablePointer<Float>
    private let width, height: Int

    /// - Precondition: `values` holds `3 × width × height` floats, and none of them is 0.
    init(_ values: UnsafeMutableBufferPointer<Float>, width: Int, height: Int) {
        precondition(values.count == 3 * width * height)
        guard let base = values.baseAddress else { preconditionFailure("a tensor has memory") }
        red = base
        green = base + width * height
        blue = base + 2 * width * height
        self.width = width
        self.height = height
    }

    /// Paints the four borders grey.
    func fillPadding(_ letterbox: Letterbox) {
        let grey = Float(Letterbox.paddingValue) / 255
        let bottom = letterbox.padTop + letterbox.scaledHeight
        let right = letterbox.padLeft + letterbox.scaledWidth
        for plane in [red, green, blue] {
            plane.update(repeating: grey, count: letterbox.padTop * width)
            (plane + bottom * width).update(repeating: grey, count: (height - bottom) * width)
            guard letterbox.padLeft > 0 || right < width else { continue }
            for y in letterbox.padTop..<bottom {
                (plane + y * width).update(repeating: grey, count: letterbox.padLeft)
                (plane + y * width + right).update(repeating: grey, count: width - right)
            }
        }
    }

    /// Writes `picture`, turned clockwise, with its top-left corner at (`x`, `y`), where it must fit.
    func write(_ picture: PictureBuffer, rotation: Int, x: Int, y: Int) {
        let isTurned = rotation % 180 != 0
        let columns = isTurned ? picture.height : picture.width
        let rows = isTurned ? picture.width : picture.height
        precondition(x >= 0 && y >= 0 && x + columns <= width && y + rows <= height)
        for row in 0..<rows {
            let start = (y + row) * width + x
            let (red, green, blue) = (red + start, green + start, blue + start)
            let (source, step) = picture.walk(alongRow: row, rotatedBy: rotation)
            if step == 3 {
                lapwing_spread(source, columns, blue, green, red)
            } else {
                for column in 0..<columns {
                    blue[column] = Float(source[step &* column]) / 255
                    green[column] = Float(source[step &* column &+ 1]) / 255
                    red[column] = Float(source[step &* column &+ 2]) / 255
                }
            }
        }
    }

    /// Writes one row of a scaled picture whose top-left corner lies at (`x`, `y`), where it must fit.
    func write(_ row: BilinearResizer.Row, x: Int, y: Int) {
        precondition(x >= 0 && y >= 0 && x + row.count <= width && y + row.index < height)
        let start = (y + row.index) * width + x
        row.blend(channel: 0, into: blue + start)
        row.blend(channel: 1, into: green + start)
        row.blend(channel: 2, into: red + start)
    }
}
