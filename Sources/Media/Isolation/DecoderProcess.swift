internal import CIsolation
internal import Foundation

/// A child process that decodes; ends with this object, and is waited for.
///
/// The thread that starts it stays until it has ended: the system ends the child together with that thread, so that it
/// never outlives its parent, whatever ends that.
final class DecoderProcess: Sendable {
    /// How a process has ended.
    struct End {
        var exitCode: Int32
        /// What ended it; 0 when it left by itself.
        var signal: Int32
        /// Whether that was ``DecoderProcess/kill()``.
        var wasKilled: Bool

        var text: String {
            signal == 0
                ? "left with exit code \(exitCode)"
                : "was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
        }
    }

    /// What its thread and everybody else know of it.
    private final class Life: @unchecked Sendable {
        // Sendable: everything in it is read and written under `condition`.
        let condition = NSCondition()
        var process: pid_t?
        var startError: Int32 = 0
        var wasKilled = false
        var end: End?

        func wait<R>(for value: () -> R?) -> R {
            condition.withLock {
                while true {
                    if let value = value() { return value }
                    condition.wait()
                }
            }
        }

        func run(_ executable: String, _ arguments: [String], _ environment: [String], socket: Int32) {
            let (process, status) = Self.spawn(executable, arguments, environment, socket: socket)
            condition.withLock {
                self.process = process
                startError = status
                condition.broadcast()
            }
            guard status == 0 else { return }
            // It stays a zombie until nobody can send it a signal any more: its number may then be another's.
            _ = lapwing_await_end(process)
            condition.withLock {
                var (exitCode, signal): (Int32, Int32) = (-1, 0)
                _ = lapwing_reap(process, &exitCode, &signal)
                end = End(exitCode: exitCode, signal: signal, wasKilled: wasKilled)
                condition.broadcast()
            }
        }

        private static func spawn(
            _ executable: String, _ arguments: [String], _ environment: [String], socket: Int32
        ) -> (process: pid_t, status: Int32) {
            var cArguments = arguments.map { strdup($0) } + [nil]
            var cEnvironment = environment.map { strdup($0) } + [nil]
            defer { for string in cArguments + cEnvironment { free(string) } }
            var process: pid_t = 0
            let status = lapwing_spawn(executable, &cArguments, &cEnvironment, socket, &process)
            return (process, -status)
        }
    }

    private let life = Life()
    let id: pid_t

    /// Starts `executable` with the other end of its socket.
    init(executable: String, arguments: [String], socket: DecoderSocket) throws(DecoderProcessError) {
        // Not what the parent's environment holds besides: there may be passwords in it.
        let kept = ["LD_LIBRARY_PATH", "LD_PRELOAD", "GLIBC_TUNABLES"]
        let environment =
            kept.compactMap { name in ProcessInfo.processInfo.environment[name].map { "\(name)=\($0)" } }
            + ["SWIFT_BACKTRACE=enable=no"]
        let life = life
        // Not the socket itself, which would then stay open here as long as the thread: nobody would see the child's end.
        let descriptor = socket.descriptor
        let thread = Thread { life.run(executable, arguments, environment, socket: descriptor) }
        thread.name = "decoder's parent"
        thread.stackSize = 1 << 18
        thread.start()
        let (process, status) = withExtendedLifetime(socket) {
            life.wait { life.process.map { ($0, life.startError) } }
        }
        guard status == 0 else {
            throw DecoderProcessError("'\(executable)' cannot be started: \(String(cString: strerror(status)))")
        }
        id = process
    }

    deinit { _ = end() }

    /// Ends it at once, if it has not ended.
    func kill() {
        life.condition.withLock {
            guard life.end == nil else { return }
            life.wasKilled = Foundation.kill(id, SIGKILL) == 0
        }
    }

    /// Ends it if it has not ended, and tells how it did.
    func end() -> End {
        kill()
        return life.wait { life.end }
    }

    /// Waits for an end that is certain: its socket is closed. Should it live on without one, it is ended.
    func awaitEnd() -> End {
        let known = life.condition.withLock {
            let deadline = Date(timeIntervalSinceNow: 5)
            while life.end == nil, life.condition.wait(until: deadline) {}
            return life.end
        }
        return known ?? end()
    }
}
