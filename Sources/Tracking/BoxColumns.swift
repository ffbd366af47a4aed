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

    /// Empties the columns but keeps their memory.
    mutating func removeAll() {
        x1.removeAll(keepingCapacity: true)
        y1.removeAll(keepingCapacity: true)
        x2.removeAll(keepingCapacity: true)
        y2.removeAll(keepingCapacity: true)
        areas.removeAll(keepingCapacity: true)
    }
}
