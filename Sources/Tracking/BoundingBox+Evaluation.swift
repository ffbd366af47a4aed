internal import Vision

extension BoundingBox {
    /// Whether it meets the conditions that some papers' evaluations put on boxes.
    ///
    /// - Parameters:
    ///   - minArea: the area, in square pixels, that it must exceed; 0: any.
    ///   - maxAspect: the largest width / height; 0: any.
    func meets(minArea: Double, maxAspect: Double) -> Bool {
        (minArea <= 0 || area > minArea) && (maxAspect <= 0 || width / height <= maxAspect)
    }
}
