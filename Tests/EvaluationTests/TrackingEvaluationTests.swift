import Testing

@testable import Evaluation

@Suite("evaluation of tracks")
struct TrackingEvaluationTests {
    /// A box 10 wide and 20 high at a place along x.
    private func row(_ frame: Int, _ id: Int, at x: Double, flag: Double = 1, classID: Int = -1) -> MOTRow {
        MOTRow(frame: frame, id: id, x: x, y: 0, width: 10, height: 20, score: flag, classID: classID)
    }

    private func evaluate(
        _ groundTruth: [MOTRow], _ results: [MOTRow], _ convention: EvaluationConvention = .lapwing
    ) throws -> TrackingEvaluation {
        try TrackingEvaluation(
            [TrackingEvaluation.Sequence(name: "street", groundTruth: groundTruth, results: results)],
            convention: convention)
    }

    /// One object in frames 1 to 4.
    private var walker: [MOTRow] { (1...4).map { row($0, 7, at: Double($0)) } }

    @Test("gives full marks to the truth itself, whatever the identities are called and in whichever order rows come")
    func perfect() throws {
        let truth = walker + (2...4).map { row($0, 8, at: 100) }
        let results = truth.reversed().map { row($0.frame, 1000 - $0.id, at: $0.x) }
        let all = try evaluate(truth, results).combined.all
        #expect(all.clear.truePositives == 7)
        for (name, value) in all.figures where !["PTR", "MLR"].contains(name) {
            if case .share(let share) = value { #expect(share == 1, "\(name)") }
        }
        #expect(all.groundTruthIdentityCount == 2 && all.resultIdentityCount == 2)
    }

    @Test("counts an identity switch once, and the smaller half as identity errors")
    func identitySwitch() throws {
        let results = [row(1, 1, at: 1), row(2, 2, at: 2), row(3, 2, at: 3), row(4, 2, at: 4)]
        let all = try evaluate(walker, results).combined.all
        #expect(all.clear.identitySwitches == 1)
        #expect(all.clear.fragmentations == 0)
        #expect(all.clear.mota == 0.75)  // 1 − 1/4
        #expect(all.identity.truePositives == 3)
        #expect(all.identity.falsePositives == 1)
        #expect(all.identity.idf1 == 0.75)
        // One box has association 1/4, three have 3/4; detection is perfect.
        #expect(all.hota.detA == 1)
        #expect(abs(all.hota.assA - 0.625) < 1e-12)
        #expect(abs(all.hota.hota - 0.625.squareRoot()) < 1e-12)
    }

    @Test("counts a fragment where an object is missed and found again, and sees a switch over that gap")
    func fragment() throws {
        let results = [row(1, 1, at: 1), row(4, 1, at: 4)]
        let same = try evaluate(walker, results).combined.all.clear
        #expect(same.fragmentations == 1)
        #expect(same.identitySwitches == 0)
        #expect((same.mostlyTracked, same.partiallyTracked, same.mostlyLost) == (0, 1, 0))
        let switched = try evaluate(walker, [row(1, 1, at: 1), row(4, 3, at: 4)]).combined.all.clear
        #expect(switched.fragmentations == 1)
        #expect(switched.identitySwitches == 1)
        #expect(switched.falseNegatives == 2)
        #expect(switched.mota == 0.25)  // 1 − (2 + 1)/4
    }

    @Test("counts no fragment where an object is ignored or absent for a while; MOTChallenge's conventions count one")
    func gaps() throws {
        let other = (1...4).map { row($0, 8, at: 100) }
        let absent = walker.filter { $0.frame != 2 } + other
        let ignored = walker.map { row($0.frame, $0.id, at: $0.x, flag: $0.frame == 2 ? 0 : 1) } + other
        for truth in [absent, ignored] {
            #expect(try evaluate(truth, truth).combined.all.clear.fragmentations == 0)
            #expect(try evaluate(truth, truth, .mot15).combined.all.clear.fragmentations == 1)
        }
        // They pass over frames without any results.
        let results = [row(1, 1, at: 1), row(4, 1, at: 4)]
        #expect(try evaluate(walker, results, .mot15).combined.all.clear.fragmentations == 0)
    }

    @Test("counts two switches where two objects swap identities")
    func swapped() throws {
        let truth = walker + (1...4).map { row($0, 8, at: 100) }
        let results = (1...4).flatMap { frame in
            [
                row(frame, frame < 3 ? 1 : 2, at: Double(frame)), row(frame, frame < 3 ? 2 : 1, at: 100),
            ]
        }
        let all = try evaluate(truth, results).combined.all
        #expect(all.clear.identitySwitches == 2)
        #expect(all.identity.truePositives == 4)
        #expect(all.identity.idf1 == 0.5)
        #expect(abs(all.hota.assA - 1.0 / 3) < 1e-12)  // 2 frames together, 4 + 4 − 2 in all
    }

    @Test("keeps a pair of the frame before though another box lies better")
    func continuity() throws {
        let truth = [row(1, 7, at: 0), row(2, 7, at: 0)]
        let results = [row(1, 1, at: 0), row(2, 1, at: 2), row(2, 2, at: 0)]
        let clear = try evaluate(truth, results).combined.all.clear
        #expect(clear.identitySwitches == 0)
        #expect(clear.falsePositives == 1)
        #expect(abs(clear.motp - 5.0 / 6) < 1e-12)  // overlaps 1 and 160 of 240
    }

    @Test("finds nothing in empty results, and false positives only where the truth is empty")
    func empty() throws {
        let nothing = try evaluate(walker, []).combined.all
        #expect(nothing.clear.falseNegatives == 4)
        #expect(nothing.clear.mostlyLost == 1)
        #expect(nothing.clear.mota == 0 && nothing.identity.idf1 == 0 && nothing.hota.hota == 0)
        #expect(nothing.hota.locA == 1)

        let two = try TrackingEvaluation(
            [
                .init(name: "empty", groundTruth: [], results: walker),
                .init(name: "full", groundTruth: walker, results: walker),
            ], convention: .mot15)
        #expect(two.sequences.map(\.name) == ["empty", "full"])
        #expect(two.sequences[0].all.clear.falsePositives == 4)
        #expect(two.sequences[0].all.clear.mota == 0)
        #expect(two.combined.all.clear.mota == 0)  // (4 − 4) / 4
        #expect(two.combined.all.identity.idf1 == 8.0 / 12)
        #expect(abs(two.combined.all.hota.detA - 0.5) < 1e-12)

        let error = #expect(throws: MOTFileError.self) { try evaluate([], walker) }
        #expect(error?.code == .nothingToFind)
    }

    @Test("neither asks for ignored objects nor blames results that lie on them")
    func ignored() throws {
        let hidden = (1...4).map { row($0, 8, at: 100, flag: 0) }
        let onIt = (1...4).map { row($0, 5, at: 102) }
        let good = walker.map { row($0.frame, 1, at: $0.x) }
        let seen = try evaluate(walker + hidden, good + onIt).combined.all
        #expect(seen.clear.mota == 1)
        #expect(seen.hota.resultCount == 4)
        #expect(try evaluate(walker + hidden, good).combined.all.clear.mota == 1)
        // With MOT15's convention it is a false positive; so is a second one on the same ignored object.
        #expect(try evaluate(walker + hidden, good + onIt, .mot15).combined.all.clear.falsePositives == 4)
        let twice = onIt + onIt.map { row($0.frame, 6, at: 101) }
        #expect(try evaluate(walker + hidden, good + twice).combined.all.clear.falsePositives == 4)
        // Too far away.
        let beside = (1...4).map { row($0, 5, at: 104) }
        #expect(try evaluate(walker + hidden, good + beside).combined.all.clear.falsePositives == 4)
    }

    @Test("leaves a result to an object that counts though it lies better on an ignored one")
    func preference() throws {
        let truth = [row(1, 7, at: 0), row(1, 8, at: 2, flag: 0)]
        let one = try evaluate(truth, [row(1, 1, at: 2)]).combined.all.clear
        #expect((one.truePositives, one.falsePositives, one.falseNegatives) == (1, 0, 0))
        let two = try evaluate(truth, [row(1, 1, at: 2), row(1, 2, at: 1)]).combined.all.clear
        #expect((two.truePositives, two.falsePositives, two.falseNegatives) == (1, 0, 0))
    }

    @Test("tells classes apart where all rows have one")
    func classes() throws {
        let truth = [row(1, 1, at: 0, classID: 1), row(1, 2, at: 50, classID: 3)]
        let mixedUp = [row(1, 1, at: 0, classID: 3), row(1, 2, at: 50, classID: 3), row(1, 3, at: 90, classID: 6)]
        let apart = try evaluate(truth, mixedUp)
        #expect(apart.combined.classes.map(\.classID) == [1, 3])
        #expect(apart.combined.classes[0].metrics.clear.falseNegatives == 1)
        #expect(apart.combined.classes[1].metrics.clear.precision == 0.5)
        #expect(apart.combined.all.clear.truePositives == 1)
        #expect(apart.combined.all.clear.mota == 0)
        #expect(apart.otherClassCount == 1)

        let anyClass = try evaluate(truth, [row(1, 1, at: 0), row(1, 2, at: 50, classID: 1)])
        #expect(anyClass.combined.classes.isEmpty)
        #expect(anyClass.combined.all.clear.mota == 1)
    }

    @Test("leaves out results on distractors, of which 2020 has more, and all that are no pedestrians")
    func distractors() throws {
        let truth = [
            row(1, 1, at: 0, classID: 1), row(1, 2, at: 50, classID: 7), row(1, 3, at: 100, classID: 6),
            row(1, 4, at: 150, flag: 0, classID: 1),
        ]
        let results = (0..<4).map { row(1, 10 + $0, at: Double($0 * 50)) } + [row(1, 20, at: 200, classID: 3)]
        for (convention, falsePositives) in [(EvaluationConvention.mot17, 2), (.mot20, 1)] {
            let evaluation = try evaluate(truth, results, convention)
            #expect(evaluation.combined.all.clear.truePositives == 1)
            #expect(evaluation.combined.all.clear.falsePositives == falsePositives)
            #expect(evaluation.combined.all.hota.groundTruthCount == 1)
            #expect(evaluation.otherClassCount == 1)
        }
    }

    @Test("refuses an identity that is in two places")
    func repeated() {
        let error = #expect(throws: MOTFileError.self) {
            try evaluate(walker, [row(3, -1, at: 0), row(3, -1, at: 50)])
        }
        #expect(error?.code == .repeatedIdentity)
        #expect(error?.description.contains("street, results") == true)
        #expect(error?.detail.contains("frame 3") == true)
    }

    @Test("assigns as well as trying every way does")
    func assignment() {
        var state: UInt64 = 42
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var solver = SparseAssignment()
        for _ in 0..<300 {
            let (rows, columns) = (1 + random(5), 1 + random(5))
            var edges: [SparseAssignment.Edge] = []
            for row in 0..<rows {
                for column in 0..<columns where random(3) == 0 {
                    edges.append(.init(row: row, column: column, weight: Double(1 + random(20))))
                }
            }
            func best(_ index: Int, _ usedRows: Set<Int>, _ usedColumns: Set<Int>) -> Double {
                guard index < edges.count else { return 0 }
                let edge = edges[index]
                let without = best(index + 1, usedRows, usedColumns)
                guard !usedRows.contains(edge.row), !usedColumns.contains(edge.column) else { return without }
                let with = best(index + 1, usedRows.union([edge.row]), usedColumns.union([edge.column]))
                return max(without, edge.weight + with)
            }
            solver.solve(edges, rows: rows, columns: columns)
            let chosen = solver.chosen.map { edges[$0] }
            #expect(Set(chosen.map(\.row)).count == chosen.count)
            #expect(Set(chosen.map(\.column)).count == chosen.count)
            #expect(chosen.reduce(0) { $0 + $1.weight } == best(0, [], []))
        }
    }
}
