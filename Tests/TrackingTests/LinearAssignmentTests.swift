import Testing

@testable import Tracking

@Suite("Linear assignment")
struct LinearAssignmentTests {
    /// The best sum over the most pairs, by trying all of them.
    private func bruteForce(
        _ costs: [Double], _ rows: Int, _ columns: Int, _ objective: LinearAssignment.Objective
    ) -> (pairs: Int, sum: Double) {
        func isBetter(_ a: (pairs: Int, sum: Double), _ b: (pairs: Int, sum: Double)) -> Bool {
            a.pairs != b.pairs ? a.pairs > b.pairs : objective == .minimise ? a.sum < b.sum : a.sum > b.sum
        }
        func best(row: Int, used: Set<Int>) -> (pairs: Int, sum: Double) {
            guard row < rows else { return (0, 0) }
            var result = best(row: row + 1, used: used)
            for column in 0..<columns where !used.contains(column) {
                let cost = costs[row * columns + column]
                guard cost.magnitude < 1e100 else { continue }
                let rest = best(row: row + 1, used: used.union([column]))
                let candidate = (pairs: rest.pairs + 1, sum: rest.sum + cost)
                if isBetter(candidate, result) { result = candidate }
            }
            return result
        }
        return best(row: 0, used: [])
    }

    private func check(_ solver: LinearAssignment, _ costs: [Double], _ rows: Int, _ columns: Int) -> (
        pairs: Int, sum: Double
    ) {
        var sum = 0.0
        var pairs = 0
        #expect(solver.columnForRow.count == rows)
        #expect(solver.rowForColumn.count == columns)
        for (row, column) in solver.columnForRow.enumerated() where column != LinearAssignment.unassigned {
            #expect(solver.rowForColumn[column] == row)
            sum += costs[row * columns + column]
            pairs += 1
        }
        #expect(solver.rowForColumn.filter { $0 != LinearAssignment.unassigned }.count == pairs)
        return (pairs, sum)
    }

    @Test("finds the optimum that brute force finds", arguments: [UInt64(1), 2, 3, 4])
    func matchesBruteForce(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var solver = LinearAssignment()
        for round in 0..<300 {
            let rows = Int.random(in: 0...6, using: &generator)
            let columns = Int.random(in: 0...6, using: &generator)
            // Small whole numbers make ties; negative ones and forbidden pairs are mixed in.
            let costs = (0..<(rows * columns)).map { _ in
                round % 3 == 0
                    ? Double(Int.random(in: -3...3, using: &generator))
                    : round % 3 == 1 && Int.random(in: 0..<3, using: &generator) == 0
                        ? [Double.infinity, .nan, -.infinity, 1e200].randomElement(using: &generator)!
                        : Double.random(in: -10...10, using: &generator)
            }
            for objective in [LinearAssignment.Objective.minimise, .maximise] {
                solver.solve(costs, rows: rows, columns: columns, objective: objective)
                let found = check(solver, costs, rows, columns)
                let expected = bruteForce(costs, rows, columns, objective)
                #expect(found.pairs == expected.pairs)
                #expect(abs(found.sum - expected.sum) < 1e-9, "\(costs) as \(rows) by \(columns)")
            }
        }
    }

    @Test("does not care what it solved before")
    func reuse() {
        var generator = SeededGenerator(seed: 9)
        var reused = LinearAssignment()
        for _ in 0..<100 {
            let rows = Int.random(in: 1...9, using: &generator)
            let columns = Int.random(in: 1...9, using: &generator)
            let costs = (0..<(rows * columns)).map { _ in Double(Int.random(in: 0...2, using: &generator)) }
            var fresh = LinearAssignment()
            fresh.solve(costs, rows: rows, columns: columns)
            reused.solve(costs, rows: rows, columns: columns)
            #expect(fresh.columnForRow == reused.columnForRow)
        }
    }

    @Test("breaks ties the same way every time")
    func ties() {
        var solver = LinearAssignment()
        solver.solve([Double](repeating: 1, count: 9), rows: 3, columns: 3)
        #expect(Set(solver.columnForRow) == [0, 1, 2])
        let first = solver.columnForRow
        solver.solve([Double](repeating: 1, count: 9), rows: 3, columns: 3)
        #expect(solver.columnForRow == first)
    }

    @Test("leaves all unassigned when every pair is forbidden")
    func allForbidden() {
        var solver = LinearAssignment()
        solver.solve([.nan, .infinity, -.infinity, .nan, .nan, .nan], rows: 2, columns: 3, objective: .maximise)
        #expect(solver.columnForRow == [-1, -1])
        #expect(solver.rowForColumn == [-1, -1, -1])
    }

    @Test("solves hundreds of rows and columns")
    func large() {
        var generator = SeededGenerator(seed: 5)
        let count = 300
        // The identity is the only optimum: its costs are 0 and all others are positive.
        let costs = (0..<(count * count)).map {
            $0 / count == $0 % count ? 0 : Double.random(in: 0.001...1, using: &generator)
        }
        var solver = LinearAssignment()
        solver.solve(costs, rows: count, columns: count)
        #expect(solver.columnForRow == Array(0..<count))
    }
}
