internal import Vision

/// Pairs detections with predicted boxes by intersection over union, as the SORT paper does (section 3.3): the
/// assignment with the largest summed overlap is found first, and pairs below a threshold are dropped from it after.
///
/// Two boxes that do not overlap are never paired, whatever the threshold. Since such pairs add nothing to the sum, the
/// problem falls apart into groups of boxes that overlap one another, and each is solved on its own.
///
/// As in the paper's published results, the assignment problem is passed over when the pairs above the threshold are
/// one-to-one already: those pairs are then the answer, even where weaker overlaps would have added up to more.
struct OverlapAssociation: Sendable {
    /// The boxes to pair: detections in `rows`, predicted boxes in `columns`; all finite.
    var rows = BoxColumns()
    var columns = BoxColumns()
    /// The column that each row got; ``LinearAssignment/unassigned`` where it got none.
    private(set) var columnForRow: [Int] = []
    /// The largest overlap of any pair; 0 when none overlap.
    var largestOverlap: Double { overlaps.reduce(0) { max($0, $1.value) } }

    private struct Overlap {
        var row, column: Int
        var value: Double
    }

    private var overlaps: [Overlap] = []
    private var rowCounts: [Int] = []
    private var columnCounts: [Int] = []
    // Groups: a disjoint-set forest over rows and then columns; overlaps sorted by group.
    private var parents: [Int] = []
    private var groupStarts: [Int] = []
    private var grouped: [Overlap] = []
    private var localIndices: [Int] = []
    private var groupRows: [Int] = []
    private var groupColumns: [Int] = []
    private var weights: [Double] = []
    private var assignment = LinearAssignment()

    /// Pairs `rows` with `columns`; the answer is in ``columnForRow``.
    ///
    /// - Parameters:
    ///   - threshold: the smallest overlap of a pair, 0…1.
    ///   - takesOneToOne: whether the assignment problem may be passed over.
    mutating func associate(threshold: Double, takesOneToOne: Bool = true) {
        columnForRow.fill(with: LinearAssignment.unassigned, count: rows.count)
        overlaps.removeAll(keepingCapacity: true)
        guard rows.count > 0, columns.count > 0 else { return }
        let isOneToOne = measureOverlaps(threshold: threshold)
        if isOneToOne, takesOneToOne {
            for overlap in overlaps where overlap.value > threshold { columnForRow[overlap.row] = overlap.column }
        } else if !overlaps.isEmpty {
            groupOverlaps()
            for group in 1..<groupStarts.count {
                solve(grouped: groupStarts[group - 1]..<groupStarts[group], threshold: threshold)
            }
        }
    }

    /// Lists all overlapping pairs by row and column; says whether those above the threshold are one-to-one.
    private mutating func measureOverlaps(threshold: Double) -> Bool {
        rowCounts.fill(with: 0, count: rows.count)
        columnCounts.fill(with: 0, count: columns.count)
        var isAnyAbove = false
        var isUnique = true
        for i in 0..<rows.count {
            let box = rows[i]
            let area = rows.areas[i]
            for j in 0..<columns.count {
                // The formula of `BoundingBox.intersectionOverUnion`, with areas computed once.
                let width = min(box.x2, columns.x2[j]) - max(box.x1, columns.x1[j])
                guard width > 0 else { continue }
                let height = min(box.y2, columns.y2[j]) - max(box.y1, columns.y1[j])
                guard height > 0 else { continue }
                let intersection = width * height
                let value = intersection / (area + columns.areas[j] - intersection)
                guard value > 0 else { continue }
                overlaps.append(Overlap(row: i, column: j, value: value))
                if value > threshold {
                    rowCounts[i] += 1
                    columnCounts[j] += 1
                    isAnyAbove = true
                    if rowCounts[i] > 1 || columnCounts[j] > 1 { isUnique = false }
                }
            }
        }
        return isAnyAbove && isUnique
    }

    /// Sorts the overlaps by connected component, keeping their order within each.
    private mutating func groupOverlaps() {
        parents.removeAll(keepingCapacity: true)
        parents.append(contentsOf: 0..<(rows.count + columns.count))
        for overlap in overlaps {
            let a = root(of: overlap.row)
            let b = root(of: rows.count + overlap.column)
            // The smaller index is the root, so that a group is known by its first row.
            if a < b { parents[b] = a } else { parents[a] = b }
        }
        groupStarts.fill(with: 0, count: rows.count + 1)
        for overlap in overlaps { groupStarts[root(of: overlap.row) + 1] += 1 }
        for row in 0..<rows.count { groupStarts[row + 1] += groupStarts[row] }
        localIndices.removeAll(keepingCapacity: true)
        localIndices.append(contentsOf: groupStarts)
        grouped.fill(with: Overlap(row: 0, column: 0, value: 0), count: overlaps.count)
        for overlap in overlaps {
            let group = root(of: overlap.row)
            grouped[localIndices[group]] = overlap
            localIndices[group] += 1
        }
        localIndices.fill(with: -1, count: rows.count + columns.count)
    }

    private mutating func root(of node: Int) -> Int {
        var node = node
        while parents[node] != node {
            parents[node] = parents[parents[node]]
            node = parents[node]
        }
        return node
    }

    private mutating func solve(grouped range: Range<Int>, threshold: Double) {
        guard range.count > 1 else {
            if let only = range.first, grouped[only].value >= threshold {
                columnForRow[grouped[only].row] = grouped[only].column
            }
            return
        }
        groupRows.removeAll(keepingCapacity: true)
        groupColumns.removeAll(keepingCapacity: true)
        for overlap in grouped[range] {
            if localIndices[overlap.row] < 0 {
                localIndices[overlap.row] = groupRows.count
                groupRows.append(overlap.row)
            }
            if localIndices[rows.count + overlap.column] < 0 {
                localIndices[rows.count + overlap.column] = groupColumns.count
                groupColumns.append(overlap.column)
            }
        }
        weights.fill(with: 0, count: groupRows.count * groupColumns.count)
        for overlap in grouped[range] {
            let i = localIndices[overlap.row]
            weights[i * groupColumns.count + localIndices[rows.count + overlap.column]] = overlap.value
        }
        assignment.solve(weights, rows: groupRows.count, columns: groupColumns.count, objective: .maximise)
        for (i, j) in assignment.columnForRow.enumerated() where j != LinearAssignment.unassigned {
            let value = weights[i * groupColumns.count + j]
            if value > 0, value >= threshold { columnForRow[groupRows[i]] = groupColumns[j] }
        }
    }
}
