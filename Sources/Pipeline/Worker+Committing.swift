internal import EventLog
internal import Logging
internal import Telemetry

extension Worker {
    /// What one partition adds to a transaction.
    private struct Commit {
        var partition: TopicPartition
        /// The assignment that it was made in; in another one it would be somebody else's.
        var assignment: Int
        var records: [OutgoingRecord]
        /// The safe offset: all that the outcomes up to this one need no longer.
        var offset: Int64
        /// What the records are of, without them.
        var outcomes: [ChunkOutcome]
        /// How many records are dead letters that are no chunk's.
        var letters: Int
    }

    /// Writes outcomes, those that are ready together in one transaction, until the work loop has ended and all is
    /// written.
    func commitLoop(_ consumer: any LogConsumer) async throws {
        defer {
            commits.hasEnded = true
            gotOn()
        }
        var isTimed = false
        var signal = commitWake.stream.makeAsyncIterator()
        while true {
            try Task.checkCancellation()
            let wait = (commits.lastCommit ?? .now) + configuration.commitInterval - .now
            if commits.isUrgent || commits.workHasEnded || commits.lastCommit == nil || wait <= .zero {
                isTimed = false
                try await commitWhatIsReady(consumer)
                if commits.workHasEnded, commits.isEmpty { return }
            } else if !isTimed {
                isTimed = true
                let wake = commitWake.continuation
                Task {
                    try? await Task.sleep(for: wait)
                    wake.yield()
                }
            }
            _ = await signal.next(isolation: self)
        }
    }

    private func commitWhatIsReady(_ consumer: any LogConsumer) async throws {
        var bytes = 0
        var ready: [Commit] = []
        // Without waiting in between: each safe offset is to go with all the outcomes that it rests on.
        for (partition, assignment) in assignments.sorted(by: { $0.key < $1.key }) {
            let taken = commits.take(partition)
            bytes += taken.bytes
            let letters = collector.takeLetters(of: partition).map { $0.outgoing(topics: topics) }
            guard let offset = collector.safeOffset(of: partition) else { continue }
            let records = taken.outcomes.flatMap(\.recordsInContext) + letters
            guard !records.isEmpty || !taken.outcomes.isEmpty || offset > commits.committed(partition) ?? 0 else {
                continue
            }
            ready.append(
                Commit(
                    partition: partition, assignment: assignment, records: records, offset: offset,
                    outcomes: taken.outcomes.map(\.withoutRecords), letters: letters.count))
        }
        guard !ready.isEmpty else {
            commits.isUrgent = false
            return gotOn()
        }
        commits.beginWriting(Set(ready.map(\.partition)))
        defer {
            commits.endWriting(bytes: bytes)
            budget.release(bytes)
            gotOn()
        }
        do {
            try await write(ready, consumer)
        } catch let error as EventLogError where error.code == .fenced {
            if ready.count == 1 { return await fenced(ready[0]) }
            // One of them is another worker's now; the others are not to suffer for it.
            for commit in ready {
                do {
                    try await write([commit], consumer)
                } catch let error as EventLogError where error.code == .fenced {
                    await fenced(commit)
                }
            }
        }
    }

    private func fenced(_ commit: Commit) async {
        metrics?.member.fenced.add()
        logger.warning("fenced: the partition is another worker's", metadata: ["partition": "\(commit.partition)"])
        if isCurrent(commit) { await drop([commit.partition], reason: "lost") }
    }

    private func isCurrent(_ commit: Commit) -> Bool { assignments[commit.partition] == commit.assignment }

    /// One transaction, tried again while the log says that this may help.
    private func write(_ commits: [Commit], _ consumer: any LogConsumer) async throws {
        // By whom a result was made is told beside its value, which must not depend on it.
        let signature = Record.Header(Self.signatureHeaderName, consumer.memberID)
        var pause = Duration.milliseconds(50)
        while true {
            // Partitions that were lost while it waited have had their outcomes dropped.
            let current = commits.filter(isCurrent)
            if current.isEmpty { return }
            var transaction = LogTransaction()
            for commit in current {
                transaction.records += commit.records
                transaction.offsets[commit.partition] = commit.offset
            }
            let facts = [
                WorkerMemory.current(budget: configuration.memoryBudget)?.header,
                (configuration.decoderRestarts?()).map(DecoderRestarts.header),
            ].compactMap(\.self)
            for index in transaction.records.indices {
                transaction.records[index].record.headers.append(signature)
                if transaction.records[index].topic == topics.checkpoints {
                    transaction.records[index].record.headers += facts
                }
            }
            do {
                let begun = ContinuousClock.now
                try await consumer.commit(transaction)
                metrics?.member.note(
                    written: transaction.records.count,
                    bytes: transaction.records.reduce(0) { $0 + $1.record.byteCount }, took: .now - begun)
                ready(.committing)
                if obstacles.gone(.committing) { logger.info("the log takes commits again") }
                return note(current)
            } catch let error as EventLogError where error.recovery == .retry {
                metrics?.member.retried.add()
                notReady(.committing, error.detail)
                if obstacles.met(.committing) {
                    logger.warning("commit failed: trying again until the log takes it", error)
                }
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(5))
            }
        }
    }

    private func note(_ written: [Commit]) {
        for commit in written where isCurrent(commit) {
            commits.note(committed: commit.offset, of: commit.partition)
        }
        for commit in written { metrics?.note(unreadable: commit.letters) }
        for outcome in written.flatMap(\.outcomes) {
            metrics?.note(outcome)
            if let fault = outcome.fault {
                logger.notice(
                    "chunk cannot be used; it is among the dead letters",
                    metadata: outcome.logFacts.merging(["reason": "\(fault)"]) { $1 })
            } else {
                logger.debug("chunk committed", metadata: outcome.logFacts)
            }
            if outcome.videoIsDone { logger.info("video done", metadata: outcome.videoLogFacts) }
        }
    }
}

extension ChunkOutcome {
    /// What a line in a log says of where it belongs.
    var logFacts: Logger.Metadata {
        var facts = videoLogFacts
        if let origin { facts["chunk"] = "\(origin.chunk)" }
        return facts
    }

    /// The same, of all of the video.
    var videoLogFacts: Logger.Metadata {
        var facts: Logger.Metadata = ["video_id": "\(videoID)"]
        if let traceID = context.traceID { facts["trace_id"] = "\(traceID)" }
        return facts
    }
}
