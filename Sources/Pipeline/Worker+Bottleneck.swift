internal import EventLog
internal import Foundation
internal import Logging

extension Worker {
    /// A record that comes so long after the log took it has waited for its reader, not for its writer.
    private static let freshness = Duration.seconds(5)

    /// Notes, where there is no chunk to begin, why that is.
    func noteShortage() {
        watch.shortage.enter(shortage)
    }

    /// Nil when the handler has all that it has use for, or is to get no more.
    private var shortage: Shortage? {
        guard hasHandsFree else { return nil }
        if assignments.isEmpty { return .partitions }
        if isPaused || budget.isAboveHigh { return .memory }
        if collector.hasReady { return .videos }
        if isBehind { return .fetching }
        return collector.isWaiting ? .lastChunks : .input
    }

    /// Notes how old the records are that the log gives.
    func noteAge(_ newest: LoggedRecord?) {
        guard let newest else {
            isBehind = false
            return
        }
        let age = Date.now.timeIntervalSince1970 - Double(newest.timestamp) / 1000
        isBehind = .seconds(age) > Self.freshness
    }

    /// Says what the worker is bound by, when it is time for that.
    func lookForBottleneck() {
        guard let times = handler.workTimes, let found = watch.look(at: times) else { return }
        logger.log(level: found.level, "\(found.message)", metadata: found.facts)
    }
}
