/// How looks take part in an association by overlap: BoT-SORT's way (arXiv:2206.14651, section 3.3).
struct AppearanceRules: Sendable, Hashable {
    /// The largest 1 − overlap at which looks count.
    var proximity: Double
    /// The largest half cosine distance at which they do.
    var limit: Double
    /// How much of a track's look stays when it takes a detection.
    var momentum: Double
}

extension AppearanceStore {
    /// What a pair costs once looks have their say: half their cosine distance, where they count and that is less.
    ///
    /// - Parameters:
    ///   - cost: what the pair costs by its boxes.
    ///   - overlap: intersection over union of the two boxes.
    func cost(_ cost: Double, overlap: Double, slot: Int32, detection: Int, _ rules: AppearanceRules) -> Double {
        guard hasDetections, 1 - overlap <= rules.proximity, let distance = distance(slot: slot, detection: detection),
            distance / 2 <= rules.limit
        else { return cost }
        return min(cost, distance / 2)
    }
}
