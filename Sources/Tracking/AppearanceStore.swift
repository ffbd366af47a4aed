/// What the tracks of one tracker look like, and the detections of one frame: vectors of length 1.
///
/// Vectors are kept in blocks of eight numbers, filled up with zeros, and every sum is taken in the same order on every
/// machine.
struct AppearanceStore: Sendable {
    typealias Block = SIMD8<Float>

    /// Longer vectors are passed over: no model makes them, and a snapshot could not be believed about them.
    static let longest = 65_536

    /// What stands for no vector.
    static let none: Int32 = -1

    /// Numbers per vector; 0 before the first one.
    private(set) var dimension = 0
    private var blockCount = 0
    /// The frame's vectors; those that say nothing are not marked as usable.
    private var detectionBlocks: [Block] = []
    private var isUsable: [Bool] = []
    /// The tracks' vectors by slot, and slots that nobody has.
    private var trackBlocks: [Block] = []
    private var freeSlots: [Int32] = []

    /// Whether the frame came with vectors.
    private(set) var hasDetections = false

    /// Takes in a frame's vectors.
    ///
    /// - Returns: whether the tracks' vectors are of another dimension and are forgotten.
    mutating func take(_ vectors: AppearanceVectors?) -> Bool {
        hasDetections = false
        isUsable.removeAll(keepingCapacity: true)
        detectionBlocks.removeAll(keepingCapacity: true)
        // Of a frame without detections nothing can be told, not even the dimension.
        guard let vectors, vectors.count > 0, vectors.dimension <= Self.longest else { return false }
        hasDetections = true
        let isOther = vectors.dimension != dimension
        if isOther { reset(dimension: vectors.dimension) }
        for index in 0..<vectors.count {
            appendDetection(vectors.values[vectors.range(of: index)])
        }
        return isOther
    }

    /// Passes over the frame's vectors but for those of some detections.
    ///
    /// - Parameter indices: ascending.
    mutating func restrict(to indices: [Int]) {
        var next = 0
        for index in isUsable.indices {
            if next < indices.count, indices[next] == index {
                next += 1
            } else {
                isUsable[index] = false
            }
        }
    }

    /// Forgets all vectors and takes those of another dimension from now on.
    mutating func reset(dimension: Int) {
        self.dimension = dimension
        blockCount = dimension / Block.scalarCount + (dimension.isMultiple(of: Block.scalarCount) ? 0 : 1)
        trackBlocks.removeAll(keepingCapacity: true)
        freeSlots.removeAll(keepingCapacity: true)
    }

    private mutating func appendDetection(_ values: ArraySlice<Float>) {
        let start = detectionBlocks.count
        var block = Block.zero
        for (offset, value) in values.enumerated() {
            block[offset % Block.scalarCount] = value
            if offset % Block.scalarCount == Block.scalarCount - 1 || offset == values.count - 1 {
                detectionBlocks.append(block)
                block = .zero
            }
        }
        isUsable.append(Self.normalise(&detectionBlocks, start, blockCount))
    }

    /// Brings a vector to length 1; says whether it could be.
    private static func normalise(_ blocks: inout [Block], _ start: Int, _ count: Int) -> Bool {
        var sum = Block.zero
        for index in start..<(start + count) { sum += blocks[index] * blocks[index] }
        let length = total(sum).squareRoot()
        guard length.isFinite, length > 1e-12 else { return false }
        for index in start..<(start + count) { blocks[index] /= length }
        return true
    }

    private static func total(_ block: Block) -> Float {
        let four = block.lowHalf + block.highHalf
        let two = four.lowHalf + four.highHalf
        return two[0] + two[1]
    }

    /// 1 − cos of the angle between a track's vector and a detection's, 0…2; nil when either has none.
    func distance(slot: Int32, detection: Int) -> Double? {
        guard slot != Self.none, isUsable[detection] else { return nil }
        let a = Int(slot) * blockCount
        let b = detection * blockCount
        var sum = Block.zero
        for index in 0..<blockCount { sum += trackBlocks[a + index] * detectionBlocks[b + index] }
        return Double(max(0, 1 - Self.total(sum)))
    }

    /// Moves a track's vector towards a detection's: momentum × old + (1 − momentum) × new, brought to length 1.
    ///
    /// - Returns: the track's slot, a new one if it had none and the detection has a vector.
    mutating func blend(slot: Int32, detection: Int, momentum: Float) -> Int32 {
        guard hasDetections, isUsable[detection] else { return slot }
        let source = detection * blockCount
        guard slot != Self.none else {
            let slot = makeSlot()
            for index in 0..<blockCount {
                trackBlocks[Int(slot) * blockCount + index] = detectionBlocks[source + index]
            }
            return slot
        }
        let start = Int(slot) * blockCount
        for index in 0..<blockCount {
            trackBlocks[start + index] =
                trackBlocks[start + index] * momentum + detectionBlocks[source + index] * (1 - momentum)
        }
        if Self.normalise(&trackBlocks, start, blockCount) { return slot }
        // Opposite vectors cancelled out.
        free(slot)
        return Self.none
    }

    private mutating func makeSlot() -> Int32 {
        if let slot = freeSlots.popLast() { return slot }
        let slot = Int32(trackBlocks.count / blockCount)
        trackBlocks.append(contentsOf: repeatElement(.zero, count: blockCount))
        return slot
    }

    /// Gives back what a track had that has ended.
    mutating func free(_ slot: Int32) {
        if slot != Self.none { freeSlots.append(slot) }
    }

    /// Writes one track's vector, or that it has none.
    func write(slot: Int32, to writer: inout SnapshotWriter) {
        writer.append(slot != Self.none)
        guard slot != Self.none else { return }
        for offset in 0..<dimension {
            let block = trackBlocks[Int(slot) * blockCount + offset / Block.scalarCount]
            writer.append(block[offset % Block.scalarCount])
        }
    }

    /// Reads what ``write(slot:to:)`` wrote; the slot it is in now.
    mutating func read(from reader: inout SnapshotReader) throws(SnapshotError) -> Int32 {
        guard try reader.readBool() else { return Self.none }
        guard dimension > 0 else { throw reader.corrupt("a vector without a dimension") }
        let slot = makeSlot()
        for offset in 0..<dimension {
            let value = try reader.readFloat()
            guard value.isFinite else { throw reader.corrupt("\(value) where a finite number belongs") }
            trackBlocks[Int(slot) * blockCount + offset / Block.scalarCount][offset % Block.scalarCount] = value
        }
        return slot
    }
}
