internal import EventLog
internal import Logging
internal import ServiceLifecycle

extension Worker {
    /// Becomes a member of the group; waits while the log's disk is full.
    ///
    /// - Returns: nil when the worker was stopped before there was room.
    func join() async throws -> (any LogConsumer)? {
        let member = ConsumerConfiguration(
            group: configuration.group, topics: [source], memberID: configuration.memberID,
            instanceID: configuration.groupInstanceID, sessionTimeout: configuration.sessionTimeout,
            maxPollBytes: configuration.maxPollBytes, prefetchBytes: configuration.prefetchBytes)
        return try await withGracefulShutdownHandler {
            while !isStopping {
                do {
                    let consumer = try await log.join(member)
                    if obstacles.gone(.joining) { logger.info("the log has room again") }
                    return consumer
                } catch let error as EventLogError where error.code == .full {
                    if obstacles.met(.joining) { logger.warning("the log's disk is full: waiting for room", error) }
                    notReady(.group, "it has not joined its group: \(error.detail)")
                    beat()
                    try await Task.sleep(for: .milliseconds(500))
                }
            }
            return nil
        } onGracefulShutdown: {
            Task { await self.stop() }
        }
    }

    /// One event of the log; `.idle` when its disk is full, which is waited out.
    func poll(_ consumer: any LogConsumer) async throws -> ConsumerEvent {
        do {
            let event = try await consumer.poll(timeout: .milliseconds(200))
            ready(.polling)
            if obstacles.gone(.polling) { logger.info("the log has room again") }
            return event
        } catch let error as EventLogError where error.code == .full {
            notReady(.polling, error.detail)
            if obstacles.met(.polling) { logger.warning("the log's disk is full: waiting for room", error) }
            try await Task.sleep(for: .milliseconds(500))
            return .idle
        }
    }

    /// Stops intake above the memory budget's high mark while there is work, and starts it again below the low one.
    ///
    /// With nothing to work on, stopping would wait for ever: then chunks go to the spool. If that is full, the video
    /// that has waited longest begins before all of it is in, which makes room. If none can begin, the chunk that all
    /// wait for is still to come: it is taken, whatever the budget.
    func holdBack(_ consumer: any LogConsumer) async throws {
        let hasWork = isBusy || collector.hasReady
        if budget.isAboveHigh {
            var mustWait = hasWork
            if !hasWork {
                let hasRoom = try makeRoom()
                if !hasRoom { mustWait = collector.startEarly() }
            }
            if mustWait {
                if !isPaused {
                    isPaused = true
                    logger.info("memory budget used up: intake paused", metadata: ["bytes": "\(budget.bytesUsed)"])
                }
                // Also after each assignment: new partitions come unpaused.
                return try await consumer.pause(Set(assignments.keys))
            }
        }
        if isPaused, budget.isBelowLow || !hasWork {
            isPaused = false
            try await consumer.resume(Set(assignments.keys))
        }
    }

    /// Says that a chunk, with the pictures in it, needs more than the budget has for chunks.
    func noteNeed(_ bytes: Int) {
        let room = budget.high
        guard bytes > room, obstacles.met(.chunk) else { return }
        logger.warning(
            "a chunk needs more memory than there is for chunks, and gets it: raise --memory, or cut shorter chunks",
            metadata: ["needed": "\(bytes >> 20) MiB", "for_chunks": "\(room >> 20) MiB"])
    }

    /// Moves chunks to the spool; false when that is full.
    private func makeRoom() throws -> Bool {
        do {
            try collector.spill()
        } catch {
            guard error.code == .full else { throw error }
            let reason = error.detail
            if obstacles.met(.spool) {
                logger.warning(
                    "the spool is full: intake pauses, and videos begin before all of them is in",
                    metadata: ["reason": "\(reason)"])
            }
            return false
        }
        if obstacles.gone(.spool) { logger.info("the spool has room again") }
        return true
    }
}

extension Logger {
    func warning(_ message: Logger.Message, _ error: EventLogError) {
        warning(message, metadata: ["operation": "\(error.operation)", "reason": "\(error.detail)"])
    }
}
