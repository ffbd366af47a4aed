/// How many objects of each class were seen at once, over time, in a bounded number of steps.
public struct CountSeries: Sendable, Hashable {
    /// Mean numbers by class in each step of time.
    public struct Point: Sendable, Hashable {
        public var milliseconds: Double
        public var counts: [String: Double]
    }

    /// How long a step is; it doubles when the video turns out longer.
    public private(set) var stepMilliseconds = 250.0

    static let maximumSteps = 480

    private struct Bin: Hashable {
        var frames = 0
        var sums: [String: Int] = [:]
        /// The first of the frames with the most objects.
        var busiest = 0
        var most = -1

        mutating func note(frame: Int, count: Int) {
            if count > most { (most, busiest) = (count, frame) }
        }
    }

    private var bins: [Bin] = []

    init() {}

    mutating func add(frame: Int, milliseconds: Double, counts: [String: Int]) {
        guard milliseconds.isFinite, milliseconds >= 0 else { return }
        while milliseconds / stepMilliseconds >= Double(Self.maximumSteps) { halve() }
        let index = Int(milliseconds / stepMilliseconds)
        while bins.count <= index { bins.append(Bin()) }
        bins[index].frames += 1
        bins[index].sums.merge(counts, uniquingKeysWith: +)
        bins[index].note(frame: frame, count: counts.values.reduce(0, +))
    }

    private mutating func halve() {
        stepMilliseconds *= 2
        bins = Swift.stride(from: 0, to: bins.count, by: 2).map { index in
            var bin = bins[index]
            if index + 1 < bins.count {
                bin.frames += bins[index + 1].frames
                bin.sums.merge(bins[index + 1].sums, uniquingKeysWith: +)
                bin.note(frame: bins[index + 1].busiest, count: bins[index + 1].most)
            }
            return bin
        }
    }

    /// The steps in which there were frames.
    public var points: [Point] {
        bins.enumerated().filter { $0.element.frames > 0 }.map { index, bin in
            Point(
                milliseconds: (Double(index) + 0.5) * stepMilliseconds,
                counts: bin.sums.mapValues { Double($0) / Double(bin.frames) })
        }
    }

    /// The frames with the most objects, one of each of `count` equal parts of the time; of parts without frames, none.
    func busiestFrames(_ count: Int) -> [Int] {
        (0..<count).compactMap { part in
            let steps = bins[part * bins.count / count..<(part + 1) * bins.count / count]
            return steps.max { ($0.most, $1.busiest) < ($1.most, $0.busiest) }.flatMap {
                $0.most < 0 ? nil : $0.busiest
            }
        }
    }
}
