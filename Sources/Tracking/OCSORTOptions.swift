/// What can be set on ``OCSORTTracker``.
public struct OCSORTOptions: Sendable, Hashable {
    /// Detections must score strictly above this to start and to keep tracks, 0…1.
    ///
    /// Raising it keeps a detector's false alarms out; lowering it keeps faint objects. The paper's evaluation uses 0.6.
    public var detectionThreshold: Double
    /// How many frames in a row a track may go unseen before it ends.
    ///
    /// Raising it bridges longer occlusions, at the risk of joining two objects; lowering it splits objects that are
    /// hidden for a while. The paper uses 30.
    public var maxAge: Int
    /// How many frames in a row a track must be matched, after the one it was born in, before it is put out.
    ///
    /// Raising it keeps a detector's false alarms out; lowering it puts real objects out earlier. The paper uses 3.
    public var minHits: Int
    /// The smallest intersection over union, 0…1, at which a detection may belong to a track.
    ///
    /// Raising it splits fast objects; lowering it lets neighbours swap identities. The paper uses 0.3.
    public var iouThreshold: Double
    /// How many frames a track's direction of motion is measured over, Δt in section 4.2; 1…100.
    ///
    /// Raising it makes the direction steadier; lowering it lets it follow turns sooner. The paper uses 3.
    public var deltaT: Int
    /// How much an agreement of directions weighs against overlap, λ in equation 2; 0…1.
    ///
    /// Raising it keeps identities apart where objects cross; lowering it trusts overlap alone. The paper uses 0.2.
    public var inertia: Double
    /// Whether tracks left over may take detections below `detectionThreshold`, as ByteTrack does.
    public var usesByte: Bool
    /// With `usesByte`: detections must score strictly above this to be taken by anything, 0…1. The reference has 0.1.
    public var lowThreshold: Double
    /// Whether a box whose coordinates and score sum to less than 0 counts as no observation, as in the reference.
    ///
    /// The reference marks what was not observed by a box of −1s and recognises it by its sum, and so takes real boxes
    /// far beyond the top left of the picture for it: their tracks put out the filter's box, and keep the direction
    /// that they had before. False treats these boxes like any others.
    public var negativeSumIsUnobserved: Bool
    /// Only boxes of a larger area than this, in square pixels, are reported; 0 reports all. Tracking is not affected.
    ///
    /// The paper's evaluation has 100.
    public var minArea: Double
    /// Only boxes up to this ratio of width to height are reported; 0 reports all. Tracking is not affected.
    ///
    /// The paper's evaluation, on pedestrians, has 1.6.
    public var maxAspect: Double
    /// Whether detections only associate with tracks of their own class.
    ///
    /// When false, a track keeps the class of its first detection, whatever is matched to it later.
    public var perClass: Bool

    public init(
        detectionThreshold: Double = 0.6, maxAge: Int = 30, minHits: Int = 3, iouThreshold: Double = 0.3,
        deltaT: Int = 3, inertia: Double = 0.2, usesByte: Bool = false, lowThreshold: Double = 0.1,
        negativeSumIsUnobserved: Bool = true, minArea: Double = 0, maxAspect: Double = 0, perClass: Bool = true
    ) {
        self.detectionThreshold = detectionThreshold
        self.maxAge = maxAge
        self.minHits = minHits
        self.iouThreshold = iouThreshold
        self.deltaT = deltaT
        self.inertia = inertia
        self.usesByte = usesByte
        self.lowThreshold = lowThreshold
        self.negativeSumIsUnobserved = negativeSumIsUnobserved
        self.minArea = minArea
        self.maxAspect = maxAspect
        self.perClass = perClass
    }
}
