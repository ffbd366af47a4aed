import Testing

@testable import Synthesis

@Suite struct CanvasTests {
    private func square(_ x: Double, _ y: Double, _ side: Double) -> [Point] {
        [Point(x: x, y: y), Point(x: x + side, y: y), Point(x: x + side, y: y + side), Point(x: x, y: y + side)]
    }

    private func blue(_ canvas: Canvas, _ x: Int, _ y: Int) -> Int { Int(canvas.pixels[y * canvas.width + x] & 255) }

    @Test func `a pixel is covered by the share that the shape has in it`() {
        let canvas = Canvas(width: 16, height: 16)
        canvas.fill(square(2.25, 3.5, 4), Paint(.white))
        #expect(blue(canvas, 4, 5) == 255)
        #expect(abs(blue(canvas, 2, 5) - 191) <= 2)
        #expect(abs(blue(canvas, 4, 3) - 127) <= 2)
        #expect(abs(blue(canvas, 6, 5) - 64) <= 2)
        #expect(blue(canvas, 7, 5) == 0 && blue(canvas, 1, 5) == 0)
    }

    @Test func `shapes beyond the picture are cut and leave nothing behind`() {
        let canvas = Canvas(width: 20, height: 10)
        for offset in [(-50.0, -50.0), (-1000.3, 2.7), (15.2, -3.3), (-0.5, 9.5), (19.99, 9.99)] {
            canvas.fill(square(offset.0, offset.1, 40), Paint(.white))
        }
        canvas.fill([Point(x: -1e6, y: -3), Point(x: 1e6, y: 4), Point(x: 7, y: 1e6)], Paint(.white))
        canvas.fill(square(-5, -5, 100), Paint(.black))
        // A residue in the cells would shine through the next shape's edge.
        canvas.fill(square(8, 4, 2), Paint(.white))
        let lit = (0..<200).filter { canvas.pixels[$0] & 255 > 2 }
        #expect(lit == [88, 89, 108, 109])
    }

    @Test func `the last to cover a pixel owns it`() {
        let canvas = Canvas(width: 12, height: 12)
        canvas.begin(2)
        canvas.fill(square(0, 0, 8), Paint(.white))
        #expect(canvas.ownedPixels == 64)
        canvas.begin(3)
        canvas.fill(square(4, 0, 4), Paint(.black))
        canvas.fill(square(4, 0, 4), Paint(.white))
        #expect(canvas.ownedPixels == 16)
        canvas.begin(nil)
        canvas.fill(square(0, 0, 12), Paint(.black, opacity: 0.4))
        let film = Film(SceneConfiguration(width: 32, height: 32), random: RandomSource(seed: 1))
        #expect(OwnerCount(canvas, film: film, width: 12, height: 12, objects: 2).visible == [48, 16])
        // Only what lies within the picture counts.
        #expect(OwnerCount(canvas, film: film, width: 6, height: 2, objects: 2).visible == [8, 4])
    }

    @Test func `sine and cosine are right to nine digits`() {
        let known = [
            (0.0, 0.0), (1.0 / 12, 0.5), (0.125, 0.5.squareRoot()), (0.25, 1.0), (0.5, 0.0), (0.75, -1.0),
            (-3.25, -1.0), (7 + 1.0 / 6, 0.75.squareRoot()),
        ]
        for (turns, value) in known {
            #expect(abs(Trigonometry.sine(turns: turns) - value) < 1e-9)
            #expect(abs(Trigonometry.cosine(turns: turns - 0.25) - value) < 1e-9)
        }
    }
}
