/// ByteTrack: Y. Zhang, P. Sun, Y. Jiang, D. Yu, F. Weng, Z. Yuan, P. Luo, W. Liu, X. Wang, "ByteTrack: Multi-object
/// tracking by associating every detection box", ECCV 2022, arXiv:2110.06864.
///
/// Each frame: predict, match confident detections with tracks in sight and lost ones, match the others with tracks in
/// sight that found nothing, match what confident detections are left with tracks of one detection, start tracks with
/// what is left then. ``TwoStageOptions`` says with which limits.
///
/// **What is put out.** `isReported` is set for tracks that have a detection in this frame and had one before, or were
/// born in the first frame of the video.
///
/// **States.** A track is `tentative` in the frame of its birth, unless that is the first of the video; from its second
/// detection on, which must come in the next frame, it is `confirmed` in frames where it has a detection and `lost` in
/// those where it has none.
///
/// **Differences to the reference.** None that shows in its outputs, given the same options. With `perClass`, which the
/// reference does not have, tracks and detections of different classes have nothing to do with one another. `minArea`
/// and `maxAspect` are part of its evaluation and off by default. A box with a side below 10⁻⁶ pixels or a coordinate
/// beyond ±10⁹ is left untracked.
///
/// Tracks in sight are listed first, in the order in which the reference puts them out, then lost ones. Identities are
/// given out in the order of the detections that start them.
public struct ByteTrackTracker: Tracker {
    /// What it was set to; part of its snapshots.
    public var options: TwoStageOptions { flow.options }

    var flow: TwoStageFlow<AspectHeightFilter>

    private static let snapshotVersion: UInt16 = 1

    public init(options: TwoStageOptions = TwoStageOptions()) {
        flow = TwoStageFlow(options: options, reportsUnconfirmed: false)
    }

    /// Advances by one processed frame; see ``Tracker/update(_:)``.
    ///
    /// Appearance and camera motion are passed over: the paper's tracker uses neither.
    public mutating func update(_ input: TrackerInput) -> TrackerUpdate {
        flow.update(TrackerInput(input.detections))
    }

    /// The whole state, options included; what ``init(restoring:)`` takes back.
    public func snapshot() -> [UInt8] {
        var writer = SnapshotWriter(kind: TrackerKind.bytetrack.rawValue, version: Self.snapshotVersion)
        options.write(to: &writer)
        flow.write(to: &writer)
        return writer.finish()
    }

    /// Takes back what ``snapshot()`` wrote, options included.
    public init(restoring snapshot: [UInt8]) throws(SnapshotError) {
        let versions = Self.snapshotVersion...Self.snapshotVersion
        var reader = try SnapshotReader(snapshot, kind: TrackerKind.bytetrack.rawValue, versions: versions)
        self.init(options: try TwoStageOptions(from: &reader))
        try flow.read(from: &reader)
        try reader.finish()
    }
}
