import Testing

@testable import Tracking

@Suite("An appearance gallery")
struct AppearanceGalleryTests {
    private func vector(_ dimension: Int, _ generator: inout SeededGenerator) -> [Float] {
        let values = (0..<dimension).map { _ in Float.random(in: -1...1, using: &generator) }
        let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return values.map { $0 / length }
    }

    @Test("measures from the nearest of the latest vectors", arguments: [1, 7, 8, 9, 16, 20], [1, 3, 32])
    func nearest(budget: Int, dimension: Int) {
        var generator = SeededGenerator(seed: 4)
        var gallery = AppearanceGallery()
        var kept: [[Float]] = []
        for _ in 0..<70 {
            let new = vector(dimension, &generator)
            gallery.append(new, new.indices, budget: budget)
            kept = (kept + [new]).suffix(budget)
            #expect(gallery.count == kept.count)
            let other = vector(dimension, &generator)
            let expected = kept.map { 1 - zip($0, other).reduce(0) { $0 + $1.0 * $1.1 } }.min()!
            #expect(abs(gallery.distance(to: other, other.indices) - expected) < 1e-5)
        }
    }

    @Test("comes back from a snapshot as it was")
    func snapshots() throws {
        var generator = SeededGenerator(seed: 5)
        var gallery = AppearanceGallery()
        for _ in 0..<40 {
            var writer = SnapshotWriter(kind: "test", version: 1)
            gallery.write(to: &writer)
            var reader = try SnapshotReader(writer.finish(), kind: "test", versions: 1...1)
            #expect(try AppearanceGallery(from: &reader, dimension: 5, budget: 13) == gallery)
            try reader.finish()
            gallery.append(vector(5, &generator), 0..<5, budget: 13)
        }
    }

    @Test("is refused with numbers that are none or a count that cannot be")
    func damage() throws {
        func read(_ fields: (inout SnapshotWriter) -> Void) throws -> AppearanceGallery {
            var writer = SnapshotWriter(kind: "test", version: 1)
            fields(&writer)
            var reader = try SnapshotReader(writer.finish(), kind: "test", versions: 1...1)
            return try AppearanceGallery(from: &reader, dimension: 2, budget: 10)
        }
        func gallery(count: Int, oldest: Int, value: Float = 0.5) -> (inout SnapshotWriter) -> Void {
            { writer in
                writer.append(count)
                writer.append(oldest)
                writer.append([SIMD8](repeating: SIMD8(repeating: value), count: (max(count, 0) + 7) / 8 * 2))
            }
        }
        #expect(try read(gallery(count: 10, oldest: 9)).count == 10)
        for (count, oldest) in [(11, 0), (-1, 0), (3, 1), (10, 10), (10, -1)] {
            #expect(throws: SnapshotError.self) { try read(gallery(count: count, oldest: oldest)) }
        }
        for value in [Float.nan, .infinity, -.infinity] {
            #expect(throws: SnapshotError.self) { try read(gallery(count: 3, oldest: 0, value: value)) }
        }
        #expect(throws: SnapshotError.self) {
            try read {
                $0.append(10)
                $0.append(0)
            }
        }
    }
}
