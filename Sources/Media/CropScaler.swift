internal import CFFmpeg
public import Vision

/// Cuts objects out of decoded pictures and stretches them to a re-identification network's input.
///
/// Only the part of the picture around an object is converted to RGB, straight from the decoder's memory; what the
/// network gets is what cutting the object out of FFmpeg's default conversion to 24-bit BGR at full size and scaling it
/// with OpenCV's `resize(…, INTER_LINEAR)` gives. That holds bit by bit, but for pictures of odd width or height with
/// subsampled chroma where FFmpeg interpolates it (8-bit planar 4:2:0 and 4:2:2 of even height is not): their chroma may
/// be off by half a sample.
///
/// A scaler keeps its buffers and conversion tables from crop to crop, and belongs to one thread at a time.
public final class CropScaler {
    /// What crops are made into.
    public let input: AppearanceInput

    private var converters: [PictureConverter] = []
    /// The object's surroundings as coded and, where the picture is turned, as displayed: 24-bit BGR.
    private let coded = PictureBuffer()
    private let displayed = PictureBuffer()
    private let resizer = BilinearResizer()

    /// Regions begin and end at multiples of these, or at the picture's edges. The decoder's rows keep their alignment,
    /// chroma samples stay whole, interpolation has neighbours, and few different sizes come up: making a converter costs
    /// more than using it.
    private static let columnStep = 64
    private static let rowStep = 32
    private static let margin = 4
    /// How many converters are kept.
    private static let converterLimit = 64

    /// - Parameter input: the network's input; both sides at most ``FrameScaler/maximumSide``.
    public init(_ input: AppearanceInput) {
        precondition(input.width <= FrameScaler.maximumSide && input.height <= FrameScaler.maximumSide)
        self.input = input
    }

    /// Fills `tensor` with what `box` encloses.
    ///
    /// - Parameters:
    ///   - box: in pixels of the displayed picture; clipped to it, its corners rounded towards the origin.
    ///   - frame: a picture of any pixel format that FFmpeg's swscale reads, up to ``FrameScaler/maximumSide`` pixels wide
    ///     and high.
    ///   - tensor: `3 × height × width` floats, plane after plane, as ``input`` says; all are written.
    /// - Returns: false, and `tensor` is untouched, where no whole pixel is left of the box or a coordinate is not finite.
    /// - Throws: when the picture is too large or of a pixel format that cannot be read.
    public func scale(
        _ box: BoundingBox, of frame: VideoFrame, into tensor: UnsafeMutableBufferPointer<Float>
    ) throws(MediaError) -> Bool {
        precondition(tensor.count == 3 * input.width * input.height)
        try frame.checkScalable()
        guard let crop = PixelRectangle(box, width: frame.width, height: frame.height),
            let base = tensor.baseAddress
        else { return false }
        let part = try convertSurroundings(of: crop, in: frame)
        let picture = frame.rotation == 0 ? coded : displayed
        // The resizer's channels are blue, green, red.
        let order = input.colorOrder == .rgb ? [2, 1, 0] : [0, 1, 2]
        let plane = input.width * input.height
        resizer.resize(picture, part: part, width: input.width, height: input.height) { row in
            for index in 0..<3 {
                let target = base + index * plane + row.index * input.width
                row.blend(channel: order[index], into: target)
                let (mean, deviation) = (input.mean[index], input.standardDeviation[index])
                for x in 0..<row.count { target[x] = (target[x] - mean) / deviation }
            }
        }
        return true
    }

    /// Converts what lies around `crop` and leaves it, upright, in ``coded`` or ``displayed``.
    ///
    /// - Returns: where `crop` lies in there.
    private func convertSurroundings(
        of crop: PixelRectangle, in frame: VideoFrame
    ) throws(MediaError) -> PixelRectangle {
        // Turning the displayed picture back.
        let codedCrop = crop.rotated(
            by: (360 - frame.rotation) % 360, pictureWidth: frame.width, pictureHeight: frame.height)
        let wanted = Self.region(around: codedCrop, width: frame.codedWidth, height: frame.codedHeight)
        let (view, region) = try Self.view(of: frame, wanted)
        try coded.resize(width: region.width, height: region.height)
        try converter(for: .init(view, width: region.width, height: region.height)).convert(view, into: coded)
        let part = PixelRectangle(
            x: codedCrop.x - region.x, y: codedCrop.y - region.y, width: codedCrop.width, height: codedCrop.height)
        guard frame.rotation != 0 else { return part }
        try displayed.setToRotated(coded, clockwise: frame.rotation)
        return part.rotated(by: frame.rotation, pictureWidth: region.width, pictureHeight: region.height)
    }

    private static func region(around crop: PixelRectangle, width: Int, height: Int) -> PixelRectangle {
        let (x, right) = range(around: crop.x..<crop.maxX, step: columnStep, limit: width)
        let (y, bottom) = range(around: crop.y..<crop.maxY, step: rowStep, limit: height)
        return PixelRectangle(x: x, y: y, width: right - x, height: bottom - y)
    }

    private static func range(around pixels: Range<Int>, step: Int, limit: Int) -> (start: Int, end: Int) {
        let end = min((pixels.upperBound + margin + step - 1) / step * step, limit)
        var start = max(pixels.lowerBound - margin, 0) / step * step
        // swscale interpolates differently where there are but a few pixels.
        if end - start < step, start > 0 { start -= step }
        return (start, end)
    }

    /// A part of a picture that shares its memory.
    ///
    /// - Returns: the picture and which part it is: in formats whose pixels are less than a byte, all up to the region's
    ///   lower right corner.
    private static func view(
        of frame: VideoFrame, _ region: PixelRectangle
    ) throws(MediaError) -> (VideoFrame, PixelRectangle) {
        guard let pointer = av_frame_alloc() else {
            throw MediaError(.outOfMemory, operation: "av_frame_alloc", detail: "no memory for a part of a picture")
        }
        let view = VideoFrame(owning: pointer, rotation: frame.rotation)
        var status = av_frame_ref(pointer, frame.pointer)
        if status >= 0 {
            pointer.pointee.crop_left = region.x
            pointer.pointee.crop_top = region.y
            pointer.pointee.crop_right = frame.codedWidth - region.maxX
            pointer.pointee.crop_bottom = frame.codedHeight - region.maxY
            status = av_frame_apply_cropping(pointer, Int32(AV_FRAME_CROP_UNALIGNED))
        }
        guard status >= 0 else {
            throw MediaError(
                .unsupported, operation: "av_frame_apply_cropping",
                detail: """
                    no part can be cut out of a picture of \(frame.codedWidth) × \(frame.codedHeight): \
                    \(describeAVError(status))
                    """)
        }
        let actual = PixelRectangle(
            x: region.maxX - view.codedWidth, y: region.maxY - view.codedHeight, width: view.codedWidth,
            height: view.codedHeight)
        return (view, actual)
    }

    private func converter(for setup: PictureConverter.Setup) throws(MediaError) -> PictureConverter {
        let converter: PictureConverter
        if let index = converters.lastIndex(where: { $0.setup == setup }) {
            converter = converters.remove(at: index)
        } else {
            converter = try PictureConverter(setup)
            if converters.count == Self.converterLimit { converters.removeFirst() }
        }
        converters.append(converter)
        return converter
    }
}
