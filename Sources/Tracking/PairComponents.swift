/// Pairs of rows and columns, sorted by connected component: by which pairs compete, be it through others.
///
/// A value keeps its memory from one problem to the next.
struct PairComponents: Sendable {
    typealias Pair = LimitedAssociation.Pair

    /// The pairs by component, in each in the order in which they were given.
    private(set) var pairs: [Pair] = []
    /// Where each component begins in ``pairs``, at the place of its first row; those of other rows are empty.
    private var starts: [Int32] = []
    /// A disjoint-set forest over rows and then columns; after dividing, rows are right below their roots.
    private var parents: [Int32] = []
    /// Where the next pair of a component goes.
    private var ends: [Int32] = []

    /// Sorts pairs into components.
    ///
    /// - Precondition: all rows and columns of pairs are below `rows` and `columns`.
    mutating func divide(_ given: [Pair], rows: Int, columns: Int) {
        parents.removeAll(keepingCapacity: true)
        parents.append(contentsOf: 0..<Int32(rows + columns))
        starts.fill(with: 0, count: rows + 1)
        pairs.removeAll(keepingCapacity: true)
        pairs.append(contentsOf: given)
        parents.withUnsafeMutableBufferPointer { parents in
            for pair in given {
                let a = Self.root(of: Int(pair.row), in: parents)
                let b = Self.root(of: rows + Int(pair.column), in: parents)
                // The smaller index is the root, so that a component is known by its first row.
                if a < b { parents[b] = Int32(a) } else { parents[a] = Int32(b) }
            }
            for row in 0..<rows { parents[row] = Int32(Self.root(of: row, in: parents)) }
            starts.withUnsafeMutableBufferPointer { starts in
                for pair in given { starts[Int(parents[Int(pair.row)]) + 1] += 1 }
                for row in 0..<rows { starts[row + 1] += starts[row] }
            }
        }
        ends.removeAll(keepingCapacity: true)
        ends.append(contentsOf: starts)
        ends.withUnsafeMutableBufferPointer { ends in
            pairs.withUnsafeMutableBufferPointer { pairs in
                for pair in given {
                    let component = Int(parents[Int(pair.row)])
                    pairs[Int(ends[component])] = pair
                    ends[component] += 1
                }
            }
        }
    }

    /// The pairs of the component whose first row this is; none if it is the first row of none.
    func range(_ component: Int) -> Range<Int> { Int(starts[component])..<Int(starts[component + 1]) }

    /// The first row of the component that a row is in.
    func component(ofRow row: Int) -> Int { Int(parents[row]) }

    private static func root(of node: Int, in parents: UnsafeMutableBufferPointer<Int32>) -> Int {
        var node = node
        while Int(parents[node]) != node {
            parents[node] = parents[Int(parents[node])]
            node = Int(parents[node])
        }
        return node
    }
}
