import Tracking

/// Pairs rows with columns so that the summed weight is as large as it can be, where most pairs are out of the question.
///
/// What hangs together through pairs is solved by itself, exactly: in pictures that is a box or two, so that the time
/// does not grow with the square of how many boxes there are.
struct SparseAssignment {
    /// A pair that may be made, and what it is worth: above 0.
    struct Edge {
        var row: Int
        var column: Int
        var weight: Double
    }

    /// The pairs made by the last call of ``solve(_:rows:columns:)``, as indices of its edges, ascending.
    private(set) var chosen: [Int] = []

    private var solver = LinearAssignment()
    /// Union-find over the rows, then the columns.
    private var parents: [Int] = []
    private var byComponent: [(root: Int, edge: Int)] = []
    /// The place of each row and column within its component; −1 while it has none.
    private var places: [Int] = []
    private var weights: [Double] = []

    /// Solves one problem; the answer is in ``chosen``.
    ///
    /// - Parameters:
    ///   - edges: at most one for each row and column.
    ///   - rows: the number of rows.
    ///   - columns: the number of columns.
    mutating func solve(_ edges: [Edge], rows: Int, columns: Int) {
        chosen.removeAll(keepingCapacity: true)
        guard !edges.isEmpty else { return }
        parents.removeAll(keepingCapacity: true)
        parents.append(contentsOf: 0..<(rows + columns))
        places.removeAll(keepingCapacity: true)
        places.append(contentsOf: repeatElement(-1, count: rows + columns))
        for edge in edges {
            let (a, b) = (root(edge.row), root(rows + edge.column))
            parents[max(a, b)] = min(a, b)
        }
        byComponent.removeAll(keepingCapacity: true)
        for (index, edge) in edges.enumerated() { byComponent.append((root(edge.row), index)) }
        byComponent.sort { ($0.root, $0.edge) < ($1.root, $1.edge) }
        var start = 0
        while start < byComponent.count {
            var end = start + 1
            while end < byComponent.count, byComponent[end].root == byComponent[start].root { end += 1 }
            solveComponent(edges, start..<end, rows: rows)
            start = end
        }
        chosen.sort()
    }

    private mutating func solveComponent(_ edges: [Edge], _ range: Range<Int>, rows: Int) {
        guard range.count > 1 else { return chosen.append(byComponent[range.lowerBound].edge) }
        var rowCount = 0
        var columnCount = 0
        for (_, index) in byComponent[range] {
            let (row, column) = (edges[index].row, rows + edges[index].column)
            if places[row] < 0 {
                places[row] = rowCount
                rowCount += 1
            }
            if places[column] < 0 {
                places[column] = columnCount
                columnCount += 1
            }
        }
        weights.removeAll(keepingCapacity: true)
        weights.append(contentsOf: repeatElement(0, count: rowCount * columnCount))
        for (_, index) in byComponent[range] {
            weights[places[edges[index].row] * columnCount + places[rows + edges[index].column]] = edges[index].weight
        }
        solver.solve(weights, rows: rowCount, columns: columnCount, objective: .maximise)
        for (_, index) in byComponent[range]
        where solver.columnForRow[places[edges[index].row]] == places[rows + edges[index].column] {
            chosen.append(index)
        }
    }

    private mutating func root(_ node: Int) -> Int {
        var node = node
        while parents[node] != node {
            parents[node] = parents[parents[node]]
            node = parents[node]
        }
        return node
    }
}
