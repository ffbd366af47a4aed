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
    private var lines: [Line] = []
    private var places: [Place] = []
    /// Places that the search has not closed, and those it has.
    private var open: [Int32] = []
    private var closed: [Int32] = []

    /// A row of the problem as solved.
    private struct Line {
        var potential = 0.0
        var partner = unassigned
    }

    /// A column of the problem as solved.
    private struct Place {
        var potential = 0.0
        var distance = 0.0
        /// The line that it was reached from.
        var predecessor = 0
        var partner = unassigned
    }

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
        lines.fill(with: Line(), count: shortCount)
        places.fill(with: Place(), count: longCount)
        open.fill(with: 0, count: longCount)
        closed.fill(with: 0, count: longCount)
        for line in 0..<shortCount { augment(from: line) }
        for line in 0..<shortCount {
            let (i, j) = transposed ? (lines[line].partner, line) : (line, lines[line].partner)
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
        costs.fill(with: .infinity, count: rows * columns)
        costs.withUnsafeMutableBufferPointer { costs in
            source.withUnsafeBufferPointer { source in
                for row in 0..<rows {
                    for column in 0..<columns {
                        let cost = source[row * columns + column]
                        guard Self.isAllowed(cost) else {
                            isAnyForbidden = true
                            continue
                        }
                        let signed = sign * cost
                        lowest = min(lowest, signed)
                        highest = max(highest, signed)
                        costs[transposed ? column * rows + row : row * columns + column] = signed
                    }
                }
            }
        }
        guard isAnyForbidden else { return }
        // One forbidden pair must cost more than anything that the allowed ones of a whole assignment can differ by.
        let spread = lowest <= highest ? max(highest - lowest, highest.magnitude, 1) : 1
        let penalty = (lowest <= highest ? highest : 0) + spread * Double(min(rows, columns) + 1)
        for k in costs.indices where costs[k] == .infinity { costs[k] = penalty }
    }

    /// Gives one more line a place: Dijkstra's shortest path over reduced costs to a free place, then a flip along it.
    private mutating func augment(from start: Int) {
        let count = places.count
        costs.withUnsafeBufferPointer { costs in
            lines.withUnsafeMutableBufferPointer { lines in
                places.withUnsafeMutableBufferPointer { places in
                    open.withUnsafeMutableBufferPointer { open in
                        closed.withUnsafeMutableBufferPointer { closed in
                            for place in 0..<count {
                                open[place] = Int32(truncatingIfNeeded: place)
                                places[place].distance = .infinity
                            }
                            let (sink, closedCount) = Self.search(from: start, costs, lines, places, open, closed)
                            let reached = places[sink].distance
                            // Before the flip: the lines on the search tree are `start` and the partners of all closed
                            // places but the sink.
                            lines[start].potential += reached
                            for place in closed[..<closedCount] {
                                let slack = reached - places[Int(place)].distance
                                places[Int(place)].potential -= slack
                                let partner = places[Int(place)].partner
                                if partner != Self.unassigned { lines[partner].potential += slack }
                            }
                            var place = sink
                            while true {
                                let line = places[place].predecessor
                                places[place].partner = line
                                swap(&lines[line].partner, &place)
                                if line == start { return }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Looks for the nearest free place.
    ///
    /// - Returns: the place, and how many places were closed, it included.
    private static func search(
        from start: Int, _ costs: UnsafeBufferPointer<Double>, _ lines: UnsafeMutableBufferPointer<Line>,
        _ places: UnsafeMutableBufferPointer<Place>, _ open: UnsafeMutableBufferPointer<Int32>,
        _ closed: UnsafeMutableBufferPointer<Int32>
    ) -> (sink: Int, closedCount: Int) {
        var openCount = places.count
        var closedCount = 0
        var line = start
        var reached = 0.0
        while true {
            let base = reached - lines[line].potential
            let offset = line * places.count
            var best = 0
            var bestDistance = Double.infinity
            var isBestFree = false
            for position in 0..<openCount {
                let place = Int(open[position])
                let through = base + costs[offset + place] - places[place].potential
                if through < places[place].distance {
                    places[place].distance = through
                    places[place].predecessor = line
                }
                // Among equals a free place ends the search at once.
                let distance = places[place].distance
                guard distance <= bestDistance else { continue }
                let isFree = places[place].partner == unassigned
                if distance < bestDistance || (isFree && !isBestFree) {
                    best = position
                    bestDistance = distance
                    isBestFree = isFree
                }
            }
            let place = Int(open[best])
            openCount -= 1
            open[best] = open[openCount]
            closed[closedCount] = Int32(truncatingIfNeeded: place)
            closedCount += 1
            reached = bestDistance
            if isBestFree { return (place, closedCount) }
            line = places[place].partner
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
