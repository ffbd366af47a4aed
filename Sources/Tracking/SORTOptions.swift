/// What can be set on ``SORTTracker``.
public struct SORTOptions: Sendable, Hashable {
    /// How many frames in a row a track may go unseen before it ends.
    ///
    /// Raising it bridges longer occlusions, at the risk of joining two objects; lowering it splits objects that are
    /// hidden for a while. The paper uses 1.
    public var maxAge: Int
    /// How many frames in a row a track must be matched, after the one it was born in, before it is put out.
    ///
    /// Raising it keeps a detector's false alarms out; lowering it puts real objects out earlier. The paper's
    /// evaluation uses 3.
    public var minHits: Int
    /// The smallest intersection over union, 0…1, at which a detection may belong to a track.
    ///
    /// Raising it splits fast objects; lowering it lets neighbours swap identities. The paper uses 0.3.
    public var iouThreshold: Double
    /// Whether detections only associate with tracks of their own class.
    ///
    /// When false, a track has the class of its first detection, whatever is matched to it later; ``IdentityMap`` lets
    /// the detections vote on the object's.
    public var perClass: Bool

    public init(maxAge: Int = 30, minHits: Int = 3, iouThreshold: Double = 0.3, perClass: Bool = true) {
        self.maxAge = maxAge
        self.minHits = minHits
        self.iouThreshold = iouThreshold
        self.perClass = perClass
    }
}
