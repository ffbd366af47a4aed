import Foundation
import Pipeline

/// What a run prints at its end.
struct RunSummary {
    var outcomes: [VideoOutcome]
    /// Wall time of the run, the model's loading left out.
    var seconds: Double
    /// How often the decoder's process was started anew.
    var decoderRestarts = 0

    func printTable() {
        var table = Table([
            ("VIDEO", .left), ("FRAMES", .right), ("OBJECTS", .left), ("LEDGER", .left), ("RESULTS", .left),
        ])
        for outcome in outcomes {
            guard let video = outcome.video, let end = outcome.end else {
                table.add([URL(fileURLWithPath: outcome.path).lastPathComponent, "", "", "failed", ""])
                continue
            }
            table.add([
                video.videoID.rawValue, Table.grouped(end.ledger?.framesExpected ?? 0), objects(end),
                ledger(outcome, end),
                outcome.file ?? "",
            ])
        }
        print(table.text)

        let ledgers = outcomes.compactMap { $0.end?.ledger }
        let frames = ledgers.reduce(0) { $0 + $1.framesProcessed }
        var line =
            "\n\(outcomes.count) \(outcomes.count == 1 ? "video" : "videos"), \(Table.grouped(frames)) frames processed"
        line += " in \(Table.clock(seconds)) (\(String(format: "%.1f", Double(frames) / max(seconds, 0.001))) frames/s)"
        // Inputs that could not be opened have no frames; a video that is in the log but has no ledger does.
        let accounted = outcomes.allSatisfy { $0.video == nil || $0.end?.ledger?.isBalanced == true }
        if !accounted || !ledgers.isEmpty {
            line += accounted ? "; every frame accounted for" : "; NOT every frame accounted for"
        }
        let failed = outcomes.count { $0.problem != nil }
        if failed > 0 { line += "; \(failed) with problems, listed above" }
        if decoderRestarts > 0 { line += "; decoder restarts: \(decoderRestarts)" }
        print(line)
    }

    /// `3 person, 1 car`: confirmed objects, most first.
    private func objects(_ end: ResultRecord) -> String {
        let counts = (end.objectCounts ?? [:]).sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let shown = counts.prefix(4).map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        return counts.isEmpty ? "none" : shown + (counts.count > 4 ? ", …" : "")
    }

    private func ledger(_ outcome: VideoOutcome, _ end: ResultRecord) -> String {
        guard let ledger = end.ledger else { return "" }
        guard end.event == "ended" else { return "failed" }
        var parts: [String] = []
        if ledger.framesSkipped > 0 { parts.append("\(Table.grouped(ledger.framesSkipped)) skipped") }
        if ledger.framesUndecodable > 0 { parts.append("\(Table.grouped(ledger.framesUndecodable)) undecodable") }
        if ledger.framesMissing > 0 { parts.append("\(Table.grouped(ledger.framesMissing)) missing") }
        if outcome.video?.truncation != nil { parts.append("source cut off") }
        return parts.isEmpty ? "complete" : parts.joined(separator: ", ")
    }

    func printJSON() throws {
        for outcome in outcomes {
            let ledger = outcome.end?.ledger
            try JSONOutput.line([
                "input": .string(outcome.path), "video_id": .optional(outcome.video?.videoID.rawValue),
                "state": .string(outcome.end?.event ?? "failed"), "problem": .optional(outcome.problem),
                "results": .optional(outcome.file), "frames_expected": .optional(ledger?.framesExpected),
                "frames_processed": .optional(ledger?.framesProcessed),
                "frames_skipped": .optional(ledger?.framesSkipped),
                "frames_undecodable": .optional(ledger?.framesUndecodable),
                "frames_missing": .optional(ledger?.framesMissing),
                "objects": .object((outcome.end?.objectCounts ?? [:]).mapValues { .integer($0) }),
            ])
        }
    }
}
