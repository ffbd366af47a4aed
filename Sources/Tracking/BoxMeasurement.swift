internal import Vision

/// What a detection's box says to a filter with noise in proportion to the box: its centre and its sides.
struct BoxMeasurement: Sendable, Equatable {
    var x, y, width, height: Double

    /// Nil for a box that is not valid or too small or too far out to be measured; see ``SORTMeasurement/sides``.
    init?(_ box: BoundingBox) {
        let width = box.width
        let height = box.height
        let sides = SORTMeasurement.sides
        // False for NaN.
        guard sides.contains(width), sides.contains(height), box.x1.magnitude <= sides.upperBound,
            box.y1.magnitude <= sides.upperBound
        else { return nil }
        x = box.x1 + width / 2
        y = box.y1 + height / 2
        self.width = width
        self.height = height
    }
}
