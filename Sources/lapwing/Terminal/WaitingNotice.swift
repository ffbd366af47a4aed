import Synchronization

/// Says once in a call that submitting waits, and for what.
final class WaitingNotice: Sendable {
    private struct Given {
        var log = false
        var disk = false
    }
    private let given = Mutex(Given())

    /// - Parameter diskIsFull: what the log says of its disk; nil: the log's own limit is reached, which a progress line
    ///   on a terminal says.
    func give(_ path: String, diskIsFull: String?) {
        let isFirst = given.withLock { given in
            defer { if diskIsFull == nil { given.log = true } else { given.disk = true } }
            return diskIsFull == nil ? !given.log && !Console.isTerminal : !given.disk
        }
        guard isFirst else { return }
        if let diskIsFull {
            Console.warning("\(path): waiting for room on the disk: \(diskIsFull)")
        } else {
            Console.warning("\(path): the log is full: waiting for workers")
        }
    }
}
