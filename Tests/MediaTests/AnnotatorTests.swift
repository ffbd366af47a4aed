import Foundation
import Testing
import Vision

@testable import Media

@Suite struct AnnotatorTests {
    private static let id = "street-3f9a2c1b77aa:000046:00:car"

    private static func object(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, id: String? = id, label: String = "car",
        isConfirmed: Bool = true, isPredicted: Bool = false
    ) -> AnnotatedObject {
        AnnotatedObject(
            box: BoundingBox(x1: x1, y1: y1, x2: x2, y2: y2), label: label, confidence: 0.87, objectID: id,
            trackID: id == nil ? nil : 3, isConfirmed: isConfirmed, isPredicted: isPredicted)
    }

    private static func draw(
        _ objects: [AnnotatedObject], width: Int = 320, height: Int = 240, labels: Bool = false, time: Bool = false
    ) throws -> Canvas {
        let canvas = try Canvas(width: width, height: height)
        let annotator = Annotator(options: .init(showsLabels: labels, trailFrames: 0, showsTime: time))
        annotator.draw(objects, frame: 0, on: canvas)
        return canvas
    }

    private static func changed(_ canvas: Canvas) -> Int {
        (0..<canvas.height).reduce(0) { sum, y in
            sum + (0..<canvas.width).count { canvas.color(x: $0, y: y) != .black }
        }
    }

    // MARK: Boxes

    @Test("A box is drawn inside its edges, in the object's colour, and nowhere else")
    func box() throws {
        let canvas = try Self.draw([Self.object(50, 60, 150, 160)])
        let color = CanvasColor.of(Self.id)
        for (x, y) in [(50, 60), (51, 61), (100, 60), (149, 60), (149, 159), (50, 110), (100, 158)] {
            #expect(canvas.color(x: x, y: y) == color, "(\(x), \(y))")
        }
        for (x, y) in [(49, 110), (150, 110), (100, 59), (100, 160), (100, 62), (52, 110), (100, 110)] {
            #expect(canvas.color(x: x, y: y) == .black, "(\(x), \(y))")
        }
    }

    @Test("Boxes of tentative objects are thinner, predicted ones dashed, untracked ones grey")
    func kinds() throws {
        let color = CanvasColor.of(Self.id)
        let confirmed = try Self.changed(Self.draw([Self.object(50, 60, 150, 160)]))
        #expect(try Self.changed(Self.draw([Self.object(50, 60, 150, 160, isConfirmed: false)])) < confirmed)

        let predicted = try Self.draw([Self.object(50, 60, 150, 160, isPredicted: true)])
        let edge = (50..<150).map { predicted.color(x: $0, y: 60) }
        #expect(edge.count { $0 == color } == 52 && edge.count { $0 == .black } == 48)

        let untracked = try Self.draw([Self.object(50, 60, 150, 160, id: nil)]).color(x: 100, y: 60)
        #expect(untracked.red == untracked.green && untracked.green == untracked.blue && untracked.red > 100)
    }

    @Test(
        "Lines and letters grow with the picture", arguments: [(90, 2, 1), (432, 2, 1), (1080, 5, 3), (4320, 18, 12)])
    func sizes(height: Int, line: Int, text: Int) {
        #expect(Annotator.lineWidth(height: height) == line)
        #expect(Annotator.textScale(height: height) == text)
    }

    @Test("Half a box at the border is half drawn")
    func border() throws {
        let canvas = try Self.draw([Self.object(-50, -50, 40, 30)])
        let color = CanvasColor.of(Self.id)
        #expect(canvas.color(x: 39, y: 0) == color && canvas.color(x: 0, y: 29) == color)
        #expect(canvas.color(x: 0, y: 0) == .black)
    }

    @Test(
        "Nothing traps, in pictures of any size",
        arguments: [(1, 1), (2, 3), (16, 9), (160, 90), (1000, 1), (1, 1000), (7680, 4320)])
    func nothingTraps(width: Int, height: Int) throws {
        let (w, h) = (Double(width), Double(height))
        var objects = [
            Self.object(.nan, 0, 10, 10), Self.object(0, 0, .infinity, 10), Self.object(10, 10, 5, 5),
            Self.object(-1e300, -1e300, 1e300, 1e300), Self.object(-5, -5, -1, -1), Self.object(w, h, w + 5, h + 5),
            Self.object(w - 1, h - 1, w, h), Self.object(0, 0, w, h), Self.object(0, 0, 1e-9, 1e-9),
            Self.object(0, 0, w, h, label: ""), Self.object(0, 0, w, h, label: "日本語 🚗\n\u{0}"),
            Self.object(0, 0, w, h, label: String(repeating: "x", count: 10_000)),
            Self.object(-100, h / 2, 3 * w, h, id: nil), Self.object(-1e9, -3, 1e9, 3, isPredicted: true),
        ]
        objects[7].confidence = .nan
        objects[8].confidence = -.infinity
        let canvas = try Canvas(width: width, height: height)
        let annotator = Annotator(options: .init(trailFrames: 5, showsTime: true))
        for frame in 0..<3 {
            let moved = objects.map { object in
                var object = object
                object.box.x2 += Double(frame)
                object.box.y2 += Double(frame)
                return object
            }
            annotator.draw(moved, frame: frame, milliseconds: frame == 2 ? .nan : 1e18, on: canvas)
        }
        annotator.draw([], frame: .max, on: canvas)
        annotator.drawMissingPicture(on: canvas)
    }

    // MARK: Tags

    @Test(
        "A tag is whole, wherever the box is",
        arguments: [(0, 0), (316, 0), (0, 236), (316, 236), (-2, -2), (150, 100), (318, 238)])
    func tagInside(x: Int, y: Int) throws {
        let object = Self.object(Double(x), Double(y), Double(x) + 4, Double(y) + 4, label: "person")
        let canvas = try Self.draw([object], labels: true)
        let color = CanvasColor.of(Self.id)
        let text = Canvas.size(of: Array("person 3  0.87".unicodeScalars), scale: 1)
        let background = (0..<240).reduce(0) { sum, y in
            sum + (0..<320).count { canvas.color(x: $0, y: y) == color || canvas.color(x: $0, y: y) == color.textColor }
        }
        // Black text cannot be told from the ground: what is missing are the letters.
        #expect(background >= (text.width + 4) * (text.height + 2))
    }

    @Test("Tags of boxes at the same place do not cover each other")
    func tagsApart() throws {
        let ids = ["a:0:0:x", "b:0:0:x", "c:0:0:x"]
        let canvas = try Self.draw(ids.map { Self.object(100, 100, 200, 180, id: $0) }, labels: true)
        let height = Canvas.size(of: [], scale: 1).height + 2
        let width = Canvas.size(of: Array("car 3  0.87".unicodeScalars), scale: 1).width + 4
        for id in ids {
            let color = CanvasColor.of(id)
            let count = (0..<240).reduce(0) { sum, y in
                sum + (0..<320).count { canvas.color(x: $0, y: y) == color }
            }
            #expect(count > width * height / 2)
        }
    }

    @Test("The time stands in the lower left corner")
    func time() throws {
        let canvas = try Self.draw([], time: true)
        let white = (0..<240).flatMap { y in (0..<320).filter { canvas.color(x: $0, y: y) == .white }.map { ($0, y) } }
        #expect(white.count > 30)
        #expect(white.allSatisfy { $0.0 < 100 && $0.1 > 225 })
    }

    @Test(
        "Times are written as people do",
        arguments: [(0, "0:00.000"), (4960, "0:04.960"), (3_723_456.4, "1:02:03.456"), (-5, "0:00.000"), (.nan, "?")])
    func clock(milliseconds: Double, text: String) {
        #expect(Annotator.clock(milliseconds) == text)
    }

    // MARK: Trails

    @Test("The way of an object fades, and ends after as many frames as asked for")
    func trail() throws {
        let annotator = Annotator(options: .init(showsLabels: false, trailFrames: 10))
        var canvas = try Canvas(width: 320, height: 240)
        for frame in 0..<20 {
            canvas = try Canvas(width: 320, height: 240)
            annotator.draw([Self.object(Double(frame * 10), 20, Double(frame * 10) + 20, 60)], frame: frame, on: canvas)
        }
        func brightness(_ x: Int) -> Int {
            let color = canvas.color(x: x, y: 60)
            return Int(color.red) + Int(color.green) + Int(color.blue)
        }
        // Bottom centres were at 10, 20, … 200; the box is drawn over the last two.
        #expect(brightness(170) > brightness(140) && brightness(140) > brightness(110) && brightness(110) > 0)
        #expect(brightness(80) == 0)
        canvas = try Canvas(width: 320, height: 240)
        annotator.draw([], frame: 40, on: canvas)
        #expect(Self.changed(canvas) == 0)
    }

    // MARK: Colours and letters

    @Test("Colours follow from the ID, differ between objects, and carry text that can be read")
    func colors() {
        let ids = (0..<400).map { "street-3f9a2c1b77aa:\($0):00:person" }
        let colors = ids.map(CanvasColor.of)
        #expect(colors == ids.map(CanvasColor.of))
        #expect(Set(colors).count > 35)
        for color in Set(colors) {
            let luminance = Self.luminance(color)
            let text = Self.luminance(color.textColor)
            #expect((max(luminance, text) + 0.05) / (min(luminance, text) + 0.05) > 4.5, "\(color)")
            #expect(luminance > 0.1, "\(color)")
        }
        // The same on every machine and in every version: results that are shown again look the same.
        #expect(CanvasColor.of(Self.id) == CanvasColor.of("street-3f9a2c1b77aa:000046:00:car"))
    }

    private static func luminance(_ color: CanvasColor) -> Double {
        func linear(_ value: UInt8) -> Double {
            let value = Double(value) / 255
            return value <= 0.03928 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
    }

    @Test("Every printable character has a glyph of its own")
    func glyphs() {
        let glyphs = (32..<127).compactMap(Unicode.Scalar.init).map { Array(BitmapFont.glyph($0)) }
        #expect(Set(glyphs).count == 95)
        #expect(glyphs.allSatisfy { $0.count == 9 && $0.allSatisfy { $0 < 32 } })
        #expect(Array(BitmapFont.glyph("I")) == [14, 4, 4, 4, 4, 4, 14, 0, 0])
        #expect(Array(BitmapFont.glyph("é")) == [31, 17, 17, 17, 17, 17, 31, 0, 0])
    }

    // MARK: Pictures

    @Test("A canvas holds the picture as displayed", arguments: [0, 90, 180, 270])
    func picture(rotation: Int) throws {
        var bytes = [UInt8](repeating: 0, count: 100 * 70 * 3)
        for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: index &* 2_654_435_761 >> 7) }
        let frame = try VideoFrame(raw: bytes, pixelFormat: "bgr24", width: 100, height: 70, rotation: rotation)
        let canvas = try Canvas(width: frame.width, height: frame.height)
        try canvas.setToPicture(frame)
        let expected = try FrameScaler(width: 32, height: 32, mode: .exact).bgrBytes(of: frame)
        let differences = (0..<frame.height).reduce(0) { sum, y in
            sum
                + (0..<frame.width).count { x in
                    let at = (y * frame.width + x) * 3
                    return canvas.color(x: x, y: y)
                        != CanvasColor(red: expected[at + 2], green: expected[at + 1], blue: expected[at])
                }
        }
        #expect(differences == 0)
    }

    @Test(
        "An annotated video has the source's frames, times and orientation", arguments: [Clip.variableRate, .rotated])
    func wholeVideo(clip: Clip) throws {
        let source = try clip.make()
        let target = Clip.path("annotated-\(clip.fileName)")
        let demuxer = try Demuxer(path: source)
        let stream = demuxer.stream
        let splitter = ChunkSplitter(demuxer: demuxer, targetSeconds: 1, maxBytes: 64 << 20)
        let canvas = try Canvas(width: stream.width, height: stream.height)
        let encoder = try VideoEncoder(
            path: target, width: canvas.width, height: canvas.height, frameRate: try #require(stream.frameRate),
            timeBase: stream.timeBase, quality: .high)
        let annotator = Annotator()
        while let chunk = try splitter.next() {
            let decoder = try ChunkDecoder(bytes: chunk.bytes, info: chunk.decodingInfo(name: "chunk"))
            while let frame = try decoder.next() {
                try canvas.setToPicture(try #require(frame.image))
                annotator.draw([Self.object(20, 20, 60, 60)], frame: frame.index, on: canvas)
                try canvas.withPixels {
                    try encoder.append(bgra: $0, stride: canvas.stride, pts: frame.pts - chunk.startPTS)
                }
            }
        }
        try encoder.finish()

        let before = try VideoEncoderTests.decode(source)
        let after = try VideoEncoderTests.decode(target)
        #expect(after.count == clip.frameCount)
        #expect(
            after.map { Int(($0.milliseconds * 10).rounded()) } == before.map { Int(($0.milliseconds * 10).rounded()) })
        #expect(try Demuxer(path: target).stream.rotation == 0)
        let (first, last) = (try #require(before.last), try #require(after.last))
        #expect((first.width, first.height) == (last.width, last.height))
        // Where nothing is drawn, the picture is the source's.
        let range = (last.height - 20) * last.width * 3..<last.bgr.count
        let error =
            range.reduce(0.0) { $0 + pow(Double(first.bgr[$1]) - Double(last.bgr[$1]), 2) } / Double(range.count)
        #expect(error < 60)
        // FFmpeg's own tools agree.
        let times = try FFmpegTool.frames(of: source).map { Self.seconds($0.time) }
        let written = try FFmpegTool.frames(of: target).map { Self.seconds($0.time) }
        #expect(written.count == times.count)
        for (written, time) in zip(written, times) { #expect(abs(written - (time - times[0])) < 1e-6) }
    }

    private static func seconds(_ fraction: String) -> Double {
        let parts = fraction.split(separator: "/").compactMap { Double($0) }
        return parts[0] / parts[1]
    }
}
