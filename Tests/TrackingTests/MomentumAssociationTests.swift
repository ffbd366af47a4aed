import Testing
import Vision

@testable import Tracking

@Suite("Association by overlap and momentum")
struct MomentumAssociationTests {
    private typealias Momentum = MomentumAssociation.Momentum

    private func direction(_ x: Double, _ y: Double) -> OCSORTTrack.Direction {
        OCSORTTrack.Direction(
            from: ObservedCentre(age: 0, x: 0, y: 0), to: ObservedCentre(age: 0, x: x, y: y))
    }

    private func box(_ x: Double, _ y: Double = 0, side: Double = 10) -> BoundingBox {
        BoundingBox(x: x, y: y, width: side, height: side)
    }

    private func problem(
        _ rows: [BoundingBox], scores: [Double]? = nil, _ columns: [BoundingBox], _ momenta: [Momentum]
    ) -> MomentumAssociation {
        var association = MomentumAssociation()
        association.rows = rows
        association.scores = scores ?? rows.map { _ in 1 }
        association.columns.fill(count: columns.count) { columns[$0] }
        association.momenta = momenta
        return association
    }

    @Test("pairs nothing with nothing")
    func empty() {
        let still = Momentum(direction: direction(0, 0), x: 0, y: 0)
        for (rows, columns) in [([], []), ([box(0)], []), ([], [box(0)]), ([box(0)], [box(50)])] {
            var association = problem(rows, columns, columns.map { _ in still })
            association.associate(threshold: 0.3, inertia: 0.2)
            #expect(association.columnForRow == rows.map { _ in LinearAssignment.unassigned })
        }
    }

    @Test("lets directions decide between equal overlaps")
    func directions() {
        let columns = [box(0), box(0)]
        // A track that moves right takes the detection to the right of where it was; the other stays for the other.
        let right = Momentum(direction: direction(1, 0), x: 5, y: 5)
        let left = Momentum(direction: direction(-1, 0), x: 5, y: 5)
        var association = problem([box(2), box(-2)], columns, [right, left])
        association.associate(threshold: 0.3, inertia: 0.2)
        #expect(association.columnForRow == [0, 1])
        association.momenta = [left, right]
        association.associate(threshold: 0.3, inertia: 0.2)
        #expect(association.columnForRow == [1, 0])
    }

    @Test("passes momentum over where overlaps are one-to-one already")
    func oneToOne() {
        let away = Momentum(direction: direction(-1, 0), x: 5, y: 5)
        var association = problem([box(2)], [box(0), box(100)], [away, away])
        association.associate(threshold: 0.3, inertia: 1)
        #expect(association.columnForRow == [0])
    }

    /// Boxes in a small space, so that many overlap, and some far off that do not.
    private func someProblem(
        _ generator: inout SeededGenerator
    ) -> (association: MomentumAssociation, columns: [BoundingBox]) {
        func boxes() -> [BoundingBox] {
            (0..<Int.random(in: 1...14, using: &generator)).map { _ in
                box(
                    .random(in: 0...60, using: &generator), .random(in: 0...30, using: &generator),
                    side: .random(in: 5...15, using: &generator))
            }
        }
        let (rows, columns) = (boxes(), boxes())
        let momenta = columns.map { _ in
            Momentum(
                direction: Bool.random(using: &generator)
                    ? direction(.random(in: -1...1, using: &generator), .random(in: -1...1, using: &generator))
                    : direction(0, 0),
                x: .random(in: 0...60, using: &generator), y: .random(in: 0...30, using: &generator))
        }
        let scores = rows.map { _ in Double.random(in: 0.1...1, using: &generator) }
        return (problem(rows, scores: scores, columns, momenta), columns)
    }

    @Test("agrees with one assignment problem over all pairs", arguments: [UInt64(1), 2, 3, 4])
    func matchesDense(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for inertia in [0.2, 1.0] {
            for _ in 0..<300 {
                var (association, columns) = someProblem(&generator)
                let rows = association.rows
                var overlaps: [Double] = []
                var weights: [Double] = []
                for (i, row) in rows.enumerated() {
                    for (j, momentum) in association.momenta.enumerated() {
                        let overlap = row.intersectionOverUnion(columns[j])
                        let way = OCSORTTrack.Direction(
                            from: ObservedCentre(age: 0, x: momentum.x, y: momentum.y),
                            to: ObservedCentre(row, age: 0))
                        let cosine = momentum.direction.x * way.x + momentum.direction.y * way.y
                        overlaps.append(overlap)
                        weights.append(overlap + arcSineOverPi(cosine) * inertia * association.scores[i])
                    }
                }
                let above = overlaps.map { $0 > 0.3 }
                let isOneToOne =
                    above.contains(true)
                    && rows.indices.allSatisfy { i in
                        (0..<columns.count).filter { above[i * columns.count + $0] }.count <= 1
                    }
                    && (0..<columns.count).allSatisfy { j in
                        rows.indices.filter { above[$0 * columns.count + j] }.count <= 1
                    }
                var expected = [Int](repeating: -1, count: rows.count)
                if isOneToOne {
                    for i in rows.indices {
                        for j in 0..<columns.count where above[i * columns.count + j] { expected[i] = j }
                    }
                } else {
                    var solver = LinearAssignment()
                    solver.solve(weights, rows: rows.count, columns: columns.count, objective: .maximise)
                    for (i, j) in solver.columnForRow.enumerated()
                    where j >= 0 && overlaps[i * columns.count + j] >= 0.3 { expected[i] = j }
                }
                association.associate(threshold: 0.3, inertia: inertia)
                #expect(association.columnForRow == expected)
            }
        }
    }
}
