/// What can be set on ``DeepSORTTracker``.
public struct DeepSORTOptions: Sendable, Hashable {
    /// Detections must score at least this, 0…1.
    ///
    /// Raising it keeps a detector's false alarms out; lowering it keeps faint objects. The paper uses 0.3.
    public var minConfidence: Double
    /// How many frames in a row a confirmed track may go unseen before it ends, A_max of the paper.
    ///
    /// Raising it bridges longer occlusions, at the risk of joining two objects; lowering it splits objects that are
    /// hidden for a while. The paper uses 30.
    public var maxAge: Int
    /// How many frames in a row, the first included, a track must be seen in before it is confirmed.
    ///
    /// Raising it keeps a detector's false alarms out; lowering it puts real objects out earlier. The paper uses 3.
    public var framesToConfirm: Int
    /// The largest 1 − intersection over union, 0…1, at which a detection may belong to a track by its place alone.
    ///
    /// Raising it lets neighbours swap identities; lowering it splits fast objects. The paper's implementation has 0.7.
    public var maxIoUDistance: Double
    /// The largest cosine distance, 0…2, of a detection's appearance from a track's nearest; below 0, appearance is not
    /// used.
    ///
    /// Raising it joins objects that look alike; lowering it splits objects that change their looks. The value depends
    /// on the model that the vectors are from. The paper's implementation has 0.2.
    public var maxCosineDistance: Double
    /// How many appearance vectors are kept for each track, the latest ones, L_k of the paper; 1…10,000.
    ///
    /// Raising it remembers more of an object's sides, and takes memory and time. The paper uses 100.
    public var galleryBudget: Int
    /// Whether detections only associate with tracks of their own class.
    ///
    /// When false, a track keeps the class of its first detection, whatever is matched to it later.
    public var perClass: Bool

    public init(
        minConfidence: Double = 0.3, maxAge: Int = 30, framesToConfirm: Int = 3, maxIoUDistance: Double = 0.7,
        maxCosineDistance: Double = 0.2, galleryBudget: Int = 100, perClass: Bool = true
    ) {
        self.minConfidence = minConfidence
        self.maxAge = maxAge
        self.framesToConfirm = framesToConfirm
        self.maxIoUDistance = maxIoUDistance
        self.maxCosineDistance = maxCosineDistance
        self.galleryBudget = galleryBudget
        self.perClass = perClass
    }
}
