internal import CFFmpeg
public import Vision

/// Fits decoded pictures into a detector's input: converted to RGB, turned upright, scaled, padded, normalised.
///
/// A scaler keeps its buffers and conversion tables from picture to picture, and belongs to one thread at a time.
/// Pictures may change in size, pixel format and colour coding from one to the next.
public final class FrameScaler {
    /// How much care is taken.
    public enum Mode: String, Sendable, Hashable, CaseIterable {
        /// The reference pre-processing bit by bit: FFmpeg's default conversion to 24-bit BGR at full size, then OpenCV's
        /// bilinear scaling of 8-bit pictures.
        case exact
        /// FFmpeg converts and scales in one go: several times faster on pictures that are large, turned, or of more than
        /// 8 bits. Detections differ a little, and some near a threshold come or go.
        case fast
    }

    /// The detector's input size in pixels.
    public let width, height: Int
    public let mode: Mode

    /// The longest side of a picture that is taken.
    public static let maximumSide = 16384

    private var converters: [PictureConverter] = []
    /// The picture as coded and, where it is turned, as displayed: 24-bit BGR.
    private let coded = PictureBuffer()
    private let displayed = PictureBuffer()
    private let resizer = BilinearResizer()

    /// - Parameters:
    ///   - width: the detector's input width in pixels; positive.
    ///   - height: the detector's input height in pixels; positive.
    ///   - mode: see ``Mode``.
    public init(width: Int, height: Int, mode: Mode) {
        precondition(width > 0 && height > 0)
        self.width = width
        self.height = height
        self.mode = mode
    }

    /// Fills `tensor` with `frame`: three planes of ``height`` × ``width`` floats, red, green, blue, 0…1.
    ///
    /// - Parameters:
    ///   - frame: a picture of any pixel format that FFmpeg's swscale reads, up to ``maximumSide`` pixels wide and high.
    ///   - tensor: `3 × width × height` floats; all are written.
    /// - Returns: how the picture, as displayed, was fitted.
    /// - Throws: when the picture is too large or of a pixel format that cannot be read.
    public func scale(_ frame: VideoFrame, into tensor: UnsafeMutableBufferPointer<Float>) throws(MediaError)
        -> Letterbox
    {
        precondition(tensor.count == 3 * width * height)
        try frame.checkScalable()
        let letterbox = Letterbox(
            sourceWidth: frame.width, sourceHeight: frame.height, targetWidth: width, targetHeight: height)
        let planes = PlanarTensor(tensor, width: width, height: height)
        planes.fillPadding(letterbox)
        let x = letterbox.padLeft
        let y = letterbox.padTop
        switch mode {
        case .exact:
            try convertUpright(frame)
            let picture = frame.rotation == 0 ? coded : displayed
            if letterbox.scaledWidth == picture.width, letterbox.scaledHeight == picture.height {
                planes.write(picture, rotation: 0, x: x, y: y)
            } else {
                resizer.resize(picture, width: letterbox.scaledWidth, height: letterbox.scaledHeight) { rows in
                    planes.write(rows, x: x, y: y)
                }
            }
        case .fast:
            let isTurned = frame.rotation % 180 != 0
            try convert(
                frame, width: isTurned ? letterbox.scaledHeight : letterbox.scaledWidth,
                height: isTurned ? letterbox.scaledWidth : letterbox.scaledHeight)
            planes.write(coded, rotation: frame.rotation, x: x, y: y)
        }
        return letterbox
    }

    /// The picture as displayed, at full size, in 24-bit BGR: `height × width × 3` bytes without padding, as
    /// `ffmpeg -pix_fmt bgr24` writes it.
    public func bgrBytes(of frame: VideoFrame) throws(MediaError) -> [UInt8] {
        try frame.checkScalable()
        try convertUpright(frame)
        let picture = frame.rotation == 0 ? coded : displayed
        var bytes: [UInt8] = []
        bytes.reserveCapacity(picture.width * picture.height * 3)
        for y in 0..<picture.height {
            bytes.append(contentsOf: UnsafeBufferPointer(start: picture.row(y), count: picture.width * 3))
        }
        return bytes
    }

    /// Leaves the picture at full size in ``coded`` and, where it is turned, in ``displayed``.
    private func convertUpright(_ frame: VideoFrame) throws(MediaError) {
        try convert(frame, width: frame.codedWidth, height: frame.codedHeight)
        if frame.rotation != 0 { try displayed.setToRotated(coded, clockwise: frame.rotation) }
    }

    /// Leaves the picture in ``coded``, scaled but not turned.
    private func convert(_ frame: VideoFrame, width: Int, height: Int) throws(MediaError) {
        let setup = PictureConverter.Setup(frame, width: width, height: height)
        // A worker meets a few kinds of pictures by turns; making a converter costs as much as using it.
        let converter: PictureConverter
        if let index = converters.firstIndex(where: { $0.setup == setup }) {
            converter = converters.remove(at: index)
        } else {
            converter = try PictureConverter(setup)
            if converters.count == 4 { converters.removeFirst() }
        }
        converters.append(converter)
        try coded.resize(width: width, height: height)
        try converter.convert(frame, into: coded)
    }
}
