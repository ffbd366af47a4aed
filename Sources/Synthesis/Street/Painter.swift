/// Draws what stands in the street: shapes in metres, lit by the day and veiled by the distance.
struct Painter {
    let camera: Camera
    let daylight: Daylight
    let canvas: Canvas
    /// Where the houses end the ground: no shadow falls beyond.
    let houses: Double

    /// A colour as it appears at a place.
    func shade(_ color: Color, at place: Vector, brightness: Double = 1) -> Color {
        veil((color * daylight.tint).scaled(brightness), depth: camera.depth(place))
    }

    /// Air makes what is far away look like the sky.
    func veil(_ color: Color, depth: Double) -> Color {
        color.mixed(daylight.skyBottom, min(max((depth - 12) / 260, 0), 0.45))
    }

    /// Pixels per metre at a place; 0 where it is not seen.
    func scale(at place: Vector) -> Double {
        let depth = camera.depth(place)
        return depth >= Camera.near ? camera.focal / depth : 0
    }

    /// A flat shape.
    func surface(
        _ polygon: [Vector], _ color: Color, normal: Vector = Vector(0, 1, 0), opacity: Double = 1, grain: Double = 0
    ) {
        guard let place = polygon.first else { return }
        let shaded = shade(color, at: place, brightness: daylight.brightness(normal))
        canvas.fill(camera.project(polygon), Paint(shaded, opacity: opacity, grain: grain))
    }

    /// A flat shape that shines by itself.
    func glow(_ polygon: [Vector], _ color: Color, opacity: Double = 1) {
        canvas.fill(camera.project(polygon), Paint(color, opacity: opacity))
    }

    /// A flat shape that darkens the ground.
    func shadow(_ polygon: [Vector], strength: Double? = nil) {
        let opacity = strength ?? daylight.shadowStrength
        let onGround = polygon.map { Vector($0.x, $0.y, min($0.z, houses)) }
        canvas.fill(camera.project(onGround), Paint(Color(0.05, 0.06, 0.14), opacity: opacity))
    }

    /// A rectangle on the ground.
    func ground(x: ClosedRange<Double>, z: ClosedRange<Double>, _ color: Color, y: Double = 0, grain: Double = 0) {
        surface(Painter.rectangle(x: x, z: z, y: y), color, grain: grain)
    }

    static func rectangle(x: ClosedRange<Double>, z: ClosedRange<Double>, y: Double = 0) -> [Vector] {
        [
            Vector(x.lowerBound, y, z.lowerBound), Vector(x.upperBound, y, z.lowerBound),
            Vector(x.upperBound, y, z.upperBound), Vector(x.lowerBound, y, z.upperBound),
        ]
    }

    /// A rectangle that stands along the street.
    static func wall(x: ClosedRange<Double>, y: ClosedRange<Double>, z: Double) -> [Vector] {
        [
            Vector(x.lowerBound, y.lowerBound, z), Vector(x.upperBound, y.lowerBound, z),
            Vector(x.upperBound, y.upperBound, z), Vector(x.lowerBound, y.upperBound, z),
        ]
    }

    /// A round limb from one place to another; radii in metres. Lit from one side.
    func limb(_ a: Vector, _ b: Vector, _ radiusA: Double, _ radiusB: Double, _ color: Color) {
        guard let from = camera.project(a), let to = camera.project(b) else { return }
        let ra = radiusA * scale(at: a)
        let rb = radiusB * scale(at: b)
        capsule(from, to, ra, rb, shade(color, at: a, brightness: 1.04), dark: shade(color, at: a, brightness: 0.8))
    }

    /// A ball.
    func ball(_ place: Vector, radius: Double, _ color: Color) {
        guard let point = camera.project(place) else { return }
        let r = radius * scale(at: place)
        disc(point, r, r, shade(color, at: place, brightness: 1.04), dark: shade(color, at: place, brightness: 0.84))
    }

    /// A lamp: a ball that shines by itself.
    func lamp(_ place: Vector, radius: Double, _ color: Color, opacity: Double = 1) {
        guard let point = camera.project(place) else { return }
        let r = max(radius * scale(at: place), 0.5)
        canvas.fill(
            Trigonometry.circle(radius: r).map { Point(x: point.x + $0.x * r, y: point.y + $0.y * r) },
            Paint(color, opacity: opacity))
    }

    /// An ellipse in the picture.
    func disc(_ center: Point, _ rx: Double, _ ry: Double, _ color: Color, dark: Color? = nil, grain: Double = 0) {
        let points = Trigonometry.circle(radius: max(rx, ry)).map {
            Point(x: center.x + $0.x * rx, y: center.y + $0.y * ry)
        }
        let side = daylight.shadow.x >= 0 ? rx : -rx
        let paint =
            dark.map {
                Paint(
                    color, to: $0, from: Point(x: center.x - side, y: center.y - ry * 0.6),
                    Point(x: center.x + side, y: center.y + ry * 0.6), grain: grain)
            } ?? Paint(color, grain: grain)
        canvas.fill(points, paint)
    }

    /// The outline of two circles and all between them, in the picture.
    func capsule(_ a: Point, _ b: Point, _ ra: Double, _ rb: Double, _ color: Color, dark: Color) {
        var dx = b.x - a.x
        var dy = b.y - a.y
        let length = (dx * dx + dy * dy).squareRoot()
        if length < 1e-6 { (dx, dy) = (0, 1) } else { (dx, dy) = (dx / length, dy / length) }
        let circle = Trigonometry.circle(radius: max(ra, rb))
        let quarter = circle.count / 4
        var points: [Point] = []
        points.reserveCapacity(circle.count + 2)
        // Half a turn around the end, then half a turn around the start.
        for step in -quarter...quarter {
            let c = circle[(step + circle.count) % circle.count]
            points.append(Point(x: b.x + (dx * c.x - dy * c.y) * rb, y: b.y + (dy * c.x + dx * c.y) * rb))
        }
        for step in quarter...3 * quarter {
            let c = circle[step % circle.count]
            points.append(Point(x: a.x + (dx * c.x - dy * c.y) * ra, y: a.y + (dy * c.x + dx * c.y) * ra))
        }
        guard max(ra, rb) > 1.5 else { return canvas.fill(points, Paint(color)) }
        // Shaded across the limb, from the sunny side to the other.
        let sunny = daylight.shadow.x >= 0 ? -1.0 : 1.0
        let across = dx.magnitude > dy.magnitude ? (x: 0.0, y: -1.0) : (x: sunny, y: 0.0)
        let middle = Point(x: (a.x + b.x) / 2, y: (a.y + b.y) / 2)
        let r = max(ra, rb)
        canvas.fill(
            points,
            Paint(
                color, to: dark, from: Point(x: middle.x + across.x * r * 0.3, y: middle.y + across.y * r * 0.3),
                Point(x: middle.x - across.x * r, y: middle.y - across.y * r)))
    }
}
