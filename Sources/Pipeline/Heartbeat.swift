internal import Foundation

/// A file whose time of modification says when the process was last seen to live.
package struct Heartbeat {
    private let path: String
    private var last: ContinuousClock.Instant?

    /// - Throws: ``PipelineError`` with code `.unwritable` when the file cannot be made.
    package init(path: String) throws(PipelineError) {
        self.path = path
        guard touch() else {
            throw PipelineError(
                .unwritable,
                "heartbeat file \(path): \(String(cString: strerror(errno))); choose another with --heartbeat-file")
        }
    }

    /// Sets the time to now, at most once a second.
    package mutating func beat() {
        if let last, .now - last < .seconds(1) { return }
        last = .now
        _ = touch()
    }

    /// Makes the file if it is not there.
    private func touch() -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return futimens(descriptor, nil) == 0
    }
}
