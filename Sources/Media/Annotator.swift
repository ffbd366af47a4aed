internal import Vision

/// Draws the objects of a video into its pictures: boxes, names, and the ways that objects have come.
///
/// Lines and letters grow with the picture. An object has the same colour in every frame, and in every video that is made
/// of the same results. An annotator remembers where objects were: give it the frames in order, each once.
public final class Annotator {
    /// What is drawn.
    public struct Options: Sendable, Hashable {
        /// Class, number and confidence above each box.
        public var showsLabels: Bool
        /// For how many frames an object's way stays visible; 0: none.
        public var trailFrames: Int
        /// The frame's number and time in the lower left corner.
        public var showsTime: Bool

        public init(showsLabels: Bool = true, trailFrames: Int = 30, showsTime: Bool = false) {
            self.showsLabels = showsLabels
            self.trailFrames = max(0, trailFrames)
            self.showsTime = showsTime
        }
    }

    private struct Step {
        var frame: Int
        var x, y: Double
    }

    /// A box in whole pixels.
    struct Area {
        var x, y, width, height: Int

        func overlaps(_ other: Area) -> Bool {
            x < other.x + other.width && other.x < x + width && y < other.y + other.height && other.y < y + height
        }
    }

    private let options: Options
    private var trails: [String: [Step]] = [:]

    public init(options: Options = Options()) {
        self.options = options
    }

    /// The colour in which an object is drawn, as CSS has it: `#1f77b4`.
    public static func cssColor(ofObject objectID: String) -> String {
        let color = CanvasColor.of(objectID)
        let digits = Array("0123456789abcdef")
        return "#"
            + String([color.red, color.green, color.blue].flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// Draws what is known of a frame over its picture.
    ///
    /// - Parameters:
    ///   - frame: the frame's index in the video.
    ///   - milliseconds: its time, for ``Options/showsTime``.
    ///   - scene: zones, lines and heat map, drawn below the objects; nil: none.
    public func draw(
        _ objects: [AnnotatedObject], frame: Int, milliseconds: Double = 0, scene: AnnotatedScene? = nil,
        on canvas: Canvas
    ) {
        let line = Self.lineWidth(height: canvas.height)
        if let scene { drawAreas(of: scene, line: line, on: canvas) }
        extendTrails(with: objects, frame: frame)
        drawTrails(frame: frame, line: line, on: canvas)
        // Boxes that matter more come later, over the others.
        let visible = objects.filter { Self.area(of: $0.box, in: canvas) != nil }
        for object in visible where object.objectID == nil { drawBox(of: object, line: line, on: canvas) }
        for object in visible where object.objectID != nil && object.isPredicted {
            drawBox(of: object, line: line, on: canvas)
        }
        for object in visible where object.objectID != nil && !object.isPredicted {
            drawBox(of: object, line: line, on: canvas)
        }
        var taken = scene.map { drawNames(of: $0, on: canvas) } ?? []
        if options.showsTime { taken.append(drawTime(frame: frame, milliseconds: milliseconds, on: canvas)) }
        guard options.showsLabels else { return }
        for object in visible where object.objectID != nil {
            drawTag(of: object, line: line, avoiding: &taken, on: canvas)
        }
        for object in visible where object.objectID == nil {
            drawTag(of: object, line: line, avoiding: &taken, on: canvas)
        }
    }

    /// Says over a grey picture that there is none to draw on.
    public func drawMissingPicture(on canvas: Canvas) {
        canvas.fill(CanvasColor(red: 64, green: 64, blue: 64))
        let scale = Self.textScale(height: canvas.height)
        let text = Array("no picture".unicodeScalars)
        let size = Canvas.size(of: text, scale: scale)
        canvas.write(
            text, x: (canvas.width - size.width) / 2, y: (canvas.height - size.height) / 2, scale: scale, .white)
    }

    /// Pixels that lines are wide in pictures of a height.
    static func lineWidth(height: Int) -> Int { max(2, (height + 120) / 240) }

    /// How large the font is written in pictures of a height.
    static func textScale(height: Int) -> Int { max(1, (height + 140) / 360) }

    // MARK: Boxes

    private func drawBox(of object: AnnotatedObject, line: Int, on canvas: Canvas) {
        guard let area = Self.area(of: object.box, in: canvas) else { return }
        let thin = max(1, line / 2)
        guard let objectID = object.objectID else {
            canvas.stroke(
                x: area.x, y: area.y, width: area.width, height: area.height, line: thin, .gray, opacity: 208)
            return
        }
        let color = CanvasColor.of(objectID)
        let width = object.isConfirmed && !object.isPredicted ? line : thin
        if !object.isPredicted {
            // A dark rim keeps bright lines visible before bright grounds.
            let rim = max(1, line / 3)
            canvas.stroke(
                x: area.x - rim, y: area.y - rim, width: area.width + 2 * rim, height: area.height + 2 * rim, line: rim,
                .black, opacity: 96)
        }
        canvas.stroke(
            x: area.x, y: area.y, width: area.width, height: area.height, line: width, color,
            dash: object.isPredicted ? 4 * line : nil)
    }

    /// A box in whole pixels; nil where nothing of it can be seen.
    private static func area(of box: BoundingBox, in canvas: Canvas) -> Area? {
        guard box.isValid, box.x1 < Double(canvas.width), box.y1 < Double(canvas.height), box.x2 > 0, box.y2 > 0 else {
            return nil
        }
        func pixel(_ value: Double) -> Int { Int(min(max(value, -1e6), 1e6).rounded()) }
        let (x, y) = (pixel(box.x1), pixel(box.y1))
        return Area(x: x, y: y, width: max(1, pixel(box.x2) - x), height: max(1, pixel(box.y2) - y))
    }

    // MARK: Tags

    private func drawTag(of object: AnnotatedObject, line: Int, avoiding taken: inout [Area], on canvas: Canvas) {
        guard let box = Self.area(of: object.box, in: canvas) else { return }
        let scale = Self.textScale(height: canvas.height)
        let margin = 2 * scale
        let text = Self.text(for: object, width: canvas.width, margin: margin, scale: scale)
        guard !text.isEmpty else { return }
        let size = Canvas.size(of: text, scale: scale)
        let width = size.width + 2 * margin
        // Below the base line there is room for descenders already.
        let height = size.height + margin
        guard height <= canvas.height else { return }
        let left = max(0, min(box.x, canvas.width - width))
        let right = max(0, min(box.x + box.width - width, canvas.width - width))
        func place(_ x: Int, _ y: Int) -> Area { Area(x: x, y: y, width: width, height: height) }
        let top = max(0, box.y)
        let places = [
            place(left, box.y - height), place(left, top), place(right, box.y - height), place(right, top),
            place(left, box.y + box.height), place(left, box.y + box.height - height),
        ].filter { $0.y >= 0 && $0.y + height <= canvas.height }
        let free = places.first { candidate in !taken.contains { $0.overlaps(candidate) } }
        let area = free ?? places.first ?? place(left, max(0, min(top, canvas.height - height)))
        taken.append(area)
        let color = object.objectID.map(CanvasColor.of) ?? .gray
        canvas.fill(
            x: area.x, y: area.y, width: width, height: height, color,
            opacity: object.objectID == nil || object.isPredicted ? 216 : 256)
        canvas.write(text, x: area.x + margin, y: area.y + margin, scale: scale, color.textColor)
    }

    /// The text of a tag, with as much as there is room for.
    private static func text(for object: AnnotatedObject, width: Int, margin: Int, scale: Int) -> [Unicode.Scalar] {
        let name = object.label + (object.trackID.map { " \($0)" } ?? "")
        let confidence = object.confidence.flatMap { $0.isFinite ? "  " + decimals($0) : nil } ?? ""
        let capacity = ((width - 2 * margin) / scale + 1) / BitmapFont.advance
        let scalars = Array((name + confidence).unicodeScalars)
        // In small pictures, a wide tag hides more than it tells.
        if scalars.count <= min(capacity, width / 2 / (scale * BitmapFont.advance)) { return scalars }
        return Array(name.unicodeScalars.prefix(max(0, capacity)))
    }

    /// Two decimals, without a locale.
    private static func decimals(_ value: Double) -> String {
        let hundredths = Int((min(max(value, 0), 1) * 100).rounded())
        return "\(hundredths / 100)." + String(hundredths % 100 + 100).dropFirst()
    }

    // MARK: Time

    private func drawTime(frame: Int, milliseconds: Double, on canvas: Canvas) -> Area {
        let scale = Self.textScale(height: canvas.height)
        let margin = 2 * scale
        let text = Array("\(frame)  \(Self.clock(milliseconds))".unicodeScalars)
        let size = Canvas.size(of: text, scale: scale)
        let height = size.height + margin
        let area = Area(x: 0, y: canvas.height - height, width: size.width + 2 * margin, height: height)
        canvas.fill(x: area.x, y: area.y, width: area.width, height: area.height, .black, opacity: 168)
        canvas.write(text, x: margin, y: area.y + margin, scale: scale, .white)
        return area
    }

    /// `1:02:03.456`, or `2:03.456`.
    static func clock(_ milliseconds: Double) -> String {
        guard milliseconds.isFinite, abs(milliseconds) < 1e15 else { return "?" }
        let whole = max(0, Int(milliseconds.rounded()))
        func padded(_ value: Int, _ digits: Int) -> String {
            String(repeating: "0", count: max(0, digits - String(value).count)) + String(value)
        }
        let (hours, minutes, seconds) = (whole / 3_600_000, whole / 60000 % 60, whole / 1000 % 60)
        let rest = "\(padded(seconds, 2)).\(padded(whole % 1000, 3))"
        return hours > 0 ? "\(hours):\(padded(minutes, 2)):\(rest)" : "\(minutes):\(rest)"
    }

    // MARK: Trails

    private func extendTrails(with objects: [AnnotatedObject], frame: Int) {
        guard options.trailFrames > 0 else { return }
        for object in objects {
            guard let objectID = object.objectID, object.box.isValid else { continue }
            trails[objectID, default: []].append(
                Step(
                    frame: frame, x: min(max((object.box.x1 + object.box.x2) / 2, -1e6), 1e6),
                    y: min(max(object.box.y2, -1e6), 1e6)))
        }
        for (objectID, steps) in trails {
            let kept = steps.drop { frame - $0.frame > options.trailFrames }
            if kept.count < steps.count { trails[objectID] = kept.isEmpty ? nil : Array(kept) }
        }
    }

    private func drawTrails(frame: Int, line: Int, on canvas: Canvas) {
        // Sorted, since the order of a dictionary changes from run to run.
        for (objectID, steps) in trails.sorted(by: { $0.key < $1.key }) {
            let points = steps.map { step in
                let freshness = 1 - Double(frame - step.frame) / Double(options.trailFrames + 1)
                return Canvas.PathPoint(
                    x: step.x, y: step.y, radius: Double(line) * (0.35 + 0.4 * freshness), opacity: 0.9 * freshness)
            }
            // What stands still has a box, and leaves no dot behind.
            let (xs, ys) = (points.map(\.x), points.map(\.y))
            guard let left = xs.min(), let right = xs.max(), let top = ys.min(), let bottom = ys.max(),
                max(right - left, bottom - top) >= Double(3 * line)
            else { continue }
            canvas.drawPath(points, color: CanvasColor.of(objectID))
        }
    }
}
