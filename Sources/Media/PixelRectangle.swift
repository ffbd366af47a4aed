internal import Vision

/// A part of a picture in whole pixels.
struct PixelRectangle: Equatable {
    var x, y, width, height: Int

    var maxX: Int { x + width }
    var maxY: Int { y + height }

    init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    /// The pixels of a picture that `box` stands for: clipped to the picture, corners rounded towards the origin.
    ///
    /// - Returns: nil where none is left, or where a coordinate is not finite.
    init?(_ box: BoundingBox, width: Int, height: Int) {
        guard box.isValid else { return nil }
        let left = Int(min(max(box.x1, 0), Double(width)))
        let top = Int(min(max(box.y1, 0), Double(height)))
        let right = Int(min(max(box.x2, 0), Double(width)))
        let bottom = Int(min(max(box.y2, 0), Double(height)))
        guard right > left, bottom > top else { return nil }
        self.init(x: left, y: top, width: right - left, height: bottom - top)
    }

    /// Where this part of a displayed picture lies in the picture as coded, or the other way round.
    ///
    /// - Parameters:
    ///   - degrees: by how much the picture that this is a part of must be turned clockwise to be the other one.
    ///   - pictureWidth: the size of the picture that this is a part of.
    func rotated(by degrees: Int, pictureWidth: Int, pictureHeight: Int) -> PixelRectangle {
        switch degrees {
        case 90: PixelRectangle(x: pictureHeight - maxY, y: x, width: height, height: width)
        case 180: PixelRectangle(x: pictureWidth - maxX, y: pictureHeight - maxY, width: width, height: height)
        case 270: PixelRectangle(x: y, y: pictureWidth - maxX, width: height, height: width)
        default: self
        }
    }
}
