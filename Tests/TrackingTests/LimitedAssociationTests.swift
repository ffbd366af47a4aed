import Testing

@testable import Tracking

@Suite("Assignment with a limit to the cost")
struct LimitedAssociationTests {
    /// The least cost of the extended problem, solved as it is written.
    private func extendedCost(_ costs: [[Double]], columns: Int, limit: Double) -> Double {
        let rows = costs.count
        let size = rows + columns
        var matrix = [Double](repeating: 0, count: size * size)
        for i in 0..<rows {
            for j in 0..<columns { matrix[i * size + j] = costs[i][j] }
            for j in columns..<size { matrix[i * size + j] = limit / 2 }
        }
        for i in rows..<size {
            for j in 0..<columns { matrix[i * size + j] = limit / 2 }
        }
        var assignment = LinearAssignment()
        assignment.solve(matrix, rows: size, columns: size)
        return (0..<size).reduce(0) { $0 + matrix[$1 * size + assignment.columnForRow[$1]] }
    }

    @Test("costs what the extended problem costs, for matrices of all shapes and densities")
    func optimality() {
        var generator = SeededGenerator(seed: 5)
        var association = LimitedAssociation()
        for _ in 0..<1500 {
            let rows = Int.random(in: 0...9, using: &generator)
            let columns = Int.random(in: 0...9, using: &generator)
            let density = Double.random(in: 0...1, using: &generator)
            let limit = Double.random(in: 0.1...1, using: &generator)
            let costs = (0..<rows).map { _ in
                (0..<columns).map { _ in
                    Double.random(in: 0...1, using: &generator) < density
                        ? Double.random(in: 0...1.2, using: &generator) : 1
                }
            }
            association.pairs = []
            for i in 0..<rows {
                for j in 0..<columns where costs[i][j] < limit {
                    association.pairs.append(.init(row: Int32(i), column: Int32(j), gain: limit - costs[i][j]))
                }
            }
            association.solve(rows: rows, columns: columns)
            #expect(association.columnForRow.count == rows)
            let chosen = association.columnForRow.enumerated().filter { $0.element != LinearAssignment.unassigned }
            #expect(Set(chosen.map(\.element)).count == chosen.count)
            #expect(chosen.allSatisfy { costs[$0.offset][$0.element] < limit })
            let cost =
                chosen.reduce(0) { $0 + costs[$1.offset][$1.element] }
                + Double(rows + columns - 2 * chosen.count) * limit / 2
            #expect(abs(cost - extendedCost(costs, columns: columns, limit: limit)) < 1e-12)
        }
    }

    @Test("gives up a cheap pair for two that save more together")
    func chain() {
        var association = LimitedAssociation()
        // Costs 0.1 for (0, 0), 0.4 for (0, 1) and (1, 0); limit 0.9.
        association.pairs = [
            .init(row: 0, column: 0, gain: 0.8), .init(row: 0, column: 1, gain: 0.5),
            .init(row: 1, column: 0, gain: 0.5),
        ]
        association.solve(rows: 2, columns: 2)
        #expect(association.columnForRow == [1, 0])
        // With a limit of 0.6 the two no longer are worth it.
        association.pairs = [
            .init(row: 0, column: 0, gain: 0.5), .init(row: 0, column: 1, gain: 0.2),
            .init(row: 1, column: 0, gain: 0.2),
        ]
        association.solve(rows: 2, columns: 2)
        #expect(association.columnForRow == [0, LinearAssignment.unassigned])
    }

    @Test("takes the first of equals where only one can be had")
    func ties() {
        var association = LimitedAssociation()
        association.pairs = (0..<3).map { .init(row: 0, column: $0, gain: 0.5) }
        association.solve(rows: 1, columns: 3)
        #expect(association.columnForRow == [0])
        association.pairs = (0..<3).map { .init(row: $0, column: 0, gain: 0.5) }
        association.solve(rows: 3, columns: 1)
        #expect(association.columnForRow == [0, -1, -1])
        association.pairs = []
        association.solve(rows: 2, columns: 0)
        #expect(association.columnForRow == [-1, -1])
    }

    @Test("breaks ties as one problem over a whole component does, if asked to", arguments: [UInt64(1), 2, 3])
    func tiesAsWhole(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var association = LimitedAssociation()
        var solver = LinearAssignment()
        for _ in 0..<300 {
            let rows = Int.random(in: 2...9, using: &generator)
            let columns = Int.random(in: 2...9, using: &generator)
            // Few different gains, so that there are many ties; none is 0, so that all is one component.
            let gains = (0..<(rows * columns)).map { _ in Double(Int.random(in: 1...3, using: &generator)) / 4 }
            association.pairs = gains.indices.map {
                .init(row: Int32($0 / columns), column: Int32($0 % columns), gain: gains[$0])
            }
            association.solve(rows: rows, columns: columns, ties: .asWhole)
            solver.solve(gains, rows: rows, columns: columns, objective: .maximise)
            #expect(association.columnForRow == solver.columnForRow)
        }
    }
}
