/// Pairs rows with columns so that the summed cost is as small, or as large, as it can be.
///
/// The linear assignment problem on a dense rectangular matrix, solved exactly by successive shortest augmenting paths:
/// R. Jonker and A. Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment problems",
/// Computing 38, 1987, in the rectangular form of D. F. Crouse, "On implementing 2D rectangular assignment
/// algorithms", IEEE Transactions on Aerospace and Electronic Systems 52(4), 2016. The time is O(k²·l) for k the
/// smaller and l the larger side.
///
/// Every row or every column, whichever are fewer, gets a partner, unless forbidden pairs prevent it. A pair whose cost
/// is NaN, infinite or beyond ±10¹⁰⁰ is forbidden: as many pairs as possible are made without it, and the sum is
/// optimal among those. Ties are broken the same way every time, by position alone.
///
/// A value keeps its working memory from one call to the next, so that solving allocates nothing once it has seen the
/// largest problem.
public struct LinearAssignment: Sendable {
    /// What the sum of costs is to become.
    public enum Objective: Sendable {
        case minimise
        case maximise
    }

    /// What stands in ``columnForRow`` and ``rowForColumn`` where there is no partner.
    public static let unassigned = -1

    /// The column of each row after ``solve(_:rows:columns:objective:)``; ``unassigned`` where it has none.
    public private(set) var columnForRow: [Int] = []
    /// The row of each column after ``solve(_:rows:columns:objective:)``; ``unassigned`` where it has none.
    public private(set) var rowForColumn: [Int] = []

    // The problem as solved: minimised, with no more rows than columns (transposed if need be), all costs finite.
    private var costs: [Double] = []
    private var rowPotential: [Double] = []
    private var columnPotential: [Double] = []
    private var distance: [Double] = []
    private var predecessor: [Int] = []
    private var open: [Int] = []
    private var closed: [Int] = []
    private var short: [Int] = []
    private var long: [Int] = []

    /// Costs of this size and beyond are forbidden pairs: their sums could overflow.
    private static let limit = 1e100

    public init() {}

    /// Solves one problem; the answer is in ``columnForRow`` and ``rowForColumn``.
    ///
    /// - Parameters:
    ///   - costs: the matrix in row-major order; what lies beyond `rows * columns` is ignored.
    ///   - rows: the number of rows, 0 or more.
    ///   - columns: the number of columns, 0 or more.
    ///   - objective: whether the sum is to be small or large.
    /// - Precondition: `costs` holds at least `rows * columns` values.
    public mutating func solve(_ costs: [Double], rows: Int, columns: Int, objective: Objective = .minimise) {
        precondition(rows >= 0 && columns >= 0 && costs.count >= rows * columns, "the matrix is smaller than its shape")
        columnForRow.fill(with: Self.unassigned, count: rows)
        rowForColumn.fill(with: Self.unassigned, count: columns)
        guard rows > 0, columns > 0 else { return }

        let transposed = rows > columns
        let shortCount = min(rows, columns)
        let longCount = max(rows, columns)
        prepare(costs, rows: rows, columns: columns, transposed: transposed, objective: objective)
        rowPotential.fill(with: 0, count: shortCount)
        columnPotential.fill(with: 0, count: longCount)
        short.fill(with: Self.unassigned, count: shortCount)
        long.fill(with: Self.unassigned, count: longCount)
        distance.fill(with: 0, count: longCount)
        predecessor.fill(with: 0, count: longCount)
        for row in 0..<shortCount {
            augment(from: row, columns: longCount)
        }
        for (row, column) in short.enumerated() where column != Self.unassigned {
            let (i, j) = transposed ? (column, row) : (row, column)
            guard Self.isAllowed(costs[i * columns + j]) else { continue }
            columnForRow[i] = j
            rowForColumn[j] = i
        }
    }

    private static func isAllowed(_ cost: Double) -> Bool {
        cost.magnitude < limit  // false for NaN
    }

    /// Copies the problem as one of minimising with no more rows than columns, forbidden pairs made dear.
    private mutating func prepare(
        _ source: [Double], rows: Int, columns: Int, transposed: Bool, objective: Objective
    ) {
        let sign: Double = objective == .minimise ? 1 : -1
        var lowest = Double.infinity
        var highest = -Double.infinity
        var isAnyForbidden = false
        costs.removeAll(keepingCapacity: true)
        costs.reserveCapacity(rows * columns)
        func take(_ cost: Double) -> Double {
            guard Self.isAllowed(cost) else {
                isAnyForbidden = true
                return .infinity
            }
            let signed = sign * cost
            lowest = min(lowest, signed)
            highest = max(highest, signed)
            return signed
        }
        if transposed {
            for j in 0..<columns {
                for i in 0..<rows { costs.append(take(source[i * columns + j])) }
            }
        } else {
            for k in 0..<(rows * columns) { costs.append(take(source[k])) }
        }
        guard isAnyForbidden else { return }
        // One forbidden pair must cost more than anything that the allowed ones of a whole assignment can differ by.
        let spread = lowest <= highest ? max(highest - lowest, highest.magnitude, 1) : 1
        let penalty = (lowest <= highest ? highest : 0) + spread * Double(min(rows, columns) + 1)
        for k in costs.indices where costs[k] == .infinity { costs[k] = penalty }
    }

    /// Gives one more row a column: Dijkstra's shortest path over reduced costs to a free column, then a flip along it.
    private mutating func augment(from start: Int, columns: Int) {
        open.removeAll(keepingCapacity: true)
        closed.removeAll(keepingCapacity: true)
        for column in 0..<columns {
            open.append(column)
            distance[column] = .infinity
        }
        var row = start
        var reached = 0.0
        var sink = Self.unassigned
        while sink == Self.unassigned {
            let base = reached - rowPotential[row]
            let offset = row * columns
            var best = 0
            var bestDistance = Double.infinity
            var isBestFree = false
            for position in open.indices {
                let column = open[position]
                let through = base + costs[offset + column] - columnPotential[column]
                if through < distance[column] {
                    distance[column] = through
                    predecessor[column] = row
                }
                // Among equals a free column ends the search at once.
                let isFree = long[column] == Self.unassigned
                if distance[column] < bestDistance || (distance[column] == bestDistance && isFree && !isBestFree) {
                    best = position
                    bestDistance = distance[column]
                    isBestFree = isFree
                }
            }
            let column = open[best]
            open[best] = open[open.count - 1]
            open.removeLast()
            closed.append(column)
            reached = bestDistance
            if isBestFree { sink = column } else { row = long[column] }
        }
        // Before the flip: the rows on the search tree are `start` and the partners of all closed columns but the sink.
        rowPotential[start] += reached
        for column in closed {
            let slack = reached - distance[column]
            columnPotential[column] -= slack
            if long[column] != Self.unassigned { rowPotential[long[column]] += slack }
        }
        var column = sink
        while true {
            let row = predecessor[column]
            long[column] = row
            swap(&short[row], &column)
            if row == start { return }
        }
    }
}

extension Array {
    /// Becomes `count` copies of `value`, in the memory it already has.
    mutating func fill(with value: Element, count: Int) {
        removeAll(keepingCapacity: true)
        append(contentsOf: repeatElement(value, count: count))
    }
}
