/// What one object looked like: its latest appearance vectors, R_k in section 2.2 of the DeepSORT paper.
///
/// Vectors have length 1 and lie in one array, eight by eight: of eight vectors first all first numbers, then all second
/// ones, and so on, so that the products with another vector are eight at a time and need no sum across. The array grows
/// with the vectors and not beyond the budget; then the oldest vector makes room.
struct AppearanceGallery: Sendable, Equatable {
    /// How many vectors there are.
    private(set) var count = 0
    /// The place of the next vector once the budget is used up; the number of the oldest.
    private var oldest = 0
    /// Blocks of eight vectors; places that are not used yet repeat the first vector of their block.
    private var blocks: [SIMD8<Float>] = []

    /// Adds a vector, in place of the oldest if there are `budget` already.
    ///
    /// - Parameters:
    ///   - vectors: numbers of vectors of length 1.
    ///   - range: those of the vector; as many as every vector before had.
    ///   - budget: how many vectors are kept, 1 or more; the same every time.
    mutating func append(_ vectors: [Float], _ range: Range<Int>, budget: Int) {
        let place = count < budget ? count : oldest
        if count < budget { count += 1 } else { oldest = (oldest + 1) % budget }
        let lane = place % 8
        let start = place / 8 * range.count
        if start == blocks.count {
            if start == 0 { blocks.reserveCapacity(range.count) }
            for value in vectors[range] { blocks.append(SIMD8(repeating: value)) }
            return
        }
        // Places after the last vector repeat the first one of the block.
        let unused = lane == 0 ? min(max(count - place, 1), 8)..<8 : 0..<0
        blocks.withUnsafeMutableBytes { bytes in
            let numbers = bytes.assumingMemoryBound(to: Float.self)
            for (offset, index) in range.enumerated() {
                let block = (start + offset) * 8
                numbers[block + lane] = vectors[index]
                for other in unused { numbers[block + other] = vectors[index] }
            }
        }
    }

    /// The smallest cosine distance, 0…2, of any of the vectors from another: equation 2 of the paper.
    ///
    /// - Parameters:
    ///   - vectors: numbers of vectors of length 1.
    ///   - range: those of the vector; as many as in those that were added.
    /// - Precondition: there is at least one vector.
    func distance(to vectors: [Float], _ range: Range<Int>) -> Float {
        let dimension = range.count
        precondition(count > 0 && dimension > 0 && blocks.count.isMultiple(of: dimension), "vectors of one dimension")
        precondition(vectors.indices.contains(range.lowerBound) && range.upperBound <= vectors.count, "a whole vector")
        return vectors.withUnsafeBufferPointer { vectors in
            blocks.withUnsafeBufferPointer { blocks in
                let vector = UnsafeBufferPointer(rebasing: vectors[range])
                var largest = SIMD8<Float>(repeating: -.infinity)
                for block in stride(from: 0, to: blocks.count, by: dimension) {
                    // Two sums, so that one addition need not wait for another.
                    var even = SIMD8<Float>.zero
                    var odd = SIMD8<Float>.zero
                    var k = 0
                    while k + 1 < dimension {
                        even += blocks[block + k] * vector[k]
                        odd += blocks[block + k + 1] * vector[k + 1]
                        k += 2
                    }
                    if k < dimension { even += blocks[block + k] * vector[k] }
                    let products = even + odd
                    largest.replace(with: products, where: products .> largest)
                }
                var nearest = largest[0]
                for lane in 1..<8 { nearest = max(nearest, largest[lane]) }
                return 1 - nearest
            }
        }
    }

    init() {}

    /// Forgets all vectors but keeps their memory.
    mutating func removeAll() {
        count = 0
        oldest = 0
        blocks.removeAll(keepingCapacity: true)
    }

    /// Appends the whole state.
    func write(to writer: inout SnapshotWriter) {
        writer.append(count)
        writer.append(oldest)
        writer.append(blocks)
    }

    /// Reads what ``write(to:)`` wrote.
    ///
    /// - Parameters:
    ///   - dimension: the numbers of a vector; 0 if there was no vector yet.
    ///   - budget: how many vectors there can be.
    init(from reader: inout SnapshotReader, dimension: Int, budget: Int) throws(SnapshotError) {
        count = try reader.readInt(in: 0...(dimension > 0 ? budget : 0))
        oldest = try reader.readInt(in: 0...max(count - 1, 0))
        guard oldest == 0 || count == budget else { throw reader.corrupt("a gallery with room that was used up") }
        blocks = try reader.readBlocks((count + 7) / 8 * dimension)
    }
}
