extension Double {
    /// The greatest `Float` that is not greater than this: a `Float` exceeds this number just when it exceeds that one.
    package var roundedDownToFloat: Float {
        let nearest = Float(self)
        return Double(nearest) > self ? nearest.nextDown : nearest
    }
}
