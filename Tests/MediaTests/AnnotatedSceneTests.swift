import Testing
import Vision

@testable import Media

@Suite("Zones, lines and heat maps on pictures")
struct AnnotatedSceneTests {
    private typealias Point = AnnotatedScene.Point

    private static func draw(_ scene: AnnotatedScene, width: Int = 320, height: Int = 240) throws -> Canvas {
        let canvas = try Canvas(width: width, height: height)
        canvas.fill(CanvasColor(red: 100, green: 100, blue: 100))
        Annotator(options: .init(trailFrames: 0)).draw([], frame: 0, scene: scene, on: canvas)
        return canvas
    }

    private static let ground = CanvasColor(red: 100, green: 100, blue: 100)

    private static func isChanged(_ canvas: Canvas, _ x: Int, _ y: Int) -> Bool {
        canvas.color(x: x, y: y) != ground
    }

    @Test("A zone is tinted inside, has a bright border, and nothing of it is outside, but its name above it")
    func zone() throws {
        let canvas = try Self.draw(
            AnnotatedScene(zones: [
                .init(
                    text: "gate",
                    polygon: [Point(x: 50, y: 80), Point(x: 250, y: 80), Point(x: 250, y: 200), Point(x: 50, y: 200)])
            ]))
        // Inside: 40 parts of 256 of (0, 200, 255) over 100.
        #expect(canvas.color(x: 150, y: 140) == CanvasColor(red: 84, green: 115, blue: 124))
        for (x, y) in [(50, 140), (250, 140), (150, 200), (200, 80)] {
            let color = canvas.color(x: x, y: y)
            #expect(color.blue > 180 && color.red < 80, "(\(x), \(y)): \(color)")
        }
        for (x, y) in [(44, 140), (256, 140), (150, 206), (200, 74), (20, 20)] {
            #expect(!Self.isChanged(canvas, x, y), "(\(x), \(y))")
        }
        #expect((66..<79).contains { y in (50..<80).contains { Self.isChanged(canvas, $0, y) } })
    }

    @Test("A polygon that goes in has no tint where it goes in")
    func concave() throws {
        // A U: open at its top between 120 and 200.
        let canvas = try Self.draw(
            AnnotatedScene(zones: [
                .init(
                    text: "",
                    polygon: [(60, 60), (120, 60), (120, 150), (200, 150), (200, 60), (260, 60), (260, 200), (60, 200)]
                        .map { Point(x: $0.0, y: $0.1) })
            ]))
        #expect(Self.isChanged(canvas, 90, 100) && Self.isChanged(canvas, 230, 100) && Self.isChanged(canvas, 160, 180))
        #expect(!Self.isChanged(canvas, 160, 100))
    }

    @Test("A line's arrow points to its right: downwards where it goes from left to right")
    func line() throws {
        let down = try Self.draw(
            AnnotatedScene(lines: [.init(text: "", from: Point(x: 40, y: 120), to: Point(x: 280, y: 120))]))
        #expect(Self.isChanged(down, 60, 120) && Self.isChanged(down, 260, 120))
        #expect(Self.isChanged(down, 160, 130) && !Self.isChanged(down, 160, 110))
        let up = try Self.draw(
            AnnotatedScene(lines: [.init(text: "", from: Point(x: 280, y: 120), to: Point(x: 40, y: 120))]))
        #expect(!Self.isChanged(up, 160, 130) && Self.isChanged(up, 160, 110))
        // From above to below, right is to the left of the picture.
        let left = try Self.draw(
            AnnotatedScene(lines: [.init(text: "", from: Point(x: 160, y: 40), to: Point(x: 160, y: 200))]))
        #expect(Self.isChanged(left, 150, 120) && !Self.isChanged(left, 170, 120))
    }

    @Test("The heat map is red where most was, fainter around it, and nothing where nothing was")
    func heat() throws {
        var counts = [Int](repeating: 0, count: 16 * 12)
        for row in 2...4 { for column in 2...4 { counts[row * 16 + column] = 90 } }
        counts[9 * 16 + 12] = 10
        let canvas = try Self.draw(AnnotatedScene(heat: .init(counts: counts, columns: 16, final: counts)))
        // Cells are of 20 × 20 pixels: the middle of (3, 3) is (70, 70).
        let hot = canvas.color(x: 70, y: 70)
        #expect(hot.red > 180 && hot.green < 90 && hot.blue < 60, "\(hot)")
        let faint = canvas.color(x: 250, y: 190)
        #expect(faint != Self.ground && faint.red < 100, "\(faint)")
        #expect(!Self.isChanged(canvas, 300, 20) && !Self.isChanged(canvas, 10, 230))
    }

    @Test("A grid of zeros, a peak of zero, names longer than the picture, places that are none: nothing breaks")
    func odd() throws {
        let empty = try Self.draw(AnnotatedScene(heat: .init(counts: [0, 0], columns: 2, final: [0, 0])))
        #expect((0..<240).allSatisfy { y in (0..<320).allSatisfy { !Self.isChanged(empty, $0, y) } })
        let one = try Self.draw(AnnotatedScene(heat: .init(counts: [3], columns: 1, final: [3])), width: 16, height: 16)
        #expect(one.color(x: 0, y: 15).red > 180)
        let text = String(repeating: "long ", count: 100)
        let far = Point(x: 1e9, y: -1e9)
        _ = try Self.draw(
            AnnotatedScene(
                zones: [
                    .init(text: text, polygon: [far, Point(x: -1e9, y: 1e9), Point(x: 5, y: 5)]),
                    .init(text: text, polygon: [Point(x: .nan, y: 1), Point(x: 2, y: .infinity), far]),
                    .init(text: "", polygon: []),
                ],
                lines: [
                    .init(text: text, from: far, to: far),
                    .init(text: "x", from: Point(x: .nan, y: .nan), to: Point(x: 1, y: 1)),
                ]), width: 20, height: 10)
    }
}
