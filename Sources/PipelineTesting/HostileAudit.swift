internal import EventLog
internal import Pipeline

/// Looks whether a log accounts for every record and every frame of what was put into it.
struct HostileAudit {
    let log: any EventLog
    let topics: Topics

    /// - Parameters:
    ///   - whole: videos all of whose chunks were announced truly, with their frames: each must end with a ledger that
    ///     adds up to them.
    ///   - others: videos that the producer gave up, or whose records lie: if anything of them was worked on, they must end.
    func check(whole: [VideoID: Int], others: [VideoID], _ tally: inout HostileTally) async throws {
        let chunks = TopicPartition(topics.chunks, 0)
        let end = try await log.offsets(of: chunks).upperBound
        let committed = try await log.group(topics.workerGroup)?.committed[chunks] ?? 0
        if committed != end { tally.faults.append("records \(committed)..<\(end) were left lying") }
        try await log.readAll(TopicPartition(topics.deadLetters, 0)) { _ in tally.deadLetters += 1 }

        for (id, frames) in whole.sorted(by: { $0.key < $1.key }) {
            guard let last = try await follow(id, &tally), let ledger = last.ledger else {
                tally.faults.append("\(id): no end")
                continue
            }
            add(ledger, to: &tally)
            if !ledger.isBalanced || ledger.framesExpected != frames {
                tally.faults.append("\(id): of \(frames) frames, \(ledger)")
            }
        }
        for id in others.sorted() {
            guard let last = try await follow(id, &tally) else {
                tally.videos["nothing", default: 0] += 1
                continue
            }
            guard let ledger = last.ledger else {
                tally.faults.append("\(id): no end")
                continue
            }
            add(ledger, to: &tally)
            // A video that failed may not have come to where the frames are counted.
            let isUncounted = last.event == "failed" && ledger.framesExpected == nil
            let isContradicted = last.reason?.contains("contradict") == true
            if !ledger.isBalanced, !isUncounted, !isContradicted { tally.faults.append("\(id): \(ledger)") }
        }
    }

    private func add(_ ledger: Ledger, to tally: inout HostileTally) {
        tally.framesExpected += ledger.framesExpected ?? ledger.framesAccounted
        tally.framesProcessed += ledger.framesProcessed
        tally.framesUndecodable += ledger.framesUndecodable
        tally.framesMissing += ledger.framesMissing
    }

    /// Reads a video's results; its frames and gaps must follow each other without a hole.
    ///
    /// - Returns: the last record; nil when there is none.
    private func follow(_ id: VideoID, _ tally: inout HostileTally) async throws -> ResultRecord? {
        var last: ResultRecord?
        var next = 0
        var count = 0
        try await ResultsReader(log: log, topics: topics).read(id, follow: false) { bytes in
            let record = try ResultRecord.decode(bytes, what: "a result of \(id)")
            last = record
            if record.type == .frame {
                if record.frame != next { tally.faults.append("\(id): frame \(record.frame ?? -1) instead of \(next)") }
                next += 1
            } else if record.event == "gap" {
                if record.frame != next { tally.faults.append("\(id): a gap at \(record.frame ?? -1), not \(next)") }
                next += record.frameCount ?? 0
                let reason = String((record.reason ?? "").filter { !$0.isNumber }.prefix(90))
                tally.gaps[reason.replacing("case-", with: ""), default: 0] += 1
            }
            count += 1
        }
        guard let last else { return nil }
        tally.videos[last.event ?? "no end", default: 0] += 1
        if let ledger = last.ledger, ledger.framesAccounted - ledger.framesMissing != next {
            tally.faults.append("\(id): \(next) frames and gaps, \(ledger)")
        }
        return last
    }
}
