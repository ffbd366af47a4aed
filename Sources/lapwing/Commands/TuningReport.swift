import Evaluation
import Foundation
import Tracking
import Tuning

/// What a search for settings found, as text, as JSON and as a configuration file.
struct TuningReport {
    let result: TuningResult
    /// What `--min-score` was, without which the scores are not the same.
    let minimumScore: Double?

    var text: String {
        var parts = [settings]
        parts.append(sequences)
        if result.verdict != .noGain { parts.append(figures) }
        parts.append(verdict)
        parts.append(arguments.map { "Copy:\n  \($0)" } ?? "Nothing to copy: leave the settings as they are.")
        return parts.joined(separator: "\n\n")
    }

    /// The arguments for other commands; nil if the defaults are best.
    var arguments: String? {
        guard !result.options.isEmpty else { return nil }
        return (["--tracker \(result.tracker.rawValue)"] + options.map { "--tracker-option \($0.name)=\($0.value)" })
            .joined(separator: " ")
    }

    /// Everything to be given to the tracker, in its order: also what `run` would set otherwise.
    private var options: [(name: String, value: String)] {
        let others = ProcessingOptions.trackerDefaults[result.tracker] ?? [:]
        return result.tracker.options.compactMap { option in
            let value = result.options[option.name] ?? others[option.name].map { _ in "\(option.defaultValue)" }
            return value.map { (option.name, $0) }
        }
    }

    private var settings: String {
        let hasFolds = !result.folds.isEmpty
        var table = Table(
            [("SETTING", .left), ("DEFAULT", .right), ("FOUND", .right)]
                + (hasFolds ? [("WITHOUT ONE SEQUENCE", .left)] : []))
        for (index, setting) in result.settings.enumerated() {
            table.add(
                [setting.name, setting.defaultValue.description, setting.isChanged ? setting.found.description : "="]
                    + (hasFolds ? [spread(index)] : []))
        }
        return table.text
    }

    /// What the searches without one sequence chose: one value, or the least and the most.
    private func spread(_ index: Int) -> String {
        let values = result.folds.map { $0.values[index] }
        let sorted = values.sorted { $0.order < $1.order }
        guard let first = sorted.first, let last = sorted.last, first != last else { return "\(values[0])" }
        if case .boolean = first { return "either" }
        return "\(first) – \(last)"
    }

    private var sequences: String {
        let name = result.metric.displayName
        let hasFolds = !result.folds.isEmpty
        var table = Table(
            [("\(name) BY SEQUENCE", .left), ("DEFAULT", .right), ("FOUND", .right), ("GAIN", .right)]
                + (hasFolds ? [("HELD OUT", .right), ("GAIN", .right)] : []))
        func add(_ name: String, _ baseline: Double, _ found: Double, _ heldOut: Double?) {
            var row = [name, percent(baseline), percent(found), signed(found - baseline)]
            if hasFolds { row += [heldOut.map(percent) ?? "", heldOut.map { signed($0 - baseline) } ?? ""] }
            table.add(row)
        }
        let value = result.metric.value
        for (index, name) in result.sequenceNames.enumerated() {
            add(
                name, value(result.baseline[index]), value(result.found[index]),
                hasFolds ? value(result.heldOut[index]) : nil)
        }
        if result.sequenceNames.count > 1 {
            add(
                "COMBINED", result.value(result.baseline), result.value(result.found),
                hasFolds ? result.value(result.heldOut) : nil)
        }
        return table.text
    }

    private var figures: String {
        var table = Table([("COMBINED", .left)] + TuningMetric.allCases.map { ($0.displayName, .right) })
        let rows = [("default", result.baseline), ("found", result.found), ("held out", result.heldOut)]
        for (name, metrics) in rows where !metrics.isEmpty {
            let combined = TuningResult.combined(metrics)
            table.add([name] + TuningMetric.allCases.map { percent($0.value(of: combined)) })
        }
        return table.text
    }

    /// What to make of it, in sentences.
    var verdict: String {
        let name = result.metric.displayName
        guard result.verdict != .noGain else {
            return
                "No gain: none of \(Table.grouped(result.trials)) settings tried is reliably better than the defaults."
        }
        var lines = trust
        if let least = result.neighbours.min(), let most = result.neighbours.max() {
            lines.append("With one setting moved to the next value, \(name) is \(percent(least)) to \(percent(most)).")
        }
        return lines.joined(separator: "\n")
    }

    private var trust: [String] {
        let name = result.metric.displayName
        let (gain, counts) = (signed(result.gain), result.heldOutCounts)
        let held =
            "\(signed(result.heldOutGain ?? 0)) \(name) on held-out sequences, \(gain) on those searched; "
            + "better on \(counts.better) of \(result.folds.count), worse on \(counts.worse)."
        switch result.verdict {
        case .holds: return ["The gain holds: \(held)"]
        case .partly: return ["Part of the gain holds: \(held)"]
        case .doesNotHold:
            return [
                "The gain does not hold: \(held)",
                "Keep the defaults, or tune on more sequences that are like the videos to come.",
            ]
        case .unchecked, .noGain:
            let remedy = result.sequenceNames.count == 1 ? "give two sequences or more" : "leave --no-hold-out out"
            return [
                "Unchecked: \(gain) \(name), on what the settings were chosen on.",
                "To see whether that holds for other videos, \(remedy).",
            ]
        }
    }

    /// A file for `--config`.
    var yaml: String {
        let name = result.metric.displayName
        let comments = [
            "Made by 'lapwing tune' on \(result.sequenceNames.joined(separator: ", ")).",
            "\(name): \(percent(result.value(result.baseline))) by default, \(percent(result.value(result.found))) with "
                + "these settings.",
        ]
        var lines = (comments + verdict.components(separatedBy: "\n")).map { line in
            "# " + line.filter { !$0.isNewline }
        }
        lines.append("tracker: \(result.tracker.rawValue)")
        if let minimumScore { lines.append("min-score: \(minimumScore)") }
        if !options.isEmpty {
            lines.append("tracker-option:")
            lines += options.map { "  \($0.name): \($0.value)" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func percent(_ share: Double) -> String { String(format: "%.2f", share * 100) }
    private func signed(_ share: Double) -> String { String(format: "%+.2f", share * 100) }
}

extension TuningReport {
    var json: [String: JSONOutput.Value] {
        let hasFolds = !result.folds.isEmpty
        var object: [String: JSONOutput.Value] = [
            "tracker": .string(result.tracker.rawValue), "metric": .string(result.metric.rawValue),
            "trials": .integer(result.trials), "verdict": .string(result.verdict.rawValue),
            "gain": .number(result.gain), "held_out_gain": result.heldOutGain.map { .number($0) } ?? .null,
            "tracker_options": .object(
                Dictionary(uniqueKeysWithValues: options.map { ($0.name, .string($0.value)) })),
            "arguments": .string(arguments ?? "--tracker \(result.tracker.rawValue)"),
            "neighbours": .list(result.neighbours.map { .number($0) }),
        ]
        object["settings"] = .list(
            result.settings.enumerated().map { index, setting in
                .object([
                    "name": .string(setting.name), "default": setting.defaultValue.json, "found": setting.found.json,
                    "without_one_sequence": .list(result.folds.map { $0.values[index].json }),
                ])
            })
        object["sequences"] = .list(
            result.sequenceNames.enumerated().map { index, name in
                scores(
                    name, result.baseline[index], result.found[index], hasFolds ? result.heldOut[index] : nil)
            })
        object["combined"] = scores(
            "COMBINED", TuningResult.combined(result.baseline), TuningResult.combined(result.found),
            hasFolds ? TuningResult.combined(result.heldOut) : nil)
        return object
    }

    private func scores(
        _ name: String, _ baseline: TrackingMetrics, _ found: TrackingMetrics, _ heldOut: TrackingMetrics?
    ) -> JSONOutput.Value {
        func figures(_ metrics: TrackingMetrics) -> JSONOutput.Value {
            .object(
                Dictionary(
                    uniqueKeysWithValues: TuningMetric.allCases.map { ($0.displayName, .number($0.value(of: metrics))) }
                ))
        }
        return .object([
            "sequence": .string(name), "default": figures(baseline), "found": figures(found),
            "held_out": heldOut.map(figures) ?? .null,
        ])
    }
}

extension TrackerParameter.Value {
    fileprivate var json: JSONOutput.Value {
        switch self {
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .boolean(let value): .boolean(value)
        }
    }
}
