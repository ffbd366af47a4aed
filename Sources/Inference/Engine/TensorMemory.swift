/// Floats for an engine to read or write, at one place for their whole life.
final class TensorMemory {
    /// The values; a multiple of 64 bytes starts there, as wide vector loads like it.
    let values: UnsafeMutableBufferPointer<Float>

    /// Zeros.
    ///
    /// - Precondition: `count` is positive.
    init(count: Int) {
        precondition(count > 0)
        values = UnsafeMutableRawBufferPointer.allocate(byteCount: count * MemoryLayout<Float>.stride, alignment: 64)
            .bindMemory(to: Float.self)
        values.initialize(repeating: 0)
    }

    deinit { values.deallocate() }
}
