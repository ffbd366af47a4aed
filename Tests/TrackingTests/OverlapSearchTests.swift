import Testing
import Vision

@testable import Tracking

@Suite("Search for overlaps")
struct OverlapSearchTests {
    @Test("finds what one comparison with each box finds, be they few or many", arguments: [0, 1, 7, 95, 96, 97, 400])
    func agreesWithEach(count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        var search = OverlapSearch(margin: 0)
        for width in [5.0, 60, 5000] {
            func box() -> BoundingBox {
                BoundingBox(
                    x: .random(in: -100...1000, using: &generator), y: .random(in: 0...500, using: &generator),
                    width: .random(in: 1...width, using: &generator), height: .random(in: 1...80, using: &generator))
            }
            let boxes = (0..<count).map { _ in box() }
            search.fill(count: count) { boxes[$0] }
            for asked in (0..<50).map({ _ in box() }) + boxes.prefix(50) {
                let foundCount = search.find(asked)
                let found = search.found[..<foundCount].map { ($0.column, $0.value) }
                let expected = boxes.enumerated().map { ($0, asked.intersectionOverUnion($1)) }.filter { $0.1 > 0 }
                #expect(found.map(\.0) == expected.map(\.0))
                #expect(zip(found, expected).allSatisfy { abs($0.1 - $1.1) < 1e-12 })
            }
        }
    }

    @Test("finds what is there among boxes that are no numbers, at one place, or far away")
    func oddBoxes() {
        let one = BoundingBox(x: 0, y: 0, width: 10, height: 10)
        let odd = BoundingBox(x1: .nan, y1: 0, x2: .infinity, y2: 1)
        let far = BoundingBox(x: 1e300, y: 0, width: 1e300, height: 1)
        var search = OverlapSearch(margin: 0)
        for boxes in [[one] + Array(repeating: odd, count: 200), [one] + Array(repeating: far, count: 200)] {
            search.fill(count: boxes.count) { boxes[$0] }
            #expect(search.find(one) == 1 && search.found[0].column == 0)
            #expect(search.find(odd) == 0)
        }
        search.fill(count: 200) { _ in one }
        #expect(search.find(one) == 200)
        #expect(search.found[..<200].map(\.column) == Array(0..<200))
    }

    @Test("measures whole pixels with a margin of 1")
    func margin() {
        let boxes = (0..<100).map { BoundingBox(x1: Double($0) * 10, y1: 0, x2: Double($0) * 10 + 9, y2: 9) }
        var search = OverlapSearch(margin: 1)
        search.fill(count: boxes.count) { boxes[$0] }
        #expect(search.find(boxes[50]) == 1 && search.found[0].column == 50 && search.found[0].value == 1)
    }
}
