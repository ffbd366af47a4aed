internal import Foundation
internal import Pipeline

/// Bytes that are written first and read afterwards: in memory while they are few, else in a file without a name.
final class Spool {
    private var waiting: [UInt8] = []
    private var file: Int32 = -1
    private var isRead = false

    private static let memoryLimit = 1 << 20

    deinit { if file >= 0 { close(file) } }

    /// - Throws: ``PipelineError`` with code `.unwritable`.
    func append(_ bytes: [UInt8]) throws(PipelineError) {
        waiting += bytes
        if waiting.count >= Self.memoryLimit { try flush() }
    }

    /// The next bytes in the order they were written; empty when there are no more. Nothing may be added afterwards.
    func next() throws(PipelineError) -> [UInt8] {
        guard file >= 0 else {
            defer { waiting = [] }
            return waiting
        }
        if !isRead {
            try flush()
            lseek(file, 0, SEEK_SET)
            isRead = true
        }
        let descriptor = file
        var status = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
            status = read(descriptor, buffer.baseAddress, buffer.count)
            count = max(0, status)
        }
        guard status >= 0 else { throw failure("read") }
        return bytes
    }

    private func flush() throws(PipelineError) {
        if file < 0 { file = try Self.open() }
        var done = 0
        while done < waiting.count {
            let count = waiting.withUnsafeBytes { write(file, $0.baseAddress! + done, $0.count - done) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure("written") }
            done += count
        }
        waiting.removeAll(keepingCapacity: true)
    }

    private static func open() throws(PipelineError) -> Int32 {
        var template = Array((NSTemporaryDirectory() + "/lapwing-export-XXXXXX").utf8CString)
        let file = mkstemp(&template)
        guard file >= 0 else {
            throw PipelineError(
                .unwritable,
                "\(NSTemporaryDirectory()): no temporary file can be made there (\(String(cString: strerror(errno)))); "
                    + "set TMPDIR to a folder with room")
        }
        // Without a name it is gone with this process, however that ends.
        unlink(template)
        return file
    }

    private func failure(_ verb: String) -> PipelineError {
        PipelineError(
            .unwritable,
            "a temporary file in \(NSTemporaryDirectory()) cannot be \(verb) (\(String(cString: strerror(errno)))); "
                + "set TMPDIR to a folder with room")
    }
}
