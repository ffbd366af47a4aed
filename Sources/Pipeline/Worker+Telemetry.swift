internal import EventLog
internal import Telemetry

/// What a worker tells of itself while it works: metrics, and whether it is well.
extension Worker {
    /// The parts that ``HealthMonitor`` knows of, by what keeps them from being ready.
    enum Part: String {
        case group
        case log
        case polling
        case committing
    }

    nonisolated func ready(_ part: Part, for duration: Duration? = nil) {
        configuration.health?.ready("\(role): \(part.rawValue)", for: duration)
    }

    nonisolated func notReady(_ part: Part, _ obstacle: String) {
        configuration.health?.notReady("\(role): \(part.rawValue)", obstacle)
    }

    /// Sets what goes up and down, now and then.
    func noteState() {
        guard let metrics, .now - lastState > .milliseconds(200) else { return }
        lastState = .now
        metrics.member.partitions.set(assignments.count)
        let held = collector.held
        metrics.collectorChunks.set(held.chunks)
        metrics.member.openVideos.set(held.videos)
        metrics.handlerChunks.set(inHand.count)
        metrics.commitChunks.set(commits.count)
        metrics.intakePaused.set(isPaused)
        metrics.chunkMemory.set(budget.bytesUsed)
        metrics.spooled.set(spool.bytesUsed)
        metrics.note(watch.shortage.times())
    }

    /// Asks the log now and then how far behind the group is in this member's partitions; so it is known, too, whether the
    /// log answers.
    ///
    /// - Throws: when it is cancelled, and only then.
    func lagLoop() async throws {
        while true {
            do {
                try await noteLag()
                // An answer that has not come again after some rounds is none.
                ready(.log, for: configuration.lagInterval * 12)
            } catch let error as CancellationError {
                throw error
            } catch {
                notReady(.log, (error as? EventLogError).map { "\($0.operation): \($0.detail)" } ?? "\(error)")
            }
            // Whoever has just joined has no partition yet.
            let isNew = assignments.isEmpty
            try await Task.sleep(for: isNew ? min(.seconds(1), configuration.lagInterval) : configuration.lagInterval)
        }
    }

    private func noteLag() async throws {
        var owned = assignments.keys.sorted()
        // Who has no partition asks after one all the same.
        if owned.isEmpty { owned = [TopicPartition(source, 0)] }
        for partition in owned {
            let held = try await log.offsets(of: partition)
            guard assignments[partition] != nil else { continue }
            let committed = [partition: commits.committed(partition) ?? held.lowerBound]
            let group = GroupDescription(name: configuration.group, members: [], committed: committed)
            // What transactions leave behind at their ends is no record; in chunks there is nothing of the kind.
            let lag =
                handler.takesDetections
                ? try await log.lag(of: group, in: partition, holding: held) : group.lag(of: partition, holding: held)
            guard assignments[partition] != nil else { continue }
            metrics?.member.note(lag: lag, topic: partition.topic, partition: partition.partition)
        }
    }
}
