import EventLog

extension LogConformance {
    static let waitingChecks: [Check] = [
        Check("a waiting read is woken by an append") { context in
            let log = try await context.log()
            let topic = try await context.topic(log)
            try await wakes(log, appending: log, topic, context)
        },
        Check("a waiting read is woken by another handle's append", needs: [.secondHandle]) { context in
            let log = try await context.log()
            let topic = try await context.topic(log)
            try await wakes(log, appending: try await context.reopen(log), topic, context)
        },
        Check("a read beyond the end waits as long as it was told, and returns nothing") { context in
            let log = try await context.log()
            let topic = try await context.topic(log)
            try await log.append([OutgoingRecord(topic, 0, "0")])
            let partition = TopicPartition(topic, 0)
            let clock = ContinuousClock()
            let time = try await clock.measure {
                let records = try await log.read(partition, from: 1, maxBytes: 1000, wait: .milliseconds(200))
                try expect(records.isEmpty, "a read beyond the end returned records")
            }
            try expect(time >= .milliseconds(190), "a read that was to wait 200 ms returned after \(time)")
            try expect(time < context.patience, "a read that was to wait 200 ms returned after \(time)")
            let far = try await log.read(partition, from: 1_000_000, maxBytes: 1000, wait: .zero)
            try expect(far.isEmpty, "a read far beyond the end returned records")
        },
        Check("a waiting poll is woken by an append") { context in
            let log = try await context.log()
            let topic = try await context.topic(log)
            let member = try await context.join(log, topic)
            try await context.poll([member], until: "the partition is assigned") { member.assigned.count == 1 }
            var delays: [Duration] = []
            for round in 0..<20 {
                let poller = Task { [consumer = member.consumer] in
                    let event = try await consumer.poll(timeout: context.patience)
                    return (event, ContinuousClock.now)
                }
                // Sometimes before the poll waits, sometimes after.
                try await Task.sleep(for: .milliseconds(round % 4 * 5))
                try await log.append([OutgoingRecord(topic, 0, "\(round)")])
                let appended = ContinuousClock.now
                let (event, received) = try await poller.value
                guard case .records(let records) = event else {
                    throw ConformanceFailure("round \(round): a waiting poll returned \(event)")
                }
                try expectEqual(records.map(\.text), ["\(round)"], "values")
                delays.append(received - appended)
            }
            try expectWoken(delays)
        },
        Check("cancellation ends waiting calls with CancellationError") { context in
            let log = try await context.log()
            let topic = try await context.topic(log)
            let member = try await context.join(log, topic)
            try await context.poll([member], until: "the partition is assigned") { member.assigned.count == 1 }
            let consumer = member.consumer
            let waiting: [(String, Task<Void, any Error>)] = [
                ("poll", Task { _ = try await consumer.poll(timeout: context.patience) }),
                (
                    "read",
                    Task {
                        _ = try await log.read(
                            TopicPartition(topic, 0), from: 0, maxBytes: 1000, wait: context.patience)
                    }
                ),
            ]
            try await Task.sleep(for: .milliseconds(50))
            for (name, task) in waiting {
                let clock = ContinuousClock()
                let time = await clock.measure {
                    task.cancel()
                    _ = await task.result
                }
                switch await task.result {
                case .failure(is CancellationError): break
                case let result: throw ConformanceFailure("a cancelled \(name) ended with \(result)")
                }
                try expect(time < .seconds(5), "a cancelled \(name) took \(time) to end")
            }
            // The consumer is as good as before.
            try await log.append([OutgoingRecord(topic, 0, "after")])
            try await context.poll([member], until: "the record comes") { member.values == ["after"] }
        },
        Check("closing the log ends waiting calls, and later ones, with the error 'closed'") { context in
            let log = try await context.log()
            let topic = try await context.topic(log)
            let member = try await context.join(log, topic)
            try await context.poll([member], until: "the partition is assigned") { member.assigned.count == 1 }
            let consumer = member.consumer
            let poller = Task { _ = try await consumer.poll(timeout: context.patience) }
            let reader = Task {
                _ = try await log.read(TopicPartition(topic, 0), from: 0, maxBytes: 1000, wait: context.patience)
            }
            try await Task.sleep(for: .milliseconds(50))
            await log.close()
            try await expectError(.closed, "a poll that waited") { try await poller.value }
            try await expectError(.closed, "a read that waited") { try await reader.value }
            try await expectError(.closed, "an append to a closed log") {
                try await log.append([OutgoingRecord(topic, 0, "x")])
            }
            try await expectError(.closed, "a poll of a closed log") { _ = try await consumer.poll(timeout: .zero) }
            await log.close()
        },
    ]

    private static func wakes(
        _ log: any EventLog, appending other: any EventLog, _ topic: String, _ context: CheckContext
    ) async throws {
        var delays: [Duration] = []
        for round in 0..<10 {
            let reader = Task {
                let records = try await log.read(
                    TopicPartition(topic, 0), from: Int64(round), maxBytes: 1000, wait: context.patience)
                return (records, ContinuousClock.now)
            }
            try await Task.sleep(for: .milliseconds(round % 3 * 10))
            try await other.append([OutgoingRecord(topic, 0, "\(round)")])
            let appended = ContinuousClock.now
            let (records, received) = try await reader.value
            try expectEqual(records.map(\.text), ["\(round)"], "values of a read that waited")
            delays.append(received - appended)
        }
        try expectWoken(delays)
    }

    /// Whether records came because somebody woke the one who waited, and not because a time had passed.
    ///
    /// The median: single ones may take long on a busy machine, and how long is a benchmark's to say.
    private static func expectWoken(_ delays: [Duration]) throws {
        let median = delays.sorted()[delays.count / 2]
        try expect(median < .milliseconds(500), "half of the records came more than \(median) after they were appended")
    }
}
