internal import EventLog
internal import Pipeline
internal import Telemetry

/// What an aggregator tells of itself while it works: metrics, and whether it is well.
extension Aggregator {
    static let role = "aggregator"

    /// The parts that keep it from being ready, as ``HealthMonitor`` calls them.
    enum Part: String {
        case group
        case log
        case room
    }

    func ready(_ part: Part, for duration: Duration? = nil) {
        configuration.health?.ready("\(Self.role): \(part.rawValue)", for: duration)
    }

    func notReady(_ part: Part, _ obstacle: String) {
        configuration.health?.notReady("\(Self.role): \(part.rawValue)", obstacle)
    }

    /// The loop goes round.
    func beat() {
        heartbeat?.beat()
        configuration.health?.beat(Self.role)
        metrics?.partitions.set(partitions.count)
        metrics?.openVideos.set(partitions.values.reduce(0) { $0 + $1.runningCount })
    }

    /// Asks the log now and then how far behind the group is in this member's partitions, until it is cancelled.
    func lagLoop() async throws {
        guard metrics != nil || configuration.health != nil else { return }
        let interval = configuration.lagInterval
        while true {
            do {
                let group = try await log.group(groupName)
                ready(.log, for: interval * 12)
                for partition in partitions.keys.sorted() {
                    guard let group else { continue }
                    let held = try await log.offsets(of: partition)
                    let lag = try await log.lag(of: group, in: partition, holding: held)
                    guard partitions[partition] != nil else { continue }
                    metrics?.note(lag: lag, topic: partition.topic, partition: partition.partition)
                }
            } catch let error as CancellationError {
                throw error
            } catch {
                notReady(.log, (error as? EventLogError).map { "\($0.operation): \($0.detail)" } ?? "\(error)")
            }
            try await Task.sleep(for: partitions.isEmpty ? min(.seconds(1), interval) : interval)
        }
    }
}
