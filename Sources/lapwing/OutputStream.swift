import Foundation

/// Standard output, or a file, written in large pieces.
///
/// A file appears under its name when it is complete: until ``finish()`` it has `.part` behind it.
final class OutputStream {
    enum Closed: Error { case closed }

    /// Bytes written so far.
    private(set) var bytes = 0

    private let path: String?
    /// What is written into; nil for standard output.
    private let partial: String?
    private var buffer: [UInt8] = []
    private var isFinished = false

    /// - Parameter path: nil is standard output; a pipe or a device is written into as it is.
    init(path: String? = nil) throws(Failure) {
        self.path = path
        guard let path else {
            partial = nil
            return
        }
        guard !File.isStream(path) else {
            partial = path
            return
        }
        let folder = Folder.parent(of: path)
        if !folder.isEmpty {
            try Folder.make(folder, name: "folder", remedy: "choose another place with --output")
        }
        let partial = path + ".part"
        self.partial = partial
        let file = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw failure() }
        close(file)
    }

    deinit {
        if let partial, partial != path, !isFinished { unlink(partial) }
    }

    func write(_ bytes: [UInt8]) throws {
        buffer += bytes
        if buffer.count >= 1 << 16 { try flush() }
    }

    /// The file is complete.
    func finish() throws {
        try flush()
        guard let path, let partial, partial != path else { return }
        guard rename(partial, path) == 0 else { throw failure() }
        isFinished = true
    }

    func flush() throws {
        guard !buffer.isEmpty else { return }
        var file = STDOUT_FILENO
        if let partial {
            // Opened for each piece, so that a thousand files can be written at once.
            file = open(partial, O_WRONLY | O_APPEND | O_CLOEXEC)
            guard file >= 0 else { throw failure() }
        }
        defer { if partial != nil { close(file) } }
        var done = 0
        while done < buffer.count {
            let count = buffer.withUnsafeBytes {
                Foundation.write(file, $0.baseAddress! + done, $0.count - done)
            }
            if count < 0 && errno == EINTR { continue }
            if count < 0 && errno == EPIPE { throw Closed.closed }
            guard count > 0 else { throw failure() }
            done += count
        }
        bytes += buffer.count
        buffer.removeAll(keepingCapacity: true)
    }

    private func failure() -> Failure {
        let cause = String(cString: strerror(errno))
        guard let path else { return .failed("standard output: \(cause)") }
        return .failed("\(path): it cannot be written (\(cause)); choose another place with --output")
    }
}
