internal import EventLog
internal import Logging
internal import Synchronization
internal import Telemetry

extension Worker {
    /// Takes partitions on, each from where its group and its checkpoints say.
    func assign(_ partitions: [TopicPartition]) async throws {
        if isStopping { return }
        // What is being written for an earlier assignment is decided first: its effect is to be seen here.
        await wait { self.commits.isWriting(anyOf: partitions) || self.dropping > 0 }
        let restoring = Restoring(logger, partitions: partitions.count)
        let offsets = try await log.group(configuration.group)?.committed ?? [:]
        let restored = try await restore(partitions, restoring)
        var resumed = 0
        for partition in partitions {
            let position: Int64
            if let offset = offsets[partition] {
                position = offset
            } else {
                position = try await log.offsets(of: partition).lowerBound
            }
            assignmentCount += 1
            assignments[partition] = assignmentCount
            commits.begin(partition, committed: offsets[partition])
            let videos = restored[partition] ?? RestoredVideos()
            collector.assign(partition, videos, position: position)
            resumed += videos.running.count
        }
        logger.info(
            "partitions assigned",
            metadata: [
                "count": "\(partitions.count)", "owned": "\(assignments.count)", "videos_resumed": "\(resumed)",
            ])
        logger.debug("partitions assigned", metadata: ["partitions": "\(partitions.map(\.partition))"])
    }

    /// Has the handler read what it knows of the partitions' videos, of several partitions at a time.
    private func restore(_ partitions: [TopicPartition], _ restoring: Restoring) async throws
        -> [TopicPartition: RestoredVideos]
    {
        let (log, handler, health, role) = (log, handler, configuration.health, role)
        return try await withThrowingTaskGroup(of: (TopicPartition, RestoredVideos).self) { group in
            var restored: [TopicPartition: RestoredVideos] = [:]
            for (number, partition) in partitions.enumerated() {
                if number >= 4, let (partition, videos) = try await group.next() { restored[partition] = videos }
                group.addTask {
                    let videos = try await handler.restore(partition: partition.partition, from: log) { read, total in
                        // Reading may take minutes, in which nothing is polled.
                        health?.beat(role)
                        restoring.note(partition, read, total)
                    }
                    return (partition, videos)
                }
            }
            for try await (partition, videos) in group { restored[partition] = videos }
            return restored
        }
    }

    /// Gives partitions back, once what is in hand of them is committed.
    func revoke(_ partitions: [TopicPartition]) async {
        closing.formUnion(partitions)
        await wait {
            self.inHand.contains { partitions.contains($0.chunk.topicPartition) }
                || self.givingUp.map(partitions.contains) ?? false
        }
        commitNow()
        await wait { self.commits.isWaiting(anyOf: partitions) || self.commits.isWriting(anyOf: partitions) }
        await drop(partitions, reason: "given back")
        closing.subtract(partitions)
    }

    /// Lets go of partitions, and of all that has not been committed of them.
    func drop(_ partitions: [TopicPartition], reason: String) async {
        let owned = partitions.filter { assignments[$0] != nil }
        for partition in owned {
            assignments[partition] = nil
            budget.release(commits.drop(partition))
            collector.drop(partition)
            metrics?.member.forget(topic: partition.topic, partition: partition.partition)
        }
        guard !owned.isEmpty else { return }
        dropping += 1
        for partition in owned { await handler.drop(partition: partition.partition) }
        dropping -= 1
        gotOn()
        logger.info("partitions \(reason)", metadata: ["count": "\(owned.count)", "owned": "\(assignments.count)"])
    }
}

/// Says now and then how far the reading of checkpoints is.
private final class Restoring: Sendable {
    private let logger: Logger
    private let partitions: Int
    private let last = Mutex(ContinuousClock.now)

    init(_ logger: Logger, partitions: Int) {
        self.logger = logger
        self.partitions = partitions
    }

    func note(_ partition: TopicPartition, _ read: Int64, _ total: Int64) {
        let isDue = last.withLock { last in
            guard .now - last > .seconds(2) else { return false }
            last = .now
            return true
        }
        guard isDue else { return }
        logger.info(
            "reading checkpoints",
            metadata: [
                "partition": "\(partition.partition)", "of": "\(partitions)",
                "percent": "\(100 * read / max(total, 1))",
            ])
    }
}
