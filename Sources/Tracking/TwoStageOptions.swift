/// What can be set on the trackers that associate in two stages by confidence: ``ByteTrackTracker`` and, with more,
/// ``BoTSORTTracker``.
public struct TwoStageOptions: Sendable, Hashable {
    /// Detections that score above this take part in the first stage.
    ///
    /// Raising it leaves more to the second stage, which only prolongs tracks; lowering it lets doubtful detections
    /// compete with good ones. ByteTrack uses 0.6.
    public var trackThreshold: Double
    /// Detections that score above this, but below ``trackThreshold``, take part in the second stage.
    ///
    /// One that scores exactly ``trackThreshold`` is in neither, as in the reference. Raising it loses objects that are
    /// half hidden; lowering it lets noise prolong tracks. ByteTrack uses 0.1.
    public var lowThreshold: Double
    /// A track begins with a detection of the first stage that scores this or more.
    ///
    /// Raising it keeps false alarms out; lowering it starts tracks earlier. ByteTrack uses `trackThreshold` + 0.1.
    public var newThreshold: Double
    /// The largest cost, 0…1, at which the first stage matches; the cost is 1 − overlap × score.
    ///
    /// Raising it holds on to quick objects; lowering it keeps neighbours apart. ByteTrack uses 0.9, BoT-SORT 0.8.
    public var matchThreshold: Double
    /// The largest cost, 0…1, at which the second stage matches; the cost is 1 − overlap. The reference uses 0.5.
    public var lowMatchThreshold: Double
    /// The largest cost, 0…1, at which a track of one detection is matched. The reference uses 0.7.
    public var unconfirmedMatchThreshold: Double
    /// Whether the first stage and that of unconfirmed tracks multiply the overlap by the detection's score.
    public var fuseScore: Bool
    /// How many frames a track may go unseen before it is given up.
    ///
    /// Raising it bridges longer occlusions, at the risk of joining two objects; lowering it splits objects that are
    /// hidden for a while. The reference uses a second's worth: 30.
    public var trackBuffer: Int
    /// A lost track and one in sight that overlap more than this, 0…1, are one object, and the one that was
    /// followed for less time ends. The reference uses 0.85; 1 keeps all.
    public var duplicateOverlap: Double
    /// Only boxes of a larger area, in square pixels, are put out; 0 puts out all.
    ///
    /// Not part of the trackers, but of their authors' evaluation: 100 for ByteTrack, 10 for BoT-SORT.
    public var minArea: Double
    /// Boxes that are wider than this many times their height are not put out; 0 puts out all.
    ///
    /// Not part of the trackers, but of their authors' evaluation, where it is 1.6: pedestrians are upright.
    public var maxAspect: Double
    /// Whether detections only associate with tracks of their own class.
    ///
    /// When false, a track has the class of its first detection, whatever is matched to it later; ``IdentityMap`` lets
    /// the detections vote on the object's. The papers know one class only.
    public var perClass: Bool

    public init(
        trackThreshold: Double = 0.6, lowThreshold: Double = 0.1, newThreshold: Double = 0.7,
        matchThreshold: Double = 0.9, lowMatchThreshold: Double = 0.5, unconfirmedMatchThreshold: Double = 0.7,
        fuseScore: Bool = true, trackBuffer: Int = 30, duplicateOverlap: Double = 0.85, minArea: Double = 0,
        maxAspect: Double = 0, perClass: Bool = true
    ) {
        self.trackThreshold = trackThreshold
        self.lowThreshold = lowThreshold
        self.newThreshold = newThreshold
        self.matchThreshold = matchThreshold
        self.lowMatchThreshold = lowMatchThreshold
        self.unconfirmedMatchThreshold = unconfirmedMatchThreshold
        self.fuseScore = fuseScore
        self.trackBuffer = trackBuffer
        self.duplicateOverlap = duplicateOverlap
        self.minArea = minArea
        self.maxAspect = maxAspect
        self.perClass = perClass
    }
}
