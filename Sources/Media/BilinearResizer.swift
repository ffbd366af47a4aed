internal import CPixels

/// Bilinear scaling of 24-bit pictures with the very arithmetic of OpenCV's `resize(…, INTER_LINEAR)`.
///
/// Detectors are trained on pictures scaled that way, and 8-bit rounding decides about detections near a threshold. Pixel
/// `x` of the target lies at `(x + 0.5) × source / target − 0.5` in the source; both its neighbours there get weights in
/// units of 1/2048, rounded half to even. Columns are blended first. The sums lose 4 bits, so that they fit 16 bits, are
/// multiplied by the rows' weights, lose 16 bits each, and are rounded from quarters. Exact halving so becomes the mean of
/// 2 × 2 pixels, rounded half up.
final class BilinearResizer {
    /// One row of the scaled picture, still as the two rows that it is blended from.
    struct Row {
        /// From the top, from 0.
        let index: Int
        /// Pixels.
        let count: Int
        fileprivate let upper, lower: UnsafePointer<Int16>
        fileprivate let upperWeight, lowerWeight: Int32

        /// Writes one channel's values, 0…1.
        ///
        /// - Parameter channel: 0 for the first of a pixel's three bytes.
        func blend(channel: Int, into target: UnsafeMutablePointer<Float>) {
            lapwing_blend_rows(
                upper + channel * count, lower + channel * count, upperWeight, lowerWeight, count, target)
        }
    }

    /// Between which two pixels of the source a pixel of the target lies.
    private struct Tap {
        var first, second: Int32
        var firstWeight, secondWeight: Int32
    }

    /// Where in a row of the source, in bytes, the left neighbour of each target pixel begins, and both weights, the left
    /// one in the lower 16 bits.
    private var columns: (first: [Int32], weights: [Int32]) = ([], [])
    private var rows: [Tap] = []
    private var sizes: [Int] = []
    /// Two rows of the source, blended to the target's width, three channels one after the other.
    private var blended: (UnsafeMutableBufferPointer<Int16>, UnsafeMutableBufferPointer<Int16>) = (
        UnsafeMutableBufferPointer(start: nil, count: 0), UnsafeMutableBufferPointer(start: nil, count: 0)
    )

    deinit {
        blended.0.deallocate()
        blended.1.deallocate()
    }

    /// Scales `source` to `width` × `height` and hands it to `body` row by row, from the top.
    func resize(_ source: PictureBuffer, width: Int, height: Int, body: (Row) -> Void) {
        let whole = PixelRectangle(x: 0, y: 0, width: source.width, height: source.height)
        resize(source, part: whole, width: width, height: height, body: body)
    }

    /// As ``resize(_:width:height:body:)`` of the picture that `part` is when cut out: what lies around it has no influence.
    ///
    /// - Precondition: `part` lies within `source` and is not empty.
    func resize(_ source: PictureBuffer, part: PixelRectangle, width: Int, height: Int, body: (Row) -> Void) {
        precondition(width > 0 && height > 0 && part.width > 0 && part.height > 0)
        precondition(part.x >= 0 && part.y >= 0 && part.maxX <= source.width && part.maxY <= source.height)
        prepare([part.width, part.height, width, height])
        func row(_ y: Int) -> UnsafePointer<UInt8> { UnsafePointer(source.row(part.y + y) + 3 * part.x) }
        guard var one = blended.0.baseAddress, var two = blended.1.baseAddress else { return }
        // Which rows of the source `one` and `two` hold.
        var (oneIndex, twoIndex): (Int32, Int32) = (-1, -1)
        for y in 0..<height {
            let tap = rows[y]
            if tap.first != oneIndex {
                if tap.first == twoIndex {
                    (one, two) = (two, one)
                    (oneIndex, twoIndex) = (twoIndex, oneIndex)
                } else {
                    blendColumns(of: row(Int(tap.first)), into: one)
                    oneIndex = tap.first
                }
            }
            if tap.second != tap.first, tap.second != twoIndex {
                blendColumns(of: row(Int(tap.second)), into: two)
                twoIndex = tap.second
            }
            body(
                Row(
                    index: y, count: width, upper: one, lower: tap.second == tap.first ? one : two,
                    upperWeight: tap.firstWeight, lowerWeight: tap.secondWeight))
        }
    }

    private func blendColumns(of row: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<Int16>) {
        lapwing_blend_columns(row, columns.first, columns.weights, columns.first.count, target)
    }

    private func prepare(_ sizes: [Int]) {
        guard sizes != self.sizes else { return }
        self.sizes = sizes
        // At the right edge a pixel has one neighbour alone; at the lower edge it has the last row twice, with weights that
        // still are of two: rounding differs.
        let taps = Self.taps(source: sizes[0], target: sizes[2], dropsBeyondEdge: true)
        columns = (taps.map { 3 * $0.first }, taps.map { $0.firstWeight | $0.secondWeight << 16 })
        rows = Self.taps(source: sizes[1], target: sizes[3], dropsBeyondEdge: false)
        let needed = 3 * sizes[2]
        if blended.0.count < needed {
            blended.0.deallocate()
            blended.1.deallocate()
            blended = (.allocate(capacity: needed), .allocate(capacity: needed))
            blended.0.initialize(repeating: 0)
            blended.1.initialize(repeating: 0)
        }
    }

    private static func taps(source: Int, target: Int, dropsBeyondEdge: Bool) -> [Tap] {
        let scale = 1 / (Double(target) / Double(source))
        return (0..<target).map { index in
            let position = Float((Double(index) + 0.5) * scale - 0.5)
            var first = Int(position.rounded(.down))
            var fraction = position - Float(first)
            if dropsBeyondEdge, first < 0 { (first, fraction) = (0, 0) }
            if dropsBeyondEdge, first >= source - 1 { (first, fraction) = (source - 1, 0) }
            func weight(_ share: Float) -> Int32 { Int32((share * 2048).rounded(.toNearestOrEven)) }
            return Tap(
                first: Int32(min(max(first, 0), source - 1)), second: Int32(min(max(first + 1, 0), source - 1)),
                firstWeight: weight(1 - fraction), secondWeight: weight(fraction))
        }
    }
}
