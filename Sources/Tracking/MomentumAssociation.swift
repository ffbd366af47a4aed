internal import Vision

/// Pairs detections with tracks by overlap and by agreement of directions: observation-centric momentum, section 4.2 of
/// the OC-SORT paper, arXiv:2203.14360.
///
/// What is maximised is the sum, over as many pairs as there can be, of
///
///     IoU(i, j) + λ · score(i) · (π/2 − θ(i, j))/π,
///
/// where θ is the angle between the direction in which track j moved and the one from its earlier observation to
/// detection i. A track without a direction adds nothing. Pairs that overlap too little are dropped after. As in the
/// paper's published results, all this is passed over, momentum included, when the pairs above the threshold are
/// one-to-one already.
///
/// Every pair has an angle, but few need to be measured: the momentum of a pair is at most λ·score/2, so a row of the
/// matrix is looked at beyond its overlapping pairs only where that much could decide. The assignment is found by
/// shortest augmenting paths (see ``LinearAssignment``) over such rows, exactly; ties are broken by position alone.
struct MomentumAssociation: Sendable {
    /// The detections.
    var rows: [BoundingBox] = []
    /// The detections' scores, at least 0.
    var scores: [Double] = []
    /// The tracks' predicted boxes.
    var columns = OverlapSearch(margin: 0)
    /// The tracks' directions, and where they are measured from.
    var momenta: [Momentum] = []
    /// The column that each row got; ``LinearAssignment/unassigned`` where it got none.
    private(set) var columnForRow: [Int] = []

    /// What a track's motion says about where it goes.
    struct Momentum: Sendable {
        var direction: OCSORTTrack.Direction
        /// The centre of an earlier observation, in pixels.
        var x, y: Double
    }

    /// A pair that overlaps; the lists below are in order of rows.
    private struct Overlap {
        var column: Int32
        var value: Double
    }

    private var overlaps: [Overlap] = []
    /// Where each row's overlaps begin in `overlaps`, and the end.
    private var overlapStarts: [Int] = []
    private var columnCounts: [Int32] = []
    private var inertia = 0.0

    // The assignment problem, minimised, between the shorter and the longer side of the matrix ("lines" and "places").
    private var isTransposed = false
    private var lineCount = 0
    private var placeCount = 0
    private var edgeStarts: [Int] = []
    private var edges: [(place: Int32, cost: Double)] = []
    /// Costs of whole lines, where they were needed; and where each line's begin, −1 while it has none.
    private var lineCosts: [Double] = []
    private var lineOffsets: [Int] = []
    /// No cost of a line is below minus this, overlapping pairs apart.
    private var lineBounds: [Double] = []
    private var linePotential: [Double] = []
    private var placePotential: [Double] = []
    private var placeForLine: [Int] = []
    private var lineForPlace: [Int] = []
    private var distance: [Double] = []
    private var predecessor: [Int] = []
    /// Places that the search has reached but not closed, and those it has closed.
    private var open: [Int] = []
    private var closed: [Int] = []
    private var states: [PlaceState] = []

    private enum PlaceState { case unreached, open, closed }

    private static let unassigned = LinearAssignment.unassigned

    init() {}

    /// Empties the rows and what is known of the columns, but keeps their memory; ``columns`` are replaced by filling them.
    mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        scores.removeAll(keepingCapacity: true)
        momenta.removeAll(keepingCapacity: true)
    }

    /// Pairs `rows` with `columns`; the answer is in ``columnForRow``.
    ///
    /// - Parameters:
    ///   - threshold: the smallest overlap of a pair, 0…1.
    ///   - inertia: λ, 0…1.
    mutating func associate(threshold: Double, inertia: Double) {
        columnForRow.fill(with: Self.unassigned, count: rows.count)
        guard rows.count > 0, columns.count > 0 else { return }
        let (isAnyKept, isOneToOne) = measureOverlaps(threshold: threshold)
        guard isAnyKept else { return }
        if isOneToOne {
            for row in 0..<rows.count {
                for index in overlapStarts[row]..<overlapStarts[row + 1] where overlaps[index].value > threshold {
                    columnForRow[row] = Int(overlaps[index].column)
                }
            }
            return
        }
        // False for NaN.
        self.inertia = inertia > 0 ? min(inertia, 1) : 0
        prepare()
        for line in 0..<lineCount { augment(from: line) }
        for line in 0..<lineCount where placeForLine[line] != Self.unassigned {
            let (row, column) = isTransposed ? (placeForLine[line], line) : (line, placeForLine[line])
            for index in overlapStarts[row]..<overlapStarts[row + 1]
            where overlaps[index].column == Int32(column) && overlaps[index].value >= threshold {
                columnForRow[row] = column
            }
        }
    }

    /// Lists all overlapping pairs.
    ///
    /// - Returns: whether any pair reaches the threshold, and whether those above it are one-to-one.
    private mutating func measureOverlaps(threshold: Double) -> (isAnyKept: Bool, isOneToOne: Bool) {
        overlaps.removeAll(keepingCapacity: true)
        overlapStarts.removeAll(keepingCapacity: true)
        columnCounts.fill(with: 0, count: columns.count)
        var isAnyKept = false
        var isAnyAbove = false
        var isUnique = true
        for i in 0..<rows.count {
            overlapStarts.append(overlaps.count)
            let foundCount = columns.find(rows[i])
            var isRowAbove = false
            for place in 0..<foundCount {
                let overlap = columns.found[place]
                overlaps.append(Overlap(column: Int32(overlap.column), value: overlap.value))
                if overlap.value >= threshold { isAnyKept = true }
                if overlap.value > threshold {
                    isAnyAbove = true
                    columnCounts[overlap.column] += 1
                    if isRowAbove || columnCounts[overlap.column] > 1 { isUnique = false }
                    isRowAbove = true
                }
            }
        }
        overlapStarts.append(overlaps.count)
        return (isAnyKept, isAnyAbove && isUnique)
    }

    /// λ · score · (π/2 − θ)/π
    private func momentum(row: Int, column: Int) -> Double {
        let momentum = momenta[column]
        let dx = (rows[row].x1 + rows[row].x2) / 2 - momentum.x
        let dy = (rows[row].y1 + rows[row].y2) / 2 - momentum.y
        let length = (dx * dx + dy * dy).squareRoot() + OCSORTTracker.lengthMargin
        let cosine = momentum.direction.x * (dx / length) + momentum.direction.y * (dy / length)
        return arcSineOverPi(cosine) * inertia * scores[row]
    }

    /// Sets the problem up with its overlapping pairs.
    private mutating func prepare() {
        isTransposed = rows.count > columns.count
        lineCount = min(rows.count, columns.count)
        placeCount = max(rows.count, columns.count)
        edges.removeAll(keepingCapacity: true)
        edgeStarts.removeAll(keepingCapacity: true)
        lineBounds.removeAll(keepingCapacity: true)
        if isTransposed {
            edgeStarts.fill(with: 0, count: lineCount + 1)
            for overlap in overlaps { edgeStarts[Int(overlap.column) + 1] += 1 }
            for line in 0..<lineCount { edgeStarts[line + 1] += edgeStarts[line] }
            edges.fill(with: (0, 0), count: overlaps.count)
            // `predecessor` is free until the search begins.
            predecessor.removeAll(keepingCapacity: true)
            predecessor.append(contentsOf: edgeStarts)
            for row in 0..<rows.count {
                for index in overlapStarts[row]..<overlapStarts[row + 1] {
                    let column = Int(overlaps[index].column)
                    edges[predecessor[column]] = (
                        Int32(row), -(overlaps[index].value + momentum(row: row, column: column))
                    )
                    predecessor[column] += 1
                }
            }
            lineBounds.append(contentsOf: repeatElement(inertia * (scores.max() ?? 0) / 2, count: lineCount))
        } else {
            edgeStarts.append(contentsOf: overlapStarts)
            for row in 0..<rows.count {
                for index in overlapStarts[row]..<overlapStarts[row + 1] {
                    let column = Int(overlaps[index].column)
                    edges.append(
                        (overlaps[index].column, -(overlaps[index].value + momentum(row: row, column: column))))
                }
                lineBounds.append(inertia * scores[row] / 2)
            }
        }
        lineCosts.removeAll(keepingCapacity: true)
        lineOffsets.fill(with: -1, count: lineCount)
        linePotential.fill(with: 0, count: lineCount)
        placePotential.fill(with: 0, count: placeCount)
        placeForLine.fill(with: Self.unassigned, count: lineCount)
        lineForPlace.fill(with: Self.unassigned, count: placeCount)
        distance.fill(with: .infinity, count: placeCount)
        predecessor.fill(with: 0, count: placeCount)
        states.fill(with: .unreached, count: placeCount)
    }

    /// The costs of a whole line, measured when first asked for.
    private mutating func costs(ofLine line: Int) -> Int {
        if lineOffsets[line] >= 0 { return lineOffsets[line] }
        let offset = lineCosts.count
        lineOffsets[line] = offset
        for place in 0..<placeCount {
            lineCosts.append(isTransposed ? -momentum(row: place, column: line) : -momentum(row: line, column: place))
        }
        for index in edgeStarts[line]..<edgeStarts[line + 1] {
            lineCosts[offset + Int(edges[index].place)] = edges[index].cost
        }
        return offset
    }

    /// Gives one more line a place: Dijkstra's shortest path over reduced costs to a free place, then a flip along it.
    private mutating func augment(from start: Int) {
        open.removeAll(keepingCapacity: true)
        closed.removeAll(keepingCapacity: true)
        var line = start
        var reached = 0.0
        /// The distance of the nearest free place so far: no longer path matters.
        var nearestFree = Double.infinity
        var sink = Self.unassigned
        while true {
            let base = reached - linePotential[line]
            for index in edgeStarts[line]..<edgeStarts[line + 1] {
                reach(Int(edges[index].place), at: base + edges[index].cost, from: line, &nearestFree)
            }
            // Potentials of places are never above 0, so no other place of this line is nearer than this.
            if base - lineBounds[line] <= nearestFree {
                let offset = costs(ofLine: line)
                for place in 0..<placeCount {
                    reach(place, at: base + lineCosts[offset + place], from: line, &nearestFree)
                }
            }
            // The nearest open place; among equals a free one ends the search at once.
            var best = 0
            for position in open.indices {
                let (a, b) = (distance[open[position]], distance[open[best]])
                if a < b
                    || (a == b && lineForPlace[open[position]] == Self.unassigned
                        && lineForPlace[open[best]] != Self.unassigned)
                {
                    best = position
                }
            }
            let place = open[best]
            open[best] = open[open.count - 1]
            open.removeLast()
            closed.append(place)
            states[place] = .closed
            reached = distance[place]
            guard lineForPlace[place] != Self.unassigned else {
                sink = place
                break
            }
            line = lineForPlace[place]
        }
        linePotential[start] += reached
        for place in closed {
            let slack = reached - distance[place]
            placePotential[place] -= slack
            if lineForPlace[place] != Self.unassigned { linePotential[lineForPlace[place]] += slack }
            distance[place] = .infinity
            states[place] = .unreached
        }
        for place in open {
            distance[place] = .infinity
            states[place] = .unreached
        }
        var place = sink
        while true {
            let line = predecessor[place]
            lineForPlace[place] = line
            swap(&placeForLine[line], &place)
            if line == start { return }
        }
    }

    private mutating func reach(_ place: Int, at through: Double, from line: Int, _ nearestFree: inout Double) {
        let through = through - placePotential[place]
        // A closed place can only be passed by a rounding error.
        guard through < distance[place], states[place] != .closed else { return }
        if states[place] == .unreached {
            states[place] = .open
            open.append(place)
        }
        distance[place] = through
        predecessor[place] = line
        if lineForPlace[place] == Self.unassigned { nearestFree = min(nearestFree, through) }
    }
}
