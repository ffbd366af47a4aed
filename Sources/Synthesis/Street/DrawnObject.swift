/// What is known of an object when it has been drawn.
struct DrawnObject {
    /// Its key in the traffic.
    var key: Int
    var classID: Int
    /// The full extent, on the canvas and beyond.
    var extent: Extent
    /// The pixels of the canvas that it covered, before anything came in front of it.
    var pixels: Int
}
