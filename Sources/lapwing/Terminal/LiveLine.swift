import Foundation
import Pipeline
import Synchronization

/// One line that shows how a live submission is doing: time, chunks, speed, bytes, reconnects, delay.
final class LiveLine: Sendable {
    private let start = ContinuousClock.now
    private let lastDrawn = Mutex<ContinuousClock.Instant?>(nil)

    func show(_ progress: LiveProducer.Progress) {
        guard Console.isTerminal else { return }
        let isDue = lastDrawn.withLock { last in
            if let last, .now - last < .milliseconds(100) { return false }
            last = .now
            return true
        }
        guard isDue else { return }
        Console.showProgress(String(text(progress).prefix(max(Console.width - 1, 20))))
    }

    func text(_ progress: LiveProducer.Progress) -> String {
        let seconds = max(start.duration(to: .now).seconds, 0.001)
        var parts = [
            "\(progress.videoID)", Table.clock(progress.seconds), "\(Table.grouped(progress.chunks)) chunks",
            String(format: "%.1f fps", Double(progress.frames) / seconds), Table.bytes(progress.bytes),
        ]
        if progress.reconnects > 0 { parts.append("\(progress.reconnects) reconnects") }
        if let delay = progress.delay { parts.append(String(format: "%.1f s late", delay)) }
        if progress.isWaiting { parts.append("(the log is full)") }
        if progress.isLost { parts.append("(source lost)") }
        return parts.joined(separator: "  ")
    }

    func finish() { Console.showProgress("") }
}
