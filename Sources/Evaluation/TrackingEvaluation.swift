import Vision

/// Compares a tracker's results with ground truth, per sequence and combined.
public struct TrackingEvaluation: Sendable {
    /// What is compared.
    public struct Sequence: Sendable {
        /// The name that scores and errors show.
        public var name: String
        /// Boxes with identities; the score is the flag, 0 for boxes that need not be found.
        public var groundTruth: [MOTRow]
        /// Boxes with identities, labelled with the classes of the ground truth; −1 is any class.
        public var results: [MOTRow]

        public init(name: String, groundTruth: [MOTRow], results: [MOTRow]) {
            self.name = name
            self.groundTruth = groundTruth
            self.results = results
        }
    }

    /// The figures of a sequence.
    public struct Scores: Sendable {
        public var name: String
        /// Each class by itself, ascending; empty where classes are not told apart.
        public var classes: [(classID: Int, metrics: TrackingMetrics)]
        /// All classes: the sum of their counts.
        public var all: TrackingMetrics
    }

    /// In the order given.
    public let sequences: [Scores]
    /// All sequences: the sum of their counts.
    public let combined: Scores
    /// Rows of the results that were left out because their class is none of the ground truth's.
    public let otherClassCount: Int

    /// Compares results with ground truth.
    ///
    /// Classes are told apart under ``EvaluationConvention/lapwing`` only, and only if every row of every sequence has
    /// one. The ground truth of all sequences together says which classes there are.
    ///
    /// - Throws: ``MOTFileError`` if an identity has two boxes in a frame, or if there is nothing to be found.
    public init(_ sequences: [Sequence], convention: EvaluationConvention) throws(MOTFileError) {
        for sequence in sequences {
            try Self.check(sequence.groundTruth, "\(sequence.name), ground truth")
            try Self.check(sequence.results, "\(sequence.name), results")
        }
        guard sequences.contains(where: { $0.groundTruth.contains { convention.role(of: $0) == .counted } }) else {
            throw MOTFileError(
                .nothingToFind, file: sequences.map(\.name).joined(separator: ", "),
                detail: "no row of the ground truth counts under convention \(convention.rawValue); "
                    + "column 7 is the flag (0: need not be found), column 8 the class")
        }
        let classes = convention == .lapwing ? Self.classes(of: sequences) : []
        otherClassCount =
            classes.isEmpty
            ? sequences.reduce(0) { $0 + $1.results.count { !convention.accepts(resultClass: $0.classID) } }
            : sequences.reduce(0) { $0 + $1.results.count { !classes.contains($0.classID) } }
        self.sequences = sequences.map { Self.scores(of: $0, classes, convention) }
        var combined = Scores(
            name: "COMBINED", classes: classes.map { ($0, TrackingMetrics()) }, all: TrackingMetrics())
        for scores in self.sequences {
            for index in classes.indices { combined.classes[index].metrics += scores.classes[index].metrics }
            combined.all += scores.all
        }
        self.combined = combined
    }

    /// The classes of the ground truth, ascending; none if any row of ground truth or results has no class.
    private static func classes(of sequences: [Sequence]) -> [Int] {
        var classes: Set<Int> = []
        for sequence in sequences {
            for row in sequence.groundTruth { classes.insert(row.classID) }
            guard !sequence.results.contains(where: { $0.classID == -1 }) else { return [] }
        }
        return classes.contains(-1) ? [] : classes.sorted()
    }

    private static func check(_ rows: [MOTRow], _ what: String) throws(MOTFileError) {
        struct Place: Hashable {
            var frame, id: Int
        }
        var seen: Set<Place> = []
        seen.reserveCapacity(rows.count)
        for row in rows where !seen.insert(Place(frame: row.frame, id: row.id)).inserted {
            throw MOTFileError(
                .repeatedIdentity, file: what,
                detail: "identity \(row.id) has two boxes in frame \(row.frame)"
                    + (row.id == -1 ? "; these are detections, 'lapwing track' makes tracks of them" : ""))
        }
    }

    private static func scores(of sequence: Sequence, _ classes: [Int], _ convention: EvaluationConvention) -> Scores {
        var scores = Scores(name: sequence.name, classes: [], all: TrackingMetrics())
        guard !classes.isEmpty else {
            let results = sequence.results.filter { convention.accepts(resultClass: $0.classID) }
            scores.all = TrackingMetrics(table(sequence.groundTruth, results, convention), convention: convention)
            return scores
        }
        for classID in classes {
            let metrics = TrackingMetrics(
                table(
                    sequence.groundTruth.filter { $0.classID == classID },
                    sequence.results.filter { $0.classID == classID }, convention), convention: convention)
            scores.classes.append((classID, metrics))
            scores.all += metrics
        }
        return scores
    }

    /// The boxes that count, frame by frame.
    private static func table(
        _ groundTruth: [MOTRow], _ results: [MOTRow], _ convention: EvaluationConvention
    ) -> OverlapTable {
        var table = OverlapTable()
        var filter = ResultFilter(convention: convention)
        let truths = groundTruth.indices.sorted { (groundTruth[$0].frame, $0) < (groundTruth[$1].frame, $1) }
        let found = results.indices.sorted { (results[$0].frame, $0) < (results[$1].frame, $1) }
        var (nextTruth, nextResult) = (0, 0)
        var frameTruths: [MOTRow] = []
        var frameResults: [MOTRow] = []
        while nextTruth < truths.count || nextResult < found.count {
            let frame = min(
                nextTruth < truths.count ? groundTruth[truths[nextTruth]].frame : .max,
                nextResult < found.count ? results[found[nextResult]].frame : .max)
            frameTruths.removeAll(keepingCapacity: true)
            frameResults.removeAll(keepingCapacity: true)
            while nextTruth < truths.count, groundTruth[truths[nextTruth]].frame == frame {
                frameTruths.append(groundTruth[truths[nextTruth]])
                nextTruth += 1
            }
            while nextResult < found.count, results[found[nextResult]].frame == frame {
                frameResults.append(results[found[nextResult]])
                nextResult += 1
            }
            filter.apply(frameTruths, &frameResults)
            table.append(
                truths: frameTruths.filter { convention.role(of: $0) == .counted }.map(OverlapTable.Item.init),
                results: frameResults.map(OverlapTable.Item.init))
        }
        return table
    }
}

extension OverlapTable.Item {
    init(_ row: MOTRow) { self.init(id: row.id, box: row.box) }
}

/// Takes out the results of a frame that lie on what need not be found.
private struct ResultFilter {
    let convention: EvaluationConvention
    private var assignment = SparseAssignment()
    private var edges: [SparseAssignment.Edge] = []

    init(convention: EvaluationConvention) { self.convention = convention }

    mutating func apply(_ truths: [MOTRow], _ results: inout [MOTRow]) {
        guard !results.isEmpty else { return }
        let roles = truths.map(convention.role)
        guard roles.contains(.absorbing) else { return }
        edges.removeAll(keepingCapacity: true)
        for (row, truth) in truths.enumerated() {
            for (column, result) in results.enumerated() {
                let iou = truth.box.intersectionOverUnion(result.box)
                guard iou >= CLEARMetrics.threshold - .ulpOfOne else { continue }
                // What is to be found goes first: no sum of overlaps outweighs one more of it.
                let bonus = convention.prefersCounted && roles[row] == .counted ? 1000.0 : 0
                edges.append(SparseAssignment.Edge(row: row, column: column, weight: iou + bonus))
            }
        }
        assignment.solve(edges, rows: truths.count, columns: results.count)
        let absorbed = Set(assignment.chosen.filter { roles[edges[$0].row] == .absorbing }.map { edges[$0].column })
        guard !absorbed.isEmpty else { return }
        results = results.indices.filter { !absorbed.contains($0) }.map { results[$0] }
    }
}
