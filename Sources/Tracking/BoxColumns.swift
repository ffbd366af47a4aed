internal import Vision

/// Boxes as columns of coordinates, with their areas, for loops over many pairs.
struct BoxColumns: Sendable {
    private(set) var x1: [Double] = []
    private(set) var y1: [Double] = []
    private(set) var x2: [Double] = []
    private(set) var y2: [Double] = []
    private(set) var areas: [Double] = []

    var count: Int { areas.count }

    subscript(index: Int) -> BoundingBox {
        BoundingBox(x1: x1[index], y1: y1[index], x2: x2[index], y2: y2[index])
    }

    mutating func append(_ box: BoundingBox) {
        x1.append(box.x1)
        y1.append(box.y1)
        x2.append(box.x2)
        y2.append(box.y2)
        areas.append(box.width * box.height)
    }

    /// Calls `body` with each box that overlaps another, in order, and their intersection over union, above 0.
    func forEachOverlap(with box: BoundingBox, _ body: (_ index: Int, _ overlap: Double) -> Void) {
        let area = box.width * box.height
        for j in 0..<count {
            // The formula of `BoundingBox.intersectionOverUnion`, with areas computed once.
            let width = min(box.x2, x2[j]) - max(box.x1, x1[j])
            guard width > 0 else { continue }
            let height = min(box.y2, y2[j]) - max(box.y1, y1[j])
            guard height > 0 else { continue }
            let intersection = width * height
            let value = intersection / (area + areas[j] - intersection)
            if value > 0 { body(j, value) }
        }
    }

    /// Empties the columns but keeps their memory.
    mutating func removeAll() {
        x1.removeAll(keepingCapacity: true)
        y1.removeAll(keepingCapacity: true)
        x2.removeAll(keepingCapacity: true)
        y2.removeAll(keepingCapacity: true)
        areas.removeAll(keepingCapacity: true)
    }
}
