import Testing
import Tracking

@testable import Tuning

@Suite("what is searched")
struct SearchSpaceTests {
    @Test("every setting of every tracker has a range with its default in it, or is left out for a reason")
    func complete() {
        for kind in TrackerKind.allCases {
            for option in kind.options {
                guard let range = SearchRange.builtIn(option.name) else {
                    #expect(SearchRange.leftOut[option.name] != nil, "\(kind) \(option.name)")
                    continue
                }
                #expect(SearchRange.leftOut[option.name] == nil, "\(kind) \(option.name)")
                #expect(range.levels.count > 1)
                #expect(range.levels == range.levels.sorted { $0.order < $1.order }, "\(option.name)")
                #expect(Set(range.levels).count == range.levels.count, "\(option.name)")
                for level in range.levels {
                    #expect(option.domain.parse(level.description) == level, "\(kind) \(option.name)=\(level)")
                }
                let ends = (range.levels[0].order...range.levels[range.levels.count - 1].order)
                #expect(ends.contains(option.defaultValue.order), "\(kind) \(option.name)")
            }
        }
    }

    @Test("built-in ranges and exceptions are of settings that there are")
    func known() {
        let names = Set(TrackerKind.allCases.flatMap(\.options).map(\.name))
        #expect(Set(SearchRange.leftOut.keys).subtracting(names).isEmpty)
        #expect(SearchRange.ofAppearance.subtracting(names).isEmpty)
        #expect(SearchRange.builtInNames.subtracting(names).isEmpty)
    }

    @Test("the start is the default, for every tracker, and gives no options", arguments: TrackerKind.allCases)
    func start(kind: TrackerKind) throws {
        let space = try SearchSpace(tracker: kind, hasAppearance: kind.usesAppearance)
        let start = GridSearch(axes: space.axes, trials: 1).start
        #expect(space.options(at: start) == [:])
        #expect(space.settings.allSatisfy { $0.range.levels[$0.start] == $0.defaultValue })
        let names = Set(space.settings.map(\.name))
        #expect(names.isDisjoint(with: SearchRange.leftOut.keys))
        let blind = try SearchSpace(tracker: kind)
        #expect(Set(blind.settings.map(\.name)) == names.subtracting(SearchRange.ofAppearance))
    }

    private func levels(_ vary: String, _ kind: TrackerKind = .sort) throws -> [String] {
        try SearchSpace(tracker: kind, vary: [vary]).settings[0].range.levels.map(\.description)
    }

    @Test("ranges and lists are read")
    func parsing() throws {
        #expect(try levels("max_age=1..4") == ["1", "2", "3", "4"])
        #expect(try levels("max_age=60,20,40,20") == ["20", "40", "60"])
        #expect(try levels("iou_threshold=0.3..0.4").prefix(3) == ["0.3", "0.305", "0.31"])
        #expect(try levels("iou_threshold=0.25..0.75").count == 11)
        #expect(try levels("per_class=true,false") == ["false", "true"])
        #expect(try levels("per_class=false..true") == ["false", "true"])
        #expect(try levels("max_age") == SearchRange.builtIn("max_age")?.levels.map(\.description))
        // The default is a level where it lies within; long ranges are coarse where numbers are large.
        #expect(try levels("iou_threshold=0.02..0.98").contains("0.3"))
        let wide = try levels("max_age=0..1000").compactMap { Int($0) }
        #expect(wide.first == 0 && wide.last == 1000 && wide.contains(30) && wide.count < 40)
        #expect(zip(wide, wide.dropFirst()).allSatisfy { $0 < $1 })
        #expect(try levels("min_area=0..1000", .bytetrack).count == 21)
        #expect(try levels("min_area=999999999999.9999..1e12", .bytetrack).count == 2)
    }

    @Test("a range without the default starts at its nearest end, and never leaves the range")
    func outside() throws {
        let space = try SearchSpace(tracker: .sort, vary: ["max_age=40..50"])
        #expect(space.options(at: [space.settings[0].start]) == ["max_age": "40"])
        #expect(space.settings[0].range.levels.count == 11)
    }

    @Test("what is fixed is not searched")
    func fixed() throws {
        let space = try SearchSpace(tracker: .sort, fixed: ["max_age": "5"])
        #expect(space.settings.map(\.name) == ["min_hits", "iou_threshold"])
        #expect(space.options(at: [2, 5]) == ["max_age": "5"])
    }

    @Test(
        "mistakes are told with what to do",
        arguments: [
            (["max_ag=1..5"], [:], "--vary max_ag=1..5: SORT has no setting 'max_ag'; it has max_age, min_hits"),
            (["max_age=5..1"], [:], "--vary max_age=5..1: the range is empty; give the lower end first: 1..5"),
            (["max_age=a..5"], [:], "'a' is not a whole number from 0"),
            (["max_age="], [:], "'' is not a whole number from 0"),
            (["max_age=1..2..3"], [:], "'2..3' is not a whole number"),
            (["iou_threshold=0.3..nan"], [:], "'nan' is not a number from 0.0 to 1.0"),
            (["max_age=7"], [:], "there is one value in it; use --tracker-option max_age=7"),
            (["max_age=7..7"], [:], "there is one value in it"),
            (["per_class"], [:], "per_class has no built-in range; give one, as per_class=true,false"),
            (["max_age", "max_age=1..3"], [:], "--vary max_age=1..3: max_age is given twice"),
            (["max_age=1..3"], ["max_age": "2"], "--tracker-option max_age=2 fixes it; leave one of them out"),
            ([], ["max_age": "2", "min_hits": "2", "iou_threshold": "0.5"], "every setting is fixed"),
            ([], ["max_ag": "2"], "max_ag"),
        ] as [([String], [String: String], String)])
    func mistakes(vary: [String], fixed: [String: String], says: String) {
        let error = #expect(throws: TuningError.self) {
            try SearchSpace(tracker: .sort, fixed: fixed, vary: vary)
        }
        #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
    }

    @Test("settings of looks need looks")
    func looks() {
        let error = #expect(throws: TuningError.self) {
            try SearchSpace(tracker: .botsort, vary: ["proximity_thresh"])
        }
        #expect(error?.description.contains("without --embeddings") == true)
    }
}
