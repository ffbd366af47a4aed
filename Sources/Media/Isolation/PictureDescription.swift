internal import CFFmpeg

/// What must be known of a picture besides its pixels.
struct PictureDescription: Equatable {
    var width: Int32
    var height: Int32
    var format: Int32
    var aspectNumerator: Int32
    var aspectDenominator: Int32
    var colorSpace: UInt32
    var colorRange: UInt32
    var colorPrimaries: UInt32
    var colorTransfer: UInt32
    var chromaLocation: UInt32

    static let numberCount = 10

    init(_ frame: AVFrame) {
        width = frame.width
        height = frame.height
        format = frame.format
        aspectNumerator = frame.sample_aspect_ratio.num
        aspectDenominator = frame.sample_aspect_ratio.den
        colorSpace = frame.colorspace.rawValue
        colorRange = frame.color_range.rawValue
        colorPrimaries = frame.color_primaries.rawValue
        colorTransfer = frame.color_trc.rawValue
        chromaLocation = frame.chroma_location.rawValue
    }

    /// Nil where a number is none that FFmpeg would use.
    ///
    /// - Precondition: there are ``numberCount`` numbers.
    init?(numbers: [Int64]) {
        precondition(numbers.count == Self.numberCount)
        guard let width = Int32(exactly: numbers[0]), let height = Int32(exactly: numbers[1]),
            let format = Int32(exactly: numbers[2]), let numerator = Int32(exactly: numbers[3]),
            let denominator = Int32(exactly: numbers[4]), numbers[5...].allSatisfy({ (0..<1024).contains($0) })
        else { return nil }
        (self.width, self.height, self.format) = (width, height, format)
        (aspectNumerator, aspectDenominator) = (numerator, denominator)
        colorSpace = UInt32(numbers[5])
        colorRange = UInt32(numbers[6])
        colorPrimaries = UInt32(numbers[7])
        colorTransfer = UInt32(numbers[8])
        chromaLocation = UInt32(numbers[9])
    }

    var numbers: [Int64] {
        [
            Int64(width), Int64(height), Int64(format), Int64(aspectNumerator), Int64(aspectDenominator),
            Int64(colorSpace), Int64(colorRange), Int64(colorPrimaries), Int64(colorTransfer), Int64(chromaLocation),
        ]
    }

    /// Bytes that a picture takes in shared memory; nil where there is no such picture, or it is beyond the limits.
    ///
    /// Of pixel formats, those are taken whose pixels lie in memory.
    static func byteCount(width: Int64, height: Int64, format: Int64, limits: MediaLimits) -> Int? {
        guard let width = Int32(exactly: width), let height = Int32(exactly: height),
            let format = Int32(exactly: format), width > 0, height > 0,
            Int(width) * Int(height) <= limits.maxPixels,
            let descriptor = av_pix_fmt_desc_get(AVPixelFormat(rawValue: format)),
            descriptor.pointee.flags & UInt64(AV_PIX_FMT_FLAG_HWACCEL) == 0
        else { return nil }
        let count = lapwing_lay_out(nil, format, width, height, nil)
        return count > 0 ? Int(count) : nil
    }

    func byteCount(limits: MediaLimits) -> Int? {
        Self.byteCount(width: Int64(width), height: Int64(height), format: Int64(format), limits: limits)
    }
}
