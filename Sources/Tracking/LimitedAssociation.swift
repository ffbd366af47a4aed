/// Pairs rows with columns at the least cost, where leaving a row and a column alone costs `limit` together.
///
/// The problem that ByteTrack and its successors solve: an (n + m) × (n + m) assignment with the costs in the upper left
/// block, limit/2 in both off-diagonal blocks and 0 in the lower right. A row without a partner then costs limit/2, and
/// so does a column. This is not the same as solving first and dropping dear pairs after.
///
/// It is solved without building that matrix. Every assignment of it stands for a set of pairs (i, j) at cost
///
///     Σ c(i, j) + (n − pairs + m − pairs)·limit/2 = (n + m)·limit/2 − Σ (limit − c(i, j)),
///
/// so what it seeks is the set of pairs with the largest Σ (limit − c). A pair whose cost is not below the limit adds
/// nothing and can be left out, so only the others need to be given, with what they gain, limit − c > 0. Rows and
/// columns that no chain of such pairs links never compete, so the problem falls apart into connected components.
/// Within one, the best set is the assignment with the largest summed gain on the component's matrix, with 0 where no
/// pair was given: gains are not negative, so demanding a partner for each of the fewer side costs nothing, and pairs of
/// gain 0 are left out after. Both ways have the same least cost; only ties may be broken otherwise.
///
/// Before that, pairs are chosen that must be: where a pair gains as much as the best other pair of its row and the best
/// other of its column together, a set without it does not become worse when it takes the place of the at most two pairs
/// that stand in its way. In most frames this leaves nothing over.
///
/// Deterministic: ties are broken by position alone. A value keeps its memory from one problem to the next.
struct LimitedAssociation: Sendable {
    /// A pair that may be chosen.
    struct Pair: Sendable {
        var row, column: Int32
        /// What choosing it saves, limit − cost; above 0.
        var gain: Double
    }

    /// The pairs that may be chosen, each at most once; solving scrambles them.
    var pairs: [Pair] = []
    /// The column that each row got; ``LinearAssignment/unassigned`` where it got none.
    private(set) var columnForRow: [Int] = []

    /// The two largest gains of a row or column, and where the largest is.
    private struct Best {
        var gain = 0.0
        var second = 0.0
        var partner: Int32 = -1

        mutating func take(_ gain: Double, _ partner: Int32) {
            if gain > self.gain {
                second = self.gain
                self.gain = gain
                self.partner = partner
            } else if gain > second {
                second = gain
            }
        }
    }

    private var bestInRow: [Best] = []
    private var bestInColumn: [Best] = []
    // A disjoint-set forest over rows and then columns; pairs sorted by component.
    private var parents: [Int32] = []
    private var starts: [Int32] = []
    private var grouped: [Pair] = []
    private var localIndices: [Int32] = []
    private var groupRows: [Int32] = []
    private var groupColumns: [Int32] = []
    private var gains: [Double] = []
    private var assignment = LinearAssignment()

    /// Chooses among ``pairs``; the answer is in ``columnForRow``.
    ///
    /// - Precondition: all rows and columns of pairs are below `rows` and `columns`.
    mutating func solve(rows: Int, columns: Int) {
        columnForRow.fill(with: LinearAssignment.unassigned, count: rows)
        while !pairs.isEmpty {
            guard chooseDominant(rows: rows, columns: columns) else {
                solveComponents(rows: rows, columns: columns)
                return
            }
        }
    }

    /// Chooses the pairs that must be chosen, and drops all that they exclude; says whether there were any.
    private mutating func chooseDominant(rows: Int, columns: Int) -> Bool {
        bestInRow.fill(with: Best(), count: rows)
        bestInColumn.fill(with: Best(), count: columns)
        for index in pairs.indices {
            let pair = pairs[index]
            bestInRow[Int(pair.row)].take(pair.gain, pair.column)
            bestInColumn[Int(pair.column)].take(pair.gain, pair.row)
        }
        var isAnyChosen = false
        for row in 0..<rows {
            let best = bestInRow[row]
            guard best.partner >= 0 else { continue }
            let other = bestInColumn[Int(best.partner)]
            guard other.partner == row, best.gain >= best.second + other.second else { continue }
            columnForRow[row] = Int(best.partner)
            isAnyChosen = true
        }
        guard isAnyChosen else { return false }
        var kept = 0
        for index in pairs.indices {
            let pair = pairs[index]
            let isRowFree = columnForRow[Int(pair.row)] == LinearAssignment.unassigned
            let columnOwner = Int(bestInColumn[Int(pair.column)].partner)
            if isRowFree, columnForRow[columnOwner] != Int(pair.column) {
                pairs[kept] = pair
                kept += 1
            }
        }
        pairs.removeLast(pairs.count - kept)
        return true
    }

    private mutating func solveComponents(rows: Int, columns: Int) {
        groupPairs(rows: rows, columns: columns)
        for group in 1..<starts.count where starts[group] > starts[group - 1] {
            solve(grouped: Int(starts[group - 1])..<Int(starts[group]), rows: rows)
        }
    }

    /// Sorts the pairs by connected component, keeping their order within each.
    private mutating func groupPairs(rows: Int, columns: Int) {
        parents.removeAll(keepingCapacity: true)
        parents.append(contentsOf: 0..<Int32(rows + columns))
        for pair in pairs {
            let a = root(of: pair.row)
            let b = root(of: Int32(rows) + pair.column)
            // The smaller index is the root, so that a component is known by its first row.
            if a < b { parents[Int(b)] = a } else { parents[Int(a)] = b }
        }
        starts.fill(with: 0, count: rows + 1)
        for pair in pairs { starts[Int(root(of: pair.row)) + 1] += 1 }
        for row in 0..<rows { starts[row + 1] += starts[row] }
        localIndices.removeAll(keepingCapacity: true)
        localIndices.append(contentsOf: starts)
        grouped.fill(with: Pair(row: 0, column: 0, gain: 0), count: pairs.count)
        for pair in pairs {
            let group = Int(root(of: pair.row))
            grouped[Int(localIndices[group])] = pair
            localIndices[group] += 1
        }
        localIndices.fill(with: -1, count: rows + columns)
    }

    private mutating func root(of node: Int32) -> Int32 {
        var node = Int(node)
        while Int(parents[node]) != node {
            parents[node] = parents[Int(parents[node])]
            node = Int(parents[node])
        }
        return Int32(node)
    }

    private mutating func solve(grouped range: Range<Int>, rows: Int) {
        groupRows.removeAll(keepingCapacity: true)
        groupColumns.removeAll(keepingCapacity: true)
        for pair in grouped[range] {
            if localIndices[Int(pair.row)] < 0 {
                localIndices[Int(pair.row)] = Int32(groupRows.count)
                groupRows.append(pair.row)
            }
            if localIndices[rows + Int(pair.column)] < 0 {
                localIndices[rows + Int(pair.column)] = Int32(groupColumns.count)
                groupColumns.append(pair.column)
            }
        }
        if groupRows.count == 1 || groupColumns.count == 1 {
            // Only one pair can be chosen: the first of the best.
            var best = range.lowerBound
            for index in range where grouped[index].gain > grouped[best].gain { best = index }
            columnForRow[Int(grouped[best].row)] = Int(grouped[best].column)
            return
        }
        gains.fill(with: 0, count: groupRows.count * groupColumns.count)
        for pair in grouped[range] {
            let row = Int(localIndices[Int(pair.row)])
            gains[row * groupColumns.count + Int(localIndices[rows + Int(pair.column)])] = pair.gain
        }
        assignment.solve(gains, rows: groupRows.count, columns: groupColumns.count, objective: .maximise)
        for row in groupRows.indices {
            let column = assignment.columnForRow[row]
            guard column != LinearAssignment.unassigned, gains[row * groupColumns.count + column] > 0 else { continue }
            columnForRow[Int(groupRows[row])] = Int(groupColumns[column])
        }
    }
}
