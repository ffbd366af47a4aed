import Foundation
import Synchronization

/// One line that shows how far long work has come: a bar, the numbers, the speed, the time left.
///
/// It draws itself at most ten times a second, and only on a terminal.
final class ProgressBar: Sendable {
    private struct State {
        var lastDrawn: ContinuousClock.Instant?
    }

    private let start = ContinuousClock.now
    private let unit: String
    private let state = Mutex(State())

    /// - Parameter unit: what is counted, in the plural: `frames`.
    init(unit: String) {
        self.unit = unit
    }

    /// - Parameters:
    ///   - total: nil while it is not known; then there is no bar.
    ///   - note: goes first: what is being done.
    func update(done: Int, total: Int?, note: String) {
        guard Console.isTerminal else { return }
        let isDue = state.withLock { state in
            if let last = state.lastDrawn, .now - last < .milliseconds(100) { return false }
            state.lastDrawn = .now
            return true
        }
        guard isDue else { return }
        let seconds = max(start.duration(to: .now).seconds, 0.001)
        let rate = Double(done) / seconds
        var text = "\(note)  "
        if let total, total > 0 {
            let share = min(Double(done) / Double(total), 1)
            let cells = 24
            let filled = Int(share * Double(cells))
            text += String(repeating: "█", count: filled) + String(repeating: "░", count: cells - filled)
            text += " \(Int(share * 100)) %  \(Table.grouped(done))/\(Table.grouped(total)) \(unit)"
        } else {
            text += "\(Table.grouped(done)) \(unit)"
        }
        text += "  \(String(format: "%.1f", rate))/s"
        if let total, done > 0, total > done { text += "  \(Table.clock(Double(total - done) / rate)) left" }
        Console.showProgress(String(text.prefix(max(Console.width - 1, 20))))
    }

    func finish() {
        Console.showProgress("")
    }
}

extension Duration {
    /// In seconds, with fractions.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
