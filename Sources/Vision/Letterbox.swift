/// How a picture is fitted into a detector's input: scaled with its proportions kept, centred, padded.
///
/// The arithmetic is that of the YOLOv8 export's own pre-processing: `r = min(H/h, W/w)` (enlarging allowed), scaled
/// size rounded half to even, padding split with `round(d/2 − 0.1)` before and `round(d/2 + 0.1)` after.
public struct Letterbox: Sendable, Hashable {
    /// The picture's size in pixels, as displayed.
    public let sourceWidth, sourceHeight: Int
    /// The detector's input size in pixels.
    public let targetWidth, targetHeight: Int
    /// The size of the scaled picture within the input; at least 1 × 1.
    public let scaledWidth, scaledHeight: Int
    /// Padding in pixels on each side.
    public let padLeft, padTop, padRight, padBottom: Int

    /// The grey that fills the padding, 0…255.
    public static let paddingValue: UInt8 = 114

    /// - Precondition: all sizes are positive.
    public init(sourceWidth: Int, sourceHeight: Int, targetWidth: Int, targetHeight: Int) {
        precondition(sourceWidth > 0 && sourceHeight > 0 && targetWidth > 0 && targetHeight > 0)
        self.sourceWidth = sourceWidth
        self.sourceHeight = sourceHeight
        self.targetWidth = targetWidth
        self.targetHeight = targetHeight
        let gain = min(Double(targetHeight) / Double(sourceHeight), Double(targetWidth) / Double(sourceWidth))
        scaledWidth = max(Int((Double(sourceWidth) * gain).rounded(.toNearestOrEven)), 1)
        scaledHeight = max(Int((Double(sourceHeight) * gain).rounded(.toNearestOrEven)), 1)
        let dw = Double(targetWidth - scaledWidth) / 2
        let dh = Double(targetHeight - scaledHeight) / 2
        padLeft = Int((dw - 0.1).rounded(.toNearestOrEven))
        padRight = Int((dw + 0.1).rounded(.toNearestOrEven))
        padTop = Int((dh - 0.1).rounded(.toNearestOrEven))
        padBottom = Int((dh + 0.1).rounded(.toNearestOrEven))
    }

    /// Maps a box from input pixels back to picture pixels, clamped to the picture.
    ///
    /// Single precision, as the reference post-processing computes it.
    public func toSource(x1: Float, y1: Float, x2: Float, y2: Float) -> BoundingBox {
        let gain = min(Double(targetHeight) / Double(sourceHeight), Double(targetWidth) / Double(sourceWidth))
        let unpaddedWidth = (Double(sourceWidth) * gain).rounded(.toNearestOrEven)
        let unpaddedHeight = (Double(sourceHeight) * gain).rounded(.toNearestOrEven)
        let gainX = Float(unpaddedWidth / Double(sourceWidth))
        let gainY = Float(unpaddedHeight / Double(sourceHeight))
        let padX = Float(((Double(targetWidth) - unpaddedWidth) / 2 - 0.1).rounded(.toNearestOrEven))
        let padY = Float(((Double(targetHeight) - unpaddedHeight) / 2 - 0.1).rounded(.toNearestOrEven))
        func map(_ value: Float, _ pad: Float, _ gain: Float, _ limit: Int) -> Double {
            Double(min(max((value - pad) / gain, 0), Float(limit)))
        }
        return BoundingBox(
            x1: map(x1, padX, gainX, sourceWidth), y1: map(y1, padY, gainY, sourceHeight),
            x2: map(x2, padX, gainX, sourceWidth), y2: map(y2, padY, gainY, sourceHeight))
    }
}
