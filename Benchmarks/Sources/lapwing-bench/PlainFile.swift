import Foundation

/// What the disk can do: bytes appended to a file and made durable, which is the least that a durable log must do.
enum PlainFile {
    /// Appends `bytes` again and again, each time waiting for the disk.
    static func append(_ bytes: [UInt8], times: Int, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw BenchError("\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        for _ in 0..<times {
            var done = 0
            while done < bytes.count {
                let count = bytes.withUnsafeBytes { buffer in
                    write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
                }
                guard count > 0 else { throw BenchError("\(path): \(String(cString: strerror(errno)))") }
                done += count
            }
            guard fdatasync(descriptor) == 0 else { throw BenchError("\(path): \(String(cString: strerror(errno)))") }
        }
    }
}
