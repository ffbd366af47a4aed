#if os(Linux)
    @preconcurrency import Dispatch
    #if canImport(Musl)
        import Musl
    #else
        import Glibc
    #endif
#else
    import Darwin
    import Dispatch
#endif

/// Tells one log instance that another one, in this process or any other, has committed.
///
/// Whoever commits sets the database file's times (``announce(path:)``), after the commit is visible; inotify reports
/// that to every process. The `-wal` file will not do: its bytes are written before the commit can be seen, so that a
/// woken reader would find nothing and go back to sleep. Other systems look at the file's times every 25 ms.
///
/// An announcement is lost only if a process dies between its commit and the next line of its code; waiting calls look
/// again after a second for that reason.
final class ChangeWatcher: Sendable {
    #if os(Linux)
        private let source: any DispatchSourceRead

        /// Calls `onChange` whenever someone has announced a commit; nil when the system has no watches left, and then
        /// `errno` says why.
        init?(path: String, onChange: @escaping @Sendable () -> Void) {
            let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
            guard descriptor >= 0 else { return nil }
            guard inotify_add_watch(descriptor, path, UInt32(IN_ATTRIB)) >= 0 else {
                close(descriptor)
                return nil
            }
            let source = DispatchSource.makeReadSource(
                fileDescriptor: descriptor, queue: DispatchQueue(label: "lapwing.log.watcher", qos: .userInitiated))
            source.setEventHandler {
                withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
                    // What the events say does not matter, only that there were some.
                    while read(descriptor, buffer.baseAddress, buffer.count) > 0 {}
                }
                onChange()
            }
            source.setCancelHandler { close(descriptor) }
            source.activate()
            self.source = source
        }

        func stop() { source.cancel() }
    #else
        private let source: any DispatchSourceTimer

        init?(path: String, onChange: @escaping @Sendable () -> Void) {
            source = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "lapwing.log.watcher"))
            source.schedule(deadline: .now(), repeating: .milliseconds(25), leeway: .milliseconds(5))
            nonisolated(unsafe) var last = timespec()
            source.setEventHandler {
                var status = stat()
                guard stat(path, &status) == 0 else { return }
                let time = status.st_mtimespec
                guard time.tv_sec != last.tv_sec || time.tv_nsec != last.tv_nsec else { return }
                last = time
                onChange()
            }
            source.activate()
        }

        func stop() { source.cancel() }
    #endif

    deinit { stop() }

    /// Tells the other instances that something was committed.
    static func announce(path: String) {
        // By path: opening and closing the database file would drop SQLite's locks on it.
        utimensat(AT_FDCWD, path, nil, 0)
    }
}
