/// What a shape is filled with.
struct Paint {
    var color: Color
    /// 0…1.
    var opacity = 1.0
    /// A second colour, and the places in the picture where the first and the second are pure.
    var gradient: (to: Color, start: Point, end: Point)?
    /// How much each pixel differs from the next, in levels of 255.
    var grain = 0.0

    init(_ color: Color, opacity: Double = 1, grain: Double = 0) {
        self.color = color
        self.opacity = opacity
        self.grain = grain
    }

    init(_ color: Color, to other: Color, from start: Point, _ end: Point, opacity: Double = 1, grain: Double = 0) {
        self.color = color
        self.opacity = opacity
        self.grain = grain
        gradient = (other, start, end)
    }
}
