internal import Vision

/// Pairs detections with predicted boxes by intersection over union, as the SORT paper does (section 3.3): the
/// assignment with the largest summed overlap is found first, and pairs below a threshold are dropped from it after.
///
/// Two boxes that do not overlap are never paired, whatever the threshold. Since such pairs add nothing to the sum, the
/// assignment is that of ``LimitedAssociation`` with the overlap for gain.
///
/// As in the paper's published results, the assignment problem is passed over when the pairs above the threshold are
/// one-to-one already: those pairs are then the answer, even where weaker overlaps would have added up to more.
struct OverlapAssociation: Sendable {
    /// The boxes to pair: detections in `rows`, predicted boxes in `columns`; all finite.
    var rows: [BoundingBox] = []
    var columns = OverlapSearch(margin: 0)
    /// The column that each row got; ``LinearAssignment/unassigned`` where it got none.
    private(set) var columnForRow: [Int] = []
    /// The largest overlap of any pair; 0 when none overlap.
    private(set) var largestOverlap = 0.0

    /// All that overlap, by row and column.
    private var overlaps: [LimitedAssociation.Pair] = []
    private var columnCounts: [Int32] = []
    private var association = LimitedAssociation()

    /// Pairs `rows` with `columns`; the answer is in ``columnForRow``.
    ///
    /// - Parameters:
    ///   - threshold: the smallest overlap of a pair, 0…1.
    ///   - takesOneToOne: whether the assignment problem may be passed over.
    mutating func associate(threshold: Double, takesOneToOne: Bool = true) {
        columnForRow.fill(with: LinearAssignment.unassigned, count: rows.count)
        let isOneToOne = measureOverlaps(threshold: threshold)
        if isOneToOne, takesOneToOne {
            for overlap in overlaps where overlap.gain > threshold {
                columnForRow[Int(overlap.row)] = Int(overlap.column)
            }
            return
        }
        association.pairs.removeAll(keepingCapacity: true)
        association.pairs.append(contentsOf: overlaps)
        association.solve(rows: rows.count, columns: columns.count, ties: .asWhole)
        for overlap in overlaps where association.columnForRow[Int(overlap.row)] == Int(overlap.column) {
            if overlap.gain >= threshold { columnForRow[Int(overlap.row)] = Int(overlap.column) }
        }
    }

    /// Lists all overlapping pairs by row and column; says whether those above the threshold are one-to-one.
    private mutating func measureOverlaps(threshold: Double) -> Bool {
        overlaps.removeAll(keepingCapacity: true)
        columnCounts.fill(with: 0, count: columns.count)
        largestOverlap = 0
        var mostInRow: Int32 = 0
        for row in rows.indices {
            let foundCount = columns.find(rows[row])
            var countInRow: Int32 = 0
            for place in 0..<foundCount {
                let overlap = columns.found[place]
                overlaps.append(.init(row: Int32(row), column: Int32(overlap.column), gain: overlap.value))
                largestOverlap = max(largestOverlap, overlap.value)
                // Counted without a branch: which overlaps are above cannot be guessed.
                let isAbove: Int32 = overlap.value > threshold ? 1 : 0
                countInRow &+= isAbove
                columnCounts[overlap.column] &+= isAbove
            }
            mostInRow = max(mostInRow, countInRow)
        }
        return mostInRow == 1 && columnCounts.allSatisfy { $0 <= 1 }
    }
}
