internal import CIsolation
internal import Foundation

/// A piece of memory that two processes have mapped; unmapped when nobody refers to it any more.
final class SharedMemory: @unchecked Sendable {
    // Sendable: it stays where it is. What is in it is written by the decoder's process before it says so, and by whoever
    // made it before anybody is told of it.

    let base: UnsafeMutableRawPointer
    let count: Int

    /// Maps what `descriptor` stands for, which is not closed.
    ///
    /// - Parameter count: bytes; as many as there are.
    init(mapping descriptor: Int32, count: Int, isWritable: Bool) throws(MediaError) {
        guard count > 0,
            let base = mmap(nil, count, isWritable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, descriptor, 0),
            base != MAP_FAILED
        else {
            throw MediaError(.outOfMemory, operation: "mmap", detail: "no memory to share \(count) bytes")
        }
        self.base = base
        self.count = count
    }

    deinit { munmap(base, count) }

    /// Makes memory of `count` zeros, and has it given to somebody by its descriptor, which is open during the call only.
    static func withNew<R>(
        count: Int, _ body: (Int32) throws -> R
    ) throws -> R {
        let descriptor = lapwing_shared_memory(count)
        guard descriptor >= 0 else {
            throw MediaError(
                .outOfMemory, operation: "memfd_create",
                detail: "no memory to share \(count) bytes: \(String(cString: strerror(-descriptor)))")
        }
        defer { close(descriptor) }
        return try body(descriptor)
    }
}
