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
/// Deterministic: ties are broken as ``Ties`` says. A value keeps its memory from one problem to the next.
struct LimitedAssociation: Sendable {
    /// A pair that may be chosen.
    struct Pair: Sendable {
        var row, column: Int32
        /// What choosing it saves, limit − cost; above 0.
        var gain: Double
    }

    /// Which of several best sets is chosen.
    enum Ties: Sendable {
        /// By position alone: one that takes the least time to find.
        case byPosition
        /// The one that ``LinearAssignment`` finds on the whole matrix of a component, up to ``largestWhole`` on a side.
        ///
        /// Only pairs that are in every best set are chosen beforehand, and a component is solved whole, with all its
        /// pairs, unless that leaves nothing over of it.
        case asWhole
    }

    /// The most rows or columns of a component that is solved whole: the time for it grows with their cube.
    static let largestWhole = 128
    /// How much of a gain must be left for it to be larger than others, whatever the rounding of their sums.
    private static let margin = 1e-12

    /// The pairs that may be chosen, each at most once; solving scrambles them.
    var pairs: [Pair] = []
    /// The column that each row got; ``LinearAssignment/unassigned`` where it got none.
    private(set) var columnForRow: [Int] = []

    /// The two largest gains of a row or column, and where the largest is.
    private struct Best {
        var gain = 0.0
        var second = 0.0
        var partner: Int32 = -1

        // Without branches: which of two gains is larger cannot be guessed.
        mutating func take(_ gain: Double, _ partner: Int32) {
            second = max(second, min(gain, self.gain))
            self.partner = gain > self.gain ? partner : self.partner
            self.gain = max(gain, self.gain)
        }
    }

    private var bestInRow: [Best] = []
    private var bestInColumn: [Best] = []
    private var components = PairComponents()
    /// With ``Ties/asWhole``: all pairs, while those that are left are in ``pairs``; and which components these are of.
    private var allPairs: [Pair] = []
    private var leftovers: [Leftover] = []
    /// The place of each row, and then of each column, on its side of a component's matrix.
    private var localIndices: [Int32] = []
    private var groupRows: [Int32] = []
    private var groupColumns: [Int32] = []
    private var gains: [Double] = []
    private var assignment = LinearAssignment()

    private enum Leftover { case none, some, tooLarge }

    /// Chooses among ``pairs``; the answer is in ``columnForRow``.
    ///
    /// - Precondition: all rows and columns of pairs are below `rows` and `columns`.
    mutating func solve(rows: Int, columns: Int, ties: Ties = .byPosition) {
        columnForRow.fill(with: LinearAssignment.unassigned, count: rows)
        guard !pairs.isEmpty else { return }
        bestInRow.fill(with: Best(), count: rows)
        bestInColumn.fill(with: Best(), count: columns)
        if ties == .asWhole {
            allPairs.removeAll(keepingCapacity: true)
            allPairs.append(contentsOf: pairs)
        }
        let margin = ties == .asWhole ? Self.margin : 0
        while !pairs.isEmpty {
            let count = pairs.count
            let goneCount = chooseDominant(margin: margin)
            // What is solved whole in the end need not be made smaller before.
            guard goneCount > (ties == .asWhole ? count / 2 : 0) else {
                localIndices.fill(with: -1, count: rows + columns)
                if ties == .asWhole { solveWholeComponents(rows: rows, columns: columns) }
                solveComponents(rows: rows, columns: columns)
                return
            }
        }
    }

    /// Chooses the pairs that must be chosen, and drops all that they exclude; returns how many are gone.
    ///
    /// - Parameter margin: the part of its gain by which a pair must be better than others; 0: as good will do.
    private mutating func chooseDominant(margin: Double) -> Int {
        var kept = 0
        let count = pairs.count
        pairs.withUnsafeMutableBufferPointer { pairs in
            bestInRow.withUnsafeMutableBufferPointer { bestInRow in
                bestInColumn.withUnsafeMutableBufferPointer { bestInColumn in
                    columnForRow.withUnsafeMutableBufferPointer { columnForRow in
                        for pair in pairs {
                            bestInRow[Int(pair.row)].take(pair.gain, pair.column)
                            bestInColumn[Int(pair.column)].take(pair.gain, pair.row)
                        }
                        for pair in pairs {
                            let best = bestInRow[Int(pair.row)]
                            let other = bestInColumn[Int(pair.column)]
                            guard best.partner == pair.column, other.partner == pair.row,
                                best.gain - margin * best.gain >= best.second + other.second
                            else { continue }
                            columnForRow[Int(pair.row)] = Int(pair.column)
                        }
                        for pair in pairs {
                            let isRowFree = columnForRow[Int(pair.row)] == LinearAssignment.unassigned
                            let rival = Int(bestInColumn[Int(pair.column)].partner)
                            guard isRowFree, columnForRow[rival] != Int(pair.column) else { continue }
                            pairs[kept] = pair
                            kept += 1
                        }
                        guard kept < count else { return }
                        for pair in pairs[..<kept] {
                            bestInRow[Int(pair.row)] = Best()
                            bestInColumn[Int(pair.column)] = Best()
                        }
                    }
                }
            }
        }
        pairs.removeLast(count - kept)
        return count - kept
    }

    /// Solves the components that pairs are left of with all their pairs; leaves over what is too large for that.
    private mutating func solveWholeComponents(rows: Int, columns: Int) {
        components.divide(allPairs, rows: rows, columns: columns)
        leftovers.fill(with: .none, count: rows)
        for pair in pairs { leftovers[components.component(ofRow: Int(pair.row))] = .some }
        for component in 0..<rows where leftovers[component] == .some {
            listSides(of: component, rows: rows)
            if max(groupRows.count, groupColumns.count) > Self.largestWhole {
                leftovers[component] = .tooLarge
            } else {
                for row in groupRows { columnForRow[Int(row)] = LinearAssignment.unassigned }
                solve(component, rows: rows)
            }
            for row in groupRows { localIndices[Int(row)] = -1 }
            for column in groupColumns { localIndices[rows + Int(column)] = -1 }
        }
        var kept = 0
        for index in pairs.indices {
            guard leftovers[components.component(ofRow: Int(pairs[index].row))] == .tooLarge else { continue }
            pairs[kept] = pairs[index]
            kept += 1
        }
        pairs.removeLast(pairs.count - kept)
    }

    private mutating func solveComponents(rows: Int, columns: Int) {
        guard !pairs.isEmpty else { return }
        components.divide(pairs, rows: rows, columns: columns)
        for component in 0..<rows where !components.range(component).isEmpty {
            listSides(of: component, rows: rows)
            solve(component, rows: rows)
        }
    }

    /// Lists the rows and columns of a component, and gives them their local indices.
    private mutating func listSides(of component: Int, rows: Int) {
        groupRows.removeAll(keepingCapacity: true)
        groupColumns.removeAll(keepingCapacity: true)
        for pair in components.pairs[components.range(component)] {
            if localIndices[Int(pair.row)] < 0 {
                localIndices[Int(pair.row)] = Int32(groupRows.count)
                groupRows.append(pair.row)
            }
            if localIndices[rows + Int(pair.column)] < 0 {
                localIndices[rows + Int(pair.column)] = Int32(groupColumns.count)
                groupColumns.append(pair.column)
            }
        }
    }

    /// Chooses among the pairs of a component whose sides are listed.
    private mutating func solve(_ component: Int, rows: Int) {
        let range = components.range(component)
        if groupRows.count == 1 || groupColumns.count == 1 {
            // Only one pair can be chosen: the first of the best.
            var best = range.lowerBound
            for index in range where components.pairs[index].gain > components.pairs[best].gain { best = index }
            columnForRow[Int(components.pairs[best].row)] = Int(components.pairs[best].column)
            return
        }
        let columnCount = groupColumns.count
        gains.fill(with: 0, count: groupRows.count * columnCount)
        for pair in components.pairs[range] {
            let row = Int(localIndices[Int(pair.row)])
            gains[row * columnCount + Int(localIndices[rows + Int(pair.column)])] = pair.gain
        }
        assignment.solve(gains, rows: groupRows.count, columns: columnCount, objective: .maximise)
        for row in groupRows.indices {
            let column = assignment.columnForRow[row]
            guard column != LinearAssignment.unassigned, gains[row * columnCount + column] > 0 else { continue }
            columnForRow[Int(groupRows[row])] = Int(groupColumns[column])
        }
    }
}
