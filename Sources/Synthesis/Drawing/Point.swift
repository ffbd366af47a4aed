/// A place in the picture, in pixels: the first pixel reaches from 0 to 1.
struct Point {
    var x: Double
    var y: Double
}
