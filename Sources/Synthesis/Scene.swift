internal import Vision

/// A street with people, bicycles and cars, drawn frame after frame, and the truth about who is where.
///
/// All that is seen follows from the configuration. Only additions, multiplications, divisions and square roots of
/// IEEE 754 and integer arithmetic are used, no function of a C library, so that a configuration gives the same bytes on
/// every machine.
///
/// Rendering is one pass from far to near; the last to cover a pixel owns it, and visibility is counted from the
/// owners. A bicycle is the bicycle alone; who rides it is a person with a box of their own.
public struct Scene: ~Copyable {
    /// The names of the classes, by class ID.
    public static let classNames = ["person", "bicycle", "car"]

    /// Objects with a smaller visible share are ignored in training and evaluation.
    public static let minimumVisibility = 0.25
    /// Objects whose clipped box is narrower or lower than this, in pixels, are ignored too.
    public static let minimumSide = 4.0

    /// What the scene was made from.
    public let configuration: SceneConfiguration
    /// When the scene plays.
    public let timeOfDay: TimeOfDay
    /// The frames rendered so far.
    public private(set) var renderedFrames = 0

    private let layout: StreetLayout
    private let painter: Painter
    private let canvas: Canvas
    private let background: Canvas
    private let furniture: [StreetItem]
    private let lights: [Vector]
    private var traffic: Traffic
    private var film: Film
    private var identities: [Int: Int] = [:]

    private static let furnitureOwner: UInt16 = 1

    public init(_ configuration: SceneConfiguration) throws(SceneError) {
        try configuration.validate()
        self.configuration = configuration
        var random = RandomSource(seed: configuration.seed)
        // Each part gets its own numbers: an option changes what it names and nothing else.
        var layoutRandom = random.fork()
        var lightRandom = random.fork()
        var furnitureRandom = random.fork()
        let drawingRandom = random.fork()
        let trafficRandom = random.fork()
        let filmRandom = random.fork()

        let chosen = lightRandom.pick(TimeOfDay.allCases)
        timeOfDay = configuration.timeOfDay ?? chosen
        var daylight = Daylight(timeOfDay, random: &lightRandom)
        if !configuration.hasShadows { daylight.shadowStrength = 0 }
        layout = StreetLayout(configuration, random: &layoutRandom)
        film = Film(configuration, random: filmRandom)
        let (width, height) = (configuration.width + 2 * film.margin, configuration.height + 2 * film.margin)
        let canvas = Canvas(width: width, height: height)
        self.canvas = canvas
        background = Canvas(width: width, height: height)
        var camera = layout.camera
        camera.center = Point(x: camera.center.x + Double(film.margin), y: camera.center.y + Double(film.margin))
        painter = Painter(camera: camera, daylight: daylight, canvas: canvas, houses: layout.farPavement.upperBound)

        let pieces = Furniture.scattered(layout, random: &furnitureRandom)
        let sceneryPainter = painter
        furniture = pieces.compactMap { piece in
            canvas.begin(Scene.furnitureOwner)
            piece.draw(with: sceneryPainter)
            return Sprite(takenFrom: canvas).map {
                StreetItem(.sprite($0), x: piece.place.x, z: piece.place.z, halfLength: 0.15, halfWidth: 0.15)
            }
        }
        lights = pieces.compactMap { if case .lightPost = $0.kind { $0.place } else { nil } }

        let backPainter = Painter(
            camera: camera, daylight: daylight, canvas: background, houses: layout.farPavement.upperBound)
        background.begin(nil)
        var backdrop = Backdrop(painter: backPainter, layout: layout, random: drawingRandom)
        backdrop.draw(time: timeOfDay)
        if configuration.hasShadows { for piece in pieces { piece.drawShadow(with: backPainter) } }
        traffic = Traffic(layout: layout, density: configuration.density, random: trafficRandom)
    }

    /// Draws the next frame and says what is on it.
    ///
    /// - Parameters:
    ///   - buffer: gets the picture from its top left: blue, green, red and 255 for each pixel.
    ///   - stride: the bytes from one row to the next, at least four times the width.
    /// - Returns: all that is in the picture, ordered by ID; hidden objects too, marked as ignored.
    public mutating func renderNext(into buffer: UnsafeMutableRawBufferPointer, stride: Int) -> [GroundTruthObject] {
        precondition(stride >= configuration.width * 4, "a row does not fit into the stride")
        precondition(
            buffer.count >= stride * (configuration.height - 1) + configuration.width * 4, "the buffer is too small")
        if renderedFrames > 0 {
            // Drivers react more often than a slow camera takes pictures.
            let steps = max(1, (10 / configuration.frameRate).rounded(.up))
            for _ in 0..<Int(steps) { traffic.advance(by: 1 / configuration.frameRate / steps) }
        }
        film.advance(to: Double(renderedFrames) / configuration.frameRate)
        canvas.copy(background)
        drawShadows()
        var drawn: [DrawnObject] = []
        var items = furniture
        for pedestrian in traffic.pedestrians {
            items.append(
                StreetItem(.pedestrian(pedestrian), x: pedestrian.x, z: pedestrian.z, halfLength: 0.25, halfWidth: 0.2))
        }
        for vehicle in traffic.vehicles {
            let half = if case .car(let look) = vehicle.body { look.width / 2 } else { 0.25 }
            items.append(
                StreetItem(
                    .vehicle(vehicle), x: x(vehicle), z: vehicle.z, halfLength: vehicle.length / 2, halfWidth: half))
        }
        for place in lights {
            items.append(StreetItem(.lamps(place), x: place.x, z: place.z - 0.2, halfLength: 0.05, halfWidth: 0.02))
        }
        for item in StreetItem.sorted(items, camera: painter.camera.position) { draw(item.content, &drawn) }
        film.expose(canvas, into: buffer, stride: stride)
        renderedFrames += 1
        return groundTruth(drawn)
    }

    private func x(_ vehicle: Vehicle) -> Double { vehicle.way * direction(vehicle) }
    private func direction(_ vehicle: Vehicle) -> Double { layout.lanes[vehicle.lane].direction }

    private func drawShadows() {
        canvas.begin(nil)
        for vehicle in traffic.vehicles {
            guard case .car(let look) = vehicle.body else { continue }
            let figure = CarFigure(
                look: look, base: Vector(x(vehicle), 0, vehicle.z), direction: direction(vehicle), isBraking: false)
            if configuration.hasShadows { figure.drawShadow(with: painter) }
            if painter.daylight.hasLampsOn, !vehicle.isParked { figure.drawBeams(with: painter) }
        }
        guard configuration.hasShadows else { return }
        for person in traffic.pedestrians {
            drawShadow(x: person.x, z: person.z, height: person.look.height, width: 0.2)
        }
        for vehicle in traffic.vehicles {
            guard case .bicycle = vehicle.body else { continue }
            drawShadow(x: x(vehicle), z: vehicle.z, height: 1.7, width: 0.3)
            painter.shadow(
                Painter.rectangle(x: x(vehicle) - 0.85...x(vehicle) + 0.85, z: vehicle.z - 0.06...vehicle.z + 0.06))
        }
    }

    private func drawShadow(x: Double, z: Double, height: Double, width: Double) {
        let (dx, dz) = (painter.daylight.shadow.x * height, painter.daylight.shadow.z * height)
        let feet = Trigonometry.circle8.map { Point(x: x + $0.x * width, y: z + $0.y * width * 0.7) }
        let head = Trigonometry.circle8.map { Point(x: x + dx + $0.x * width * 0.8, y: z + dz + $0.y * width * 0.6) }
        painter.shadow(ConvexHull.around(feet + head).map { Vector($0.x, 0, $0.y) })
    }

    private func draw(_ content: StreetItem.Content, _ drawn: inout [DrawnObject]) {
        switch content {
        case .sprite(let sprite):
            sprite.draw(on: canvas, owner: Scene.furnitureOwner)
        case .lamps(let place):
            drawLamps(place)
        case .pedestrian(let person):
            let figure = PersonFigure(person.look, base: Vector(person.x, 0, person.z), facing: person.facing)
            begin(drawn)
            figure.drawWalking(with: painter, phase: person.phase, gait: person.gait)
            finish(key: person.key, classID: 0, &drawn)
        case .vehicle(let vehicle):
            let base = Vector(x(vehicle), 0, vehicle.z)
            switch vehicle.body {
            case .car(let look):
                let figure = CarFigure(
                    look: look, base: base, direction: direction(vehicle),
                    isBraking: vehicle.isBraking && !vehicle.isParked)
                begin(drawn)
                figure.draw(with: painter, wheelPhase: -vehicle.wheelPhase * direction(vehicle))
                finish(key: vehicle.key, classID: 2, &drawn)
            case .bicycle(let look, let rider):
                let facing = Vector(direction(vehicle), 0, 0)
                let bicycle = BicycleFigure(look: look, base: base, facing: facing)
                begin(drawn)
                bicycle.draw(with: painter, phase: -vehicle.wheelPhase)
                finish(key: vehicle.key, classID: 1, &drawn)
                begin(drawn)
                PersonFigure(rider, base: base, facing: facing).drawRiding(
                    with: painter, seat: bicycle.seat, handlebar: bicycle.handlebar, pedal: bicycle.pedal,
                    phase: vehicle.wheelPhase * 0.45)
                finish(key: vehicle.key + 1, classID: 0, &drawn)
            }
        }
    }

    private func begin(_ drawn: [DrawnObject]) {
        // The owners end where 16 bits do; so many objects do not fit into a street.
        canvas.begin(UInt16(clamping: drawn.count + 2))
    }

    private func finish(key: Int, classID: Int, _ drawn: inout [DrawnObject]) {
        drawn.append(DrawnObject(key: key, classID: classID, extent: canvas.extent, pixels: canvas.ownedPixels))
    }

    private func drawLamps(_ place: Vector) {
        canvas.begin(Scene.furnitureOwner)
        let light = traffic.light
        let lit = light.isGreenForCars ? 2 : light.isAmber ? 1 : 0
        for (index, color) in [0xE8402C, 0xF2B632, 0x44C767].map(Color.init(hex:)).enumerated() {
            painter.lamp(
                place + Vector(0, 2.94 - 0.29 * Double(index), -0.12), radius: 0.095,
                index == lit ? color : color.scaled(0.22))
        }
    }

    private mutating func groundTruth(_ drawn: [DrawnObject]) -> [GroundTruthObject] {
        let counts = OwnerCount(
            canvas, film: film, width: configuration.width, height: configuration.height, objects: drawn.count)
        var objects: [GroundTruthObject] = []
        for (index, object) in drawn.enumerated() {
            let full = object.extent.moved(x: -film.origin.x, y: -film.origin.y)
            let seen = full.clipped(width: Double(configuration.width), height: Double(configuration.height))
            guard !seen.isEmpty else { continue }
            let share = object.pixels > 0 ? Double(counts.visible[index]) / Double(object.pixels) : 0
            // What was drawn on the canvas but not in the picture counts as clipped, not as hidden.
            let onCanvas = object.extent.clipped(width: Double(canvas.width), height: Double(canvas.height))
            let visibility = min(share * onCanvas.area / full.area, 1)
            let isSmall = seen.right - seen.left < Scene.minimumSide || seen.bottom - seen.top < Scene.minimumSide
            let id = identities[object.key] ?? identities.count + 1
            identities[object.key] = id
            objects.append(
                GroundTruthObject(
                    id: id, classID: object.classID,
                    box: BoundingBox(x1: seen.left, y1: seen.top, x2: seen.right, y2: seen.bottom),
                    visibility: visibility,
                    isIgnored: isSmall || visibility < Scene.minimumVisibility))
        }
        return objects.sorted { $0.id < $1.id }
    }
}
