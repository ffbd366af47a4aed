import Testing
import Vision

@testable import Tracking

@Suite("Association by overlap")
struct OverlapAssociationTests {
    private func associate(_ rows: [BoundingBox], _ columns: [BoundingBox], threshold: Double = 0.3) -> [Int] {
        var association = OverlapAssociation()
        association.rows = rows
        association.columns.fill(count: columns.count) { columns[$0] }
        association.associate(threshold: threshold)
        return association.columnForRow
    }

    /// A box of 10 × 10 pixels.
    private func box(_ x: Double, _ y: Double = 0) -> BoundingBox {
        BoundingBox(x: x, y: y, width: 10, height: 10)
    }

    @Test("pairs nothing with nothing")
    func empty() {
        #expect(associate([], []).isEmpty)
        #expect(associate([box(0)], []) == [-1])
        #expect(associate([], [box(0)]).isEmpty)
    }

    @Test("keeps a pair exactly at the threshold and drops one below it")
    func threshold() {
        // Shifted by 5 of 10 pixels: 50 / 150.
        #expect(associate([box(0)], [box(5)], threshold: 1.0 / 3) == [0])
        #expect(associate([box(0)], [box(5)], threshold: 0.334) == [-1])
    }

    @Test("never pairs boxes that do not overlap, not even at threshold 0")
    func apart() {
        #expect(associate([box(0)], [box(10)], threshold: 0) == [-1])
        #expect(associate([box(0), box(500)], [box(1), box(100)], threshold: 0) == [0, -1])
    }

    @Test("prefers the larger sum to the largest single overlap")
    func sum() {
        // Row 0 overlaps both columns, more so column 0, which is all that row 1 has.
        #expect(associate([box(2), box(-3)], [box(1), box(5)]) == [1, 0])
    }

    @Test("takes pairs above the threshold as they are when they are one-to-one")
    func oneToOne() {
        // 0.333 is the only overlap above the threshold; the two of 0.25 would add up to more, but would be dropped.
        #expect(associate([box(0), box(11)], [box(5), box(-6)]) == [0, -1])
    }

    @Test("agrees with one assignment problem over all pairs", arguments: [UInt64(1), 2, 3])
    func matchesDense(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            func boxes() -> [BoundingBox] {
                (0..<Int.random(in: 1...12, using: &generator)).map { _ in
                    box(.random(in: 0...40, using: &generator), .random(in: 0...20, using: &generator))
                }
            }
            let (rows, columns) = (boxes(), boxes())
            let overlaps = rows.flatMap { row in columns.map { row.intersectionOverUnion($0) } }
            let above = overlaps.map { $0 > 0.3 }
            let isOneToOne =
                above.contains(true)
                && rows.indices.allSatisfy { i in columns.indices.filter { above[i * columns.count + $0] }.count <= 1 }
                && columns.indices.allSatisfy { j in rows.indices.filter { above[$0 * columns.count + j] }.count <= 1 }
            var expected = [Int](repeating: -1, count: rows.count)
            if isOneToOne {
                for i in rows.indices {
                    for j in columns.indices where above[i * columns.count + j] { expected[i] = j }
                }
            } else {
                var solver = LinearAssignment()
                solver.solve(overlaps, rows: rows.count, columns: columns.count, objective: .maximise)
                for (i, j) in solver.columnForRow.enumerated() where j >= 0 && overlaps[i * columns.count + j] >= 0.3 {
                    expected[i] = j
                }
            }
            #expect(associate(rows, columns) == expected)
        }
    }

    @Test("finds the largest sum in a crowd that is too large to be solved whole")
    func crowd() {
        var generator = SeededGenerator(seed: 4)
        let boxes = (0..<(LimitedAssociation.largestWhole * 3)).map { _ in
            box(.random(in: 0...120, using: &generator), .random(in: 0...80, using: &generator))
        }
        let (rows, columns) = (Array(boxes[..<190]), Array(boxes[190...]))
        let overlaps = rows.flatMap { row in columns.map { row.intersectionOverUnion($0) } }
        var solver = LinearAssignment()
        solver.solve(overlaps, rows: rows.count, columns: columns.count, objective: .maximise)
        let expected = solver.columnForRow.enumerated().map { row, column in
            column >= 0 && overlaps[row * columns.count + column] > 0 ? column : -1
        }
        #expect(associate(rows, columns, threshold: 0) == expected)
    }
}
