public import Vision

/// BoT-SORT: N. Aharon, R. Orfaig, B.-Z. Bobrovsky, "BoT-SORT: Robust associations multi-pedestrian tracking", 2022,
/// arXiv:2206.14651.
///
/// ByteTrack with a Kalman filter of width and height (section 3.1), with tracks carried along when the camera moves
/// (section 3.2), and with appearance (section 3.3) where detections come with it: in the first stage and that of
/// unconfirmed tracks, a pair that overlaps well enough costs the lesser of 1 − overlap × score and half the cosine
/// distance between the detection's vector and the running average of the track's.
///
/// **What is put out.** `isReported` is set for every track that has a detection in this frame, as in the reference: a
/// track's first detection is put out at once, even if it never has a second.
///
/// **States** are as ``ByteTrackTracker`` has them; in the frame of its birth a track is `tentative` although it is
/// reported, since most that go no further are false alarms.
///
/// **Differences to the reference.** None that shows in its outputs, given the same options, appearance and camera
/// motion. It does not measure camera motion itself. `perClass`, `minArea`, `maxAspect` and unmeasurable boxes are as
/// with ``ByteTrackTracker``. When vectors come with another dimension than before, tracks forget their looks.
public struct BoTSORTTracker: Tracker {
    /// What it was set to; part of its snapshots.
    public let options: BoTSORTOptions

    var flow: TwoStageFlow<WidthHeightFilter>

    private static let snapshotVersion: UInt16 = 1

    public init(options: BoTSORTOptions = BoTSORTOptions()) {
        self.options = options
        flow = TwoStageFlow(
            options: options.stages,
            appearanceRules: .init(
                proximity: options.proximityThreshold, limit: options.appearanceThreshold,
                momentum: options.appearanceMomentum),
            reportsUnconfirmed: true)
    }

    /// Advances by one processed frame; see ``Tracker/update(_:)``.
    public mutating func update(_ input: TrackerInput) -> TrackerUpdate {
        flow.update(input)
    }

    /// The confident ones: only these are matched by their looks, in the reference too.
    public mutating func detectionsToDescribe(_ detections: [Detection]) -> [Int] {
        detections.indices.filter {
            detections[$0].confidence > options.stages.trackThreshold && BoxMeasurement(detections[$0].box) != nil
        }
    }

    /// The whole state, options included; what ``init(restoring:)`` takes back.
    public func snapshot() -> [UInt8] {
        var writer = SnapshotWriter(kind: TrackerKind.botsort.rawValue, version: Self.snapshotVersion)
        options.write(to: &writer)
        flow.write(to: &writer)
        return writer.finish()
    }

    /// Takes back what ``snapshot()`` wrote, options included.
    public init(restoring snapshot: [UInt8]) throws(SnapshotError) {
        let versions = Self.snapshotVersion...Self.snapshotVersion
        var reader = try SnapshotReader(snapshot, kind: TrackerKind.botsort.rawValue, versions: versions)
        self.init(options: try BoTSORTOptions(from: &reader))
        try flow.read(from: &reader)
        try reader.finish()
    }
}
