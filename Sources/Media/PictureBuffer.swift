internal import CFFmpeg

/// A 24-bit BGR picture whose memory is kept while pictures come and go.
final class PictureBuffer {
    private(set) var width = 0
    private(set) var height = 0
    /// Bytes from one row to the next; a multiple of 64, with room for vector stores beyond the last pixel.
    private(set) var stride = 0
    private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    deinit { av_free(memory.baseAddress) }

    /// Makes room; the pixels are undefined afterwards.
    func resize(width: Int, height: Int) throws(MediaError) {
        self.width = width
        self.height = height
        stride = (width * 3 + 127) & ~63
        let needed = stride * height + 64
        // One huge picture shall not hold its memory for ever.
        let isWasteful = memory.count > 1 << 26 && memory.count / 4 > needed
        guard memory.count < needed || isWasteful else { return }
        av_free(memory.baseAddress)
        memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        // Zeroed, since swscale may read back what lies beyond the last pixel, which shall not be left to chance.
        guard let base = av_mallocz(needed) else {
            throw MediaError(
                .outOfMemory, operation: "av_mallocz",
                detail: "no memory for a picture of \(width) × \(height); process smaller pictures, or fewer at a time")
        }
        memory = UnsafeMutableRawBufferPointer(start: base, count: needed)
    }

    func row(_ y: Int) -> UnsafeMutablePointer<UInt8> {
        precondition(y >= 0 && y < height)
        guard let base = memory.baseAddress else { preconditionFailure("a picture has memory") }
        return (base + y * stride).assumingMemoryBound(to: UInt8.self)
    }

    /// Takes `source` turned by 90, 180 or 270 degrees.
    func setToRotated(_ source: PictureBuffer, clockwise degrees: Int) throws(MediaError) {
        let isTurned = degrees % 180 != 0
        try resize(width: isTurned ? source.height : source.width, height: isTurned ? source.width : source.height)
        // In squares, so that both the rows read and the rows written stay in the cache.
        let side = 64
        for top in Swift.stride(from: 0, to: height, by: side) {
            for left in Swift.stride(from: 0, to: width, by: side) {
                for y in top..<min(top + side, height) {
                    let target = row(y)
                    let (start, step) = source.walk(alongRow: y, rotatedBy: degrees)
                    var pixel = start + left * step
                    for x in left..<min(left + side, width) {
                        target[3 * x] = pixel[0]
                        target[3 * x + 1] = pixel[1]
                        target[3 * x + 2] = pixel[2]
                        pixel += step
                    }
                }
            }
        }
    }

    /// How to read row `y` of this picture as it is after turning it clockwise: the first pixel, and the bytes from one
    /// pixel to the next.
    func walk(alongRow y: Int, rotatedBy degrees: Int) -> (start: UnsafeMutablePointer<UInt8>, step: Int) {
        switch degrees {
        case 90: (row(height - 1) + 3 * y, -stride)
        case 180: (row(height - 1 - y) + 3 * (width - 1), -3)
        case 270: (row(0) + 3 * (width - 1 - y), stride)
        default: (row(y), 3)
        }
    }
}
