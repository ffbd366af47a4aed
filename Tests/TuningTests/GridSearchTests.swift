import Testing

@testable import Tuning

@Suite("the search over a grid")
struct GridSearchTests {
    private static let axes = [21, 15, 11, 9, 2].map { GridSearch.Axis(levels: $0, start: 0, isOrdered: $0 > 2) }

    /// A hill whose top is at a point; 1 there.
    private func hill(_ top: [Int], _ point: [Int]) -> Double {
        zip(zip(top, point), Self.axes).reduce(1) { value, next in
            let ((top, place), axis) = next
            let distance = Double(top - place) / Double(axis.levels)
            return value - distance * distance
        }
    }

    @Test(
        "finds the top of a hill",
        arguments: [[0, 0, 0, 0, 0], [20, 14, 10, 8, 1], [7, 3, 9, 1, 1], [13, 8, 2, 5, 0]])
    func hills(top: [Int]) async {
        let outcome = await GridSearch(axes: Self.axes, trials: 400, seed: 3).run { points in
            points.map { TrialScore(hill(top, $0)) }
        }
        #expect(outcome.point == top)
        #expect(outcome.score.value == 1)
        #expect(outcome.trials <= 400)
    }

    @Test("finds the top of a ridge that runs across the axes")
    func ridge() async {
        let axes = [GridSearch.Axis(levels: 40, start: 2), GridSearch.Axis(levels: 40, start: 35)]
        let outcome = await GridSearch(axes: axes, trials: 300).run { points in
            points.map { point in
                let (sum, difference) = (Double(point[0] + point[1] - 40), Double(point[0] - point[1] - 10))
                return TrialScore(-sum * sum / 100 - difference * difference / 1000)
            }
        }
        #expect(outcome.point == [25, 15])
    }

    @Test("gives the same with the same seed, and tries other points with another")
    func seeds() async {
        func tried(_ seed: UInt64) async -> [[Int]] {
            var tried: [[Int]] = []
            _ = await GridSearch(axes: Self.axes, trials: 200, seed: seed).run { points in
                tried += points
                return points.map { TrialScore(hill([7, 3, 9, 1, 1], $0)) }
            }
            return tried
        }
        let first = await tried(1)
        #expect(await tried(1) == first)
        #expect(await tried(2) != first)
        #expect(first[0] == [0, 0, 0, 0, 0], "the start is the first trial")
        #expect(Set(first).count == first.count, "no point is tried twice")
        #expect(first.allSatisfy { zip($0, Self.axes).allSatisfy { (0..<$1.levels).contains($0) } })
    }

    @Test("never tries more points than allowed", arguments: [1, 2, 3, 7, 50, 199])
    func budget(trials: Int) async {
        var count = 0
        let outcome = await GridSearch(axes: Self.axes, trials: trials).run { points in
            count += points.count
            return points.map { TrialScore(hill([7, 3, 9, 1, 1], $0)) }
        }
        #expect(count <= trials)
        #expect(outcome.trials == count)
        #expect(outcome.score.value >= hill([7, 3, 9, 1, 1], [0, 0, 0, 0, 0]))
    }

    @Test("tries everything where that is possible")
    func exhaustive() async {
        let axes = [GridSearch.Axis(levels: 5, start: 2), GridSearch.Axis(levels: 4, start: 0)]
        var tried: Set<[Int]> = []
        let outcome = await GridSearch(axes: axes, trials: 20).run { points in
            tried.formUnion(points)
            // No way leads uphill to the top.
            return points.map { TrialScore($0 == [4, 3] ? 10 : -Double($0[0] + $0[1])) }
        }
        #expect(tried.count == 20)
        #expect(outcome.point == [4, 3])
    }

    @Test("prefers the middle of a plateau to a higher spike")
    func plateau() async {
        let outcome = await GridSearch(axes: [GridSearch.Axis(levels: 20, start: 0)], trials: 20).run { points in
            points.map { TrialScore($0[0] == 3 ? 0.61 : (10...16).contains($0[0]) ? 0.6 : 0.5) }
        }
        #expect((11...15).contains(outcome.point[0]))
        #expect(abs(outcome.neighbourhoodMean - 0.6) < 1e-12)
    }

    @Test("leaves an axis at its start unless that costs the minimum gain")
    func minimumGain() async {
        let axes = [GridSearch.Axis(levels: 9, start: 4), GridSearch.Axis(levels: 9, start: 4)]
        let outcome = await GridSearch(axes: axes, trials: 100, minimumGain: 0.01).run { points in
            points.map { TrialScore(0.05 * Double($0[0]) + 0.0001 * Double($0[1])) }
        }
        #expect(outcome.point == [8, 4])
    }

    @Test("tells equal values apart by their tie-breaks, then by which came first")
    func ties() async {
        let axes = [GridSearch.Axis(levels: 3, start: 1)]
        let tied = await GridSearch(axes: axes, trials: 3).run { $0.map { TrialScore(1, tieBreaks: [Double($0[0])]) } }
        #expect(tied.score.tieBreaks == [2])
        let equal = await GridSearch(axes: axes, trials: 3).run { $0.map { _ in TrialScore(1) } }
        #expect(equal.point == [1])
    }
}
