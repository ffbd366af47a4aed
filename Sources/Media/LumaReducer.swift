internal import CFFmpeg

/// Brings the brightness of decoded pictures down to small 8-bit pictures, by averaging squares of pixels.
///
/// The brightness is the luma of YUV pictures and the green of RGB ones; it is read where the decoder left it. Other
/// pixel formats (palettes, less than a byte per sample, foreign byte order) are converted to 24-bit BGR before.
///
/// A reducer keeps its buffers from picture to picture, and belongs to one thread at a time.
package final class LumaReducer {
    private var narrow: [UInt16] = []
    private var wide: [UInt32] = []
    private var converter: PictureConverter?
    private let converted = PictureBuffer()

    package init() {}

    /// Fills `target` with the means of squares of pixels, rounded to whole numbers, row by row from the top.
    ///
    /// The picture is as coded: ``VideoFrame/rotation`` is not applied. Columns at the right and rows at the bottom that
    /// fill no square are left out.
    ///
    /// - Parameters:
    ///   - frame: a picture of any pixel format that FFmpeg's swscale reads, up to ``FrameScaler/maximumSide`` pixels wide
    ///     and high.
    ///   - side: of the squares, in pixels; 1 to 128.
    ///   - target: `(codedWidth / side) × (codedHeight / side)` values; all are written.
    /// - Throws: when the picture is too large or of a pixel format that cannot be read.
    package func reduce(
        _ frame: VideoFrame, side: Int, into target: UnsafeMutableBufferPointer<UInt8>
    ) throws(MediaError) {
        precondition((1...128).contains(side))
        precondition(target.count == (frame.codedWidth / side) * (frame.codedHeight / side))
        try frame.checkScalable()
        guard target.count > 0 else { return }
        let samples: Samples
        if let found = try Self.samples(of: frame) { samples = found } else { samples = try convert(frame) }
        if samples.isWide {
            Self.reduce(
                samples, of: UInt16.self, width: frame.codedWidth / side, side: side, sums: &wide, into: target)
        } else {
            Self.reduce(
                samples, of: UInt8.self, width: frame.codedWidth / side, side: side, sums: &narrow, into: target)
        }
    }

    /// Where the brightness of a picture lies.
    private struct Samples {
        /// The first one.
        let base: UnsafePointer<UInt8>
        /// Bytes from one row to the next.
        let stride: Int
        /// From one sample to the next in a row, in samples.
        let step: Int
        /// Whether each takes two bytes.
        let isWide: Bool
        /// By how many bits they are above 8-bit ones.
        let excess: Int
    }

    /// Nil for pixel formats that must be converted first.
    private static func samples(of frame: VideoFrame) throws(MediaError) -> Samples? {
        guard let descriptor = av_pix_fmt_desc_get(AVPixelFormat(rawValue: frame.pointer.pointee.format)) else {
            return nil
        }
        let flags = Int32(truncatingIfNeeded: descriptor.pointee.flags)
        let foreign =
            AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BAYER
            | AV_PIX_FMT_FLAG_FLOAT
        guard flags & foreign == 0 else { return nil }
        let components = descriptor.pointee.comp
        let luma = flags & AV_PIX_FMT_FLAG_RGB != 0 ? components.1 : components.0
        let (depth, shift, step) = (Int(luma.depth), Int(luma.shift), Int(luma.step))
        let isWide = depth + shift > 8
        guard depth >= 8, depth + shift <= 16, isWide ? step % 2 == 0 : shift == 0,
            !isWide || flags & AV_PIX_FMT_FLAG_BE == 0
        else { return nil }
        let (plane, stride) = frame.pointer.pointee.plane(Int(luma.plane))
        guard let plane else {
            throw MediaError(.corrupt, operation: "scale picture", detail: "a picture without pixels")
        }
        return Samples(
            base: UnsafePointer(plane) + Int(luma.offset), stride: stride, step: isWide ? step / 2 : step,
            isWide: isWide, excess: depth + shift - 8)
    }

    private func convert(_ frame: VideoFrame) throws(MediaError) -> Samples {
        let setup = PictureConverter.Setup(frame, width: frame.codedWidth, height: frame.codedHeight)
        let fitting: PictureConverter
        if let converter, converter.setup == setup {
            fitting = converter
        } else {
            fitting = try PictureConverter(setup)
        }
        converter = fitting
        try converted.resize(width: frame.codedWidth, height: frame.codedHeight)
        try fitting.convert(frame, into: converted)
        return Samples(base: converted.row(0) + 1, stride: converted.stride, step: 3, isWide: false, excess: 0)
    }

    /// Adds up columns of `side` samples, and then rows of these sums: the long loops run over neighbours in memory.
    private static func reduce<Sample: FixedWidthInteger, Sum: FixedWidthInteger>(
        _ samples: Samples, of: Sample.Type, width: Int, side: Int, sums: inout [Sum],
        into target: UnsafeMutableBufferPointer<UInt8>
    ) {
        let count = (width * side - 1) * samples.step + 1
        if sums.count < count { sums = [Sum](repeating: 0, count: count) }
        // At most 2³² ÷ side², times a sum of at most 255 × side² for 8 bits: there is room for eight bits more.
        let reciprocal = (1 << 32) / UInt64(side * side)
        let half: UInt64 = 1 << UInt64(31 + samples.excess)
        sums.withUnsafeMutableBufferPointer { sums in
            guard let sums = sums.baseAddress, let means = target.baseAddress else { return }
            func row(_ y: Int) -> UnsafePointer<Sample> {
                UnsafeRawPointer(samples.base + y * samples.stride).assumingMemoryBound(to: Sample.self)
            }
            for y in 0..<(target.count / width) {
                let first = row(y * side)
                for x in 0..<count { sums[x] = Sum(truncatingIfNeeded: first[x]) }
                for offset in 1..<side {
                    let next = row(y * side + offset)
                    for x in 0..<count { sums[x] &+= Sum(truncatingIfNeeded: next[x]) }
                }
                for x in 0..<width {
                    var sum: UInt32 = 0
                    let square = sums + x * side * samples.step
                    for index in 0..<side { sum &+= UInt32(truncatingIfNeeded: square[index &* samples.step]) }
                    let mean = (UInt64(sum) &* reciprocal &+ half) >> UInt64(32 + samples.excess)
                    means[y * width + x] = UInt8(truncatingIfNeeded: min(mean, 255))
                }
            }
        }
    }
}

extension AVFrame {
    /// The address of the first row of a plane, and the bytes from one row to the next.
    fileprivate func plane(_ index: Int) -> (UnsafeMutablePointer<UInt8>?, Int) {
        switch index {
        case 0: (data.0, Int(linesize.0))
        case 1: (data.1, Int(linesize.1))
        case 2: (data.2, Int(linesize.2))
        default: (data.3, Int(linesize.3))
        }
    }
}
