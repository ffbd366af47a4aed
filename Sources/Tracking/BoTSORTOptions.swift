/// What can be set on ``BoTSORTTracker``.
public struct BoTSORTOptions: Sendable, Hashable {
    /// What it has in common with ByteTrack, at BoT-SORT's values: `matchThreshold` is 0.8.
    public var stages: TwoStageOptions
    /// The largest 1 − overlap, 0…1, at which appearance counts. The paper uses 0.5.
    ///
    /// Raising it lets looks join boxes that are farther apart; lowering it leaves more to overlap alone.
    public var proximityThreshold: Double
    /// The largest half cosine distance, 0…1, at which appearance counts. The paper uses 0.25.
    ///
    /// Raising it lets less alike boxes be joined by their looks; lowering it demands more likeness.
    public var appearanceThreshold: Double
    /// How much of its old look a track keeps when it takes a detection, 0…1. The paper uses 0.9 (section 3.3).
    ///
    /// Raising it makes looks steadier; lowering it follows changes of light and pose sooner.
    public var appearanceMomentum: Double

    public init(
        stages: TwoStageOptions = TwoStageOptions(matchThreshold: 0.8), proximityThreshold: Double = 0.5,
        appearanceThreshold: Double = 0.25, appearanceMomentum: Double = 0.9
    ) {
        self.stages = stages
        self.proximityThreshold = proximityThreshold
        self.appearanceThreshold = appearanceThreshold
        self.appearanceMomentum = appearanceMomentum
    }
}
