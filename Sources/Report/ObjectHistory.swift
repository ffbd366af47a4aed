/// When and where one object was seen.
public struct ObjectHistory: Sendable, Hashable {
    /// Frames in which an object was seen, without a gap.
    public struct Run: Sendable, Hashable {
        public var first, last: Int
    }

    /// Corners in pixels of the displayed picture.
    public struct Box: Sendable, Hashable {
        public var x1, y1, x2, y2: Double

        var area: Double { max(0, x2 - x1) * max(0, y2 - y1) }
    }

    /// Where an object stood: the middle of its box's lower edge, in pixels.
    public struct Step: Sendable, Hashable {
        public var x, y: Double
    }

    public let objectID: String
    public let trackID: Int
    public let label: String
    /// When it was seen first and last, in milliseconds since the video's first frame.
    public private(set) var firstTime: Double
    public private(set) var lastTime: Double
    /// In ascending order. Of an object that is lost and found more often than ``maximumRuns``, near ones are joined.
    public private(set) var runs: [Run] = []
    /// In how many frames it was seen.
    public private(set) var frames = 0
    /// Its way, with fewer steps the longer it is; never more than ``maximumSteps``.
    public private(set) var way: [Step] = []
    /// The frame in which it is best seen (large, and detected with confidence), and where in it.
    public private(set) var bestFrame: Int
    public private(set) var bestBox: Box
    public var meanConfidence: Double { frames == 0 ? 0 : confidences / Double(frames) }

    static let maximumRuns = 200
    static let maximumSteps = 256

    private var confidences = 0.0
    private var bestScore = -1.0
    private var stride = 1

    init(objectID: String, trackID: Int, label: String, time: Double, frame: Int, box: Box) {
        self.objectID = objectID
        self.trackID = trackID
        self.label = label
        firstTime = time
        lastTime = time
        bestFrame = frame
        bestBox = box
    }

    /// Takes note of a sighting; `pictureWidth` tells whether the object stands at the picture's edge.
    mutating func add(frame: Int, time: Double, box: Box, confidence: Double, pictureWidth: Double) {
        if let last = runs.last, frame <= last.last + 1 {
            runs[runs.count - 1].last = frame
        } else {
            runs.append(Run(first: frame, last: frame))
            if runs.count > Self.maximumRuns { joinNearest() }
        }
        if frames % stride == 0 {
            way.append(Step(x: (box.x1 + box.x2) / 2, y: box.y2))
            if way.count >= Self.maximumSteps {
                way = way.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
                stride *= 2
            }
        }
        frames += 1
        confidences += confidence
        lastTime = time
        // What is cut off at the edge shows less of the object.
        let isWhole = box.x1 > 1 && box.x2 < pictureWidth - 1
        let score = box.area * confidence * confidence * (isWhole ? 1 : 0.25)
        if score > bestScore {
            bestScore = score
            bestFrame = frame
            bestBox = box
        }
    }

    private mutating func joinNearest() {
        let gaps = zip(runs, runs.dropFirst()).map { $1.first - $0.last }
        guard let at = gaps.indices.min(by: { gaps[$0] < gaps[$1] }) else { return }
        runs[at].last = runs[at + 1].last
        runs.remove(at: at + 1)
    }
}
