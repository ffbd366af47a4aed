internal import Vision

/// What ByteTrack and its successors do with a frame, whatever their Kalman filter: associate confident detections
/// first and the others after.
///
/// Y. Zhang et al., "ByteTrack: Multi-object tracking by associating every detection box", ECCV 2022, arXiv:2110.06864,
/// algorithm 1. Where paper and reference implementation differ, this does as the latter:
///
/// - Lost objects are predicted with their size held, and take part in the first stage only.
/// - A track of one detection is not predicted; it is matched after both stages, and ends at once if nothing fits.
///   Tracks born in the first frame are not subject to that.
/// - A track that was lost for too long may still be matched in the frame after; but if it is lost again, it ends.
/// - Of a lost track and one in sight that nearly coincide, the younger ends: that with fewer frames between its first
///   and its latest detection.
///
/// Costs and limits are those of ``TwoStageOptions``, the assignment ``LimitedAssociation``, the overlap that of whole
/// pixels (a box from 0 to 9 is 10 wide).
struct TwoStageFlow<Filter: ProportionalFilter>: Sendable {
    typealias Track = TwoStageTrack<Filter>

    let options: TwoStageOptions
    /// Nil for a tracker that does not look.
    let appearanceRules: AppearanceRules?
    /// Whether tracks are put out in the frame of their first detection.
    let reportsUnconfirmed: Bool

    var frame = 0
    var nextID = 1
    /// Those in sight first, in the order they are put out, then the lost ones.
    var tracks: [Track] = []
    var trackedCount = 0
    var appearance = AppearanceStore()
    var workspace = Workspace()

    /// Memory that is reused from frame to frame; says nothing about the state between frames.
    struct Workspace: Sendable {
        var high = DetectionGroup(margin: 1)
        var low = DetectionGroup(margin: 1)
        /// Indices of the tracks of one stage.
        var rows: [Int] = []
        var association = LimitedAssociation()
        var next: [Track] = []
        var inSight = OverlapSearch(margin: 1)
        var answer = TrackerUpdate()
    }

    init(options: TwoStageOptions, appearanceRules: AppearanceRules? = nil, reportsUnconfirmed: Bool) {
        self.options = options
        self.appearanceRules = appearanceRules
        self.reportsUnconfirmed = reportsUnconfirmed
    }

    /// Advances by one processed frame.
    mutating func update(_ input: TrackerInput) -> TrackerUpdate {
        frame += 1
        group(input.detections)
        if appearanceRules != nil, appearance.take(input.appearance) {
            for index in tracks.indices { tracks[index].appearanceSlot = AppearanceStore.none }
        }
        predict(input.cameraMotion)
        associateConfident()
        associateOthers()
        associateUnconfirmed()
        let listedCount = tracks.count
        beginTracks()
        return finish(listedCount: listedCount)
    }

    /// Divides the detections by score; one that scores exactly the threshold is in neither group.
    private mutating func group(_ detections: [Detection]) {
        workspace.high.members.removeAll(keepingCapacity: true)
        workspace.low.members.removeAll(keepingCapacity: true)
        for index in detections.indices {
            let score = detections[index].confidence
            // False for NaN.
            guard score > min(options.lowThreshold, options.trackThreshold), score.isFinite,
                let measurement = BoxMeasurement(detections[index].box)
            else { continue }
            let member = DetectionGroup.Member(
                box: detections[index].box, measurement: measurement, score: score,
                classID: detections[index].classID, index: index)
            if score > options.trackThreshold {
                workspace.high.members.append(member)
            } else if score > options.lowThreshold, score < options.trackThreshold {
                workspace.low.members.append(member)
            }
        }
        workspace.high.measure()
        workspace.low.measure()
    }

    /// Moves all tracks on but those of one detection; the camera moves them all.
    private mutating func predict(_ motion: CameraMotion?) {
        let motion = motion.flatMap { $0.isFinite && $0 != .identity ? $0 : nil }
        for index in tracks.indices {
            if tracks[index].isActivated {
                if tracks[index].place != .tracked { tracks[index].filter.holdSize() }
                tracks[index].filter.predict()
            }
            if let motion { tracks[index].filter.apply(motion) }
        }
    }

    /// A track for each confident detection that is left over.
    private mutating func beginTracks() {
        for column in workspace.high.members.indices {
            let member = workspace.high.members[column]
            guard !member.isTaken, member.score >= options.newThreshold else { continue }
            var track = Track(
                id: nextID, classID: member.classID, filter: Filter(member.measurement), birthFrame: frame,
                lastFrame: frame, detectionIndex: member.index, isActivated: frame == 1)
            if let rules = appearanceRules {
                track.appearanceSlot = appearance.blend(
                    slot: AppearanceStore.none, detection: member.index, momentum: Float(rules.momentum))
            }
            tracks.append(track)
            nextID += 1
        }
    }
}
