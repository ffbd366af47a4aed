public import ArgumentParser
public import Evaluation
import Exports
import Foundation

/// How good tracks are.
struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Compare tracks with ground truth: HOTA, MOTA, IDF1 and more.",
        discussion: """
            Examples:
              lapwing evaluate --ground-truth street/gt/gt.txt --results out/street-3f9a2c1b77aa/results.jsonl
              lapwing evaluate --ground-truth a/gt/gt.txt b/gt/gt.txt --results a.txt b.txt --csv scores.csv
              lapwing evaluate --convention mot17 --ground-truth MOT17-02/gt/gt.txt --results MOT17-02.txt --json

            Results are what 'lapwing track' or another tracker writes (frame,id,x,y,width,height,score,class; a class of
            -1, or none, is any), or a results.jsonl of 'lapwing run' or 'lapwing results'. There, the detector's boxes of
            confirmed objects count; frames that were skipped are missed. Several files are several sequences, in the
            same order, and are combined by adding up their counts.

            Conventions:
              lapwing  each class by itself (1 person, 3 car, 4 bicycle), and all:
                       their counts added up. Ground truth with flag 0 need not be
                       found, and results on it (overlap 0.5 or more) are left out.
                       Where any row has no class, classes are not told apart.
              mot15    MOTChallenge 2015: ground truth with flag 0 is left out, all
                       else counts, whatever its class
              mot17    MOTChallenge 2016 and 2017: pedestrians (class 1) with flag 1;
                       results on distractors are left out
              mot20    MOTChallenge 2020: as mot17; results on vehicles without a
                       motor are left out, too

            The table shows shares in percent. --json prints one object per row and --csv writes one line per row, with
            more figures, under the names of TrackEval's tables, and shares as fractions of 1.
            """)

    @Option(
        name: .long, parsing: .upToNextOption,
        help: ArgumentHelp("Ground truth, MOTChallenge text; one file per sequence.", valueName: "file"))
    var groundTruth: [String]

    @Option(
        name: .long, parsing: .upToNextOption,
        help: ArgumentHelp("Tracks, MOTChallenge text or results.jsonl, in the same order.", valueName: "file"))
    var results: [String]

    @Option(name: .long, help: "Which rows count; see above.")
    var convention = EvaluationConvention.lapwing

    @Flag(name: .long, help: "Of results.jsonl, also the boxes of confirmed objects from before they were confirmed.")
    var includeTentative = false

    @Flag(name: .long, help: "The scores as JSON, one object per row.")
    var json = false

    @Option(name: .long, help: ArgumentHelp("Writes the scores to this file, too.", valueName: "file"))
    var csv: String?

    func validate() throws {
        guard groundTruth.count == results.count else {
            throw ValidationError(
                "--ground-truth has \(groundTruth.count) files and --results \(results.count); give one of each per sequence"
            )
        }
    }

    func run() async throws {
        let sequences = try zip(groundTruth, results).map { truth, results in
            try TrackFile.sequence(groundTruth: truth, results: results, includeTentative: includeTentative)
        }
        let evaluation = try TrackingEvaluation(sequences, convention: convention)
        convention.warn(ofOtherClasses: evaluation.otherClassCount)
        let scores = ScoreSheet(evaluation)
        if let csv {
            try File.write(scores.csv, to: csv, option: "--csv")
        }
        if json {
            try scores.printJSON()
        } else {
            print(scores.table)
        }
    }
}

extension EvaluationConvention: ExpressibleByArgument {
    /// Says how many boxes of the results do not count, if any.
    func warn(ofOtherClasses count: Int) {
        guard count > 0 else { return }
        Console.warning(
            "left out \(Table.grouped(count)) \(count == 1 ? "box" : "boxes") of the results: of classes that "
                + (self == .lapwing ? "the ground truth does not have" : "\(rawValue) does not count"))
    }
}

/// The scores as rows: sequences and all of them combined, with their classes.
struct ScoreSheet {
    private let rows: [(sequence: String, name: String, metrics: TrackingMetrics)]
    private let hasClasses: Bool

    init(_ evaluation: TrackingEvaluation) {
        let names = Dictionary(uniqueKeysWithValues: TrackFile.labels.map { ($0.value, $0.key) })
        let scores = evaluation.sequences + (evaluation.sequences.count > 1 ? [evaluation.combined] : [])
        hasClasses = !evaluation.combined.classes.isEmpty
        rows = scores.flatMap { scores in
            scores.classes.map { (scores.name, names[$0.classID] ?? "class \($0.classID)", $0.metrics) }
                + [(scores.name, "all", scores.all)]
        }
    }

    private static let shown = [
        "HOTA", "DetA", "AssA", "LocA", "MOTA", "MOTP", "IDF1", "IDP", "IDR", "Recall", "Precision", "FP", "FN",
        "IDSW", "Frag", "MT", "PT", "ML",
    ]

    /// The columns of the table: the sequence, the class where classes are told apart, and the figures.
    var header: [String] { ["SEQUENCE"] + (hasClasses ? ["CLASS"] : []) + Self.shown }

    /// The table's rows, shares in percent.
    var cells: [[String]] {
        rows.map { row in
            let figures = Dictionary(uniqueKeysWithValues: row.metrics.figures.map { ($0.name, $0.value) })
            return [row.sequence] + (hasClasses ? [row.name] : [])
                + Self.shown.compactMap { figures[$0] }.map { figure in
                    switch figure {
                    case .count(let count): Table.grouped(count)
                    case .share(let share): String(format: "%.2f", share * 100)
                    }
                }
        }
    }

    var table: String {
        let texts = hasClasses ? 2 : 1
        var table = Table(header.enumerated().map { ($0.element, $0.offset < texts ? .left : .right) })
        for row in cells { table.add(row) }
        return table.text
    }

    var csv: String {
        let header = ["sequence", "class"] + TrackingMetrics().figures.map(\.name)
        let lines = rows.map { row in
            [CSVField.quoted(row.sequence), row.name]
                + row.metrics.figures.map { figure in
                    switch figure.value {
                    case .count(let count): "\(count)"
                    case .share(let share): "\(share)"
                    }
                }
        }
        return ([header] + lines).map { $0.joined(separator: ",") + "\n" }.joined()
    }

    func printJSON() throws {
        for row in rows {
            var object: [String: JSONOutput.Value] = ["sequence": .string(row.sequence), "class": .string(row.name)]
            for (name, value) in row.metrics.figures {
                object[name] =
                    switch value {
                    case .count(let count): .integer(count)
                    case .share(let share): .number(share)
                    }
            }
            try JSONOutput.line(object)
        }
    }
}
