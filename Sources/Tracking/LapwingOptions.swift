/// What can be set on ``LapwingTracker``.
///
/// The defaults were chosen for all given MOT17 and MOT15 sequences together; `docs/trackers.md` says how, and what each
/// part adds.
public struct LapwingOptions: Sendable, Hashable {
    /// Detections that score above this begin tracks and are associated first, 0…1.
    ///
    /// Raising it leaves more to the second stage, which only prolongs tracks; lowering it lets doubtful detections
    /// compete with good ones.
    public var trackThreshold = 0.6
    /// Of the other detections, those that score above this may prolong a track that found nothing better, 0…1.
    ///
    /// Raising it loses objects that are half hidden; lowering it lets noise prolong tracks. At `trackThreshold` or above,
    /// there is no second stage.
    public var lowThreshold = 0.2
    /// A track begins with a detection that scores this or more, 0…1.
    ///
    /// Raising it keeps false alarms out; lowering it starts tracks earlier.
    public var newThreshold = 0.65
    /// The largest cost, 0…1, at which the first stage matches; the cost is 1 − likeness × score.
    ///
    /// Raising it holds on to quick objects; lowering it keeps neighbours apart.
    public var matchThreshold = 0.85
    /// How much boxes grow to each side, in parts of their width and height, before their overlap is measured; 0…1.
    ///
    /// Raising it holds on to objects that are small or quick for their size; lowering it keeps neighbours apart.
    public var buffer = 0.1
    /// How much of the likeness of two boxes goes by whether they stand on the same ground and reach as high, 0…1.
    ///
    /// Raising it keeps those apart who stand one behind the other; lowering it trusts overlap alone.
    public var heightWeight = 0.75
    /// Detections in successive frames, the first included, that make a track believed and put out.
    ///
    /// Raising it keeps a detector's false alarms out; lowering it puts real objects out earlier.
    public var minHits = 3
    /// How many frames a believed track may go unseen before it ends.
    ///
    /// Raising it bridges longer occlusions, at the risk of joining two objects; lowering it splits objects that are
    /// hidden for a while.
    public var maxAge = 45
    /// How many frames the predicted box of an object out of sight is put out, whatever the reason.
    public var coast = 1
    /// How many frames the predicted box of an object out of sight is put out while an object in sight, nearer to the
    /// camera, covers it.
    ///
    /// Raising either finds more of what is hidden; lowering either puts fewer boxes where nothing is.
    public var coastHidden = 10
    /// Whether what all tracks in sight have in common in their movement is taken for the camera's, as far as nobody
    /// measured that.
    public var commonMotion = true
    /// Whether detections only associate with tracks of their own class.
    ///
    /// When false, a track has the class of its first detection, whatever is matched to it later; ``IdentityMap`` lets
    /// the detections vote on the object's.
    public var perClass = true

    public init() {}
}
