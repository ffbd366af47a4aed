internal import Vision

/// Lapwing's own tracker: what proved best of the others, and three things that none of them does.
///
/// Each frame: predict; follow the camera; match confident detections with believed tracks, then doubtful ones with those
/// of them that were in sight a frame ago and found nothing, then what confident detections are left with tracks on
/// probation; start tracks with what is left then. `docs/trackers.md` explains each step and shows what it adds.
///
/// - The Kalman filter is BoT-SORT's, ``WidthHeightFilter``; the two stages, and the likeness times the score in the
///   first, are ByteTrack's (Y. Zhang et al., arXiv:2110.06864); see ``LimitedAssociation``.
/// - *Likeness* is the overlap of buffered boxes (F. Yang et al., "Hard to Track Objects with Irregular Motions and
///   Similar Appearances? Make It Easier by Buffering the Matching Space", WACV 2023, arXiv:2211.14317), partly times
///   the overlap in height (M. Yang et al., "Hybrid-SORT: Weak Cues Matter for Online Multi-Object Tracking", AAAI 2024,
///   arXiv:2308.00783).
/// - *Common motion*: what the tracks in sight were wrong about in common, by the median over a trial association, is
///   taken for the camera's motion, or for what is left of it where that was measured.
/// - *Probation*: a track is believed after `minHits` detections in a row, at once in the first frame of a video.
/// - *Coasting*: the predicted box of an object out of sight is put out for `coast` frames, and for `coastHidden` frames
///   while an object nearer to the camera covers it: there it is known why it is not seen.
///
/// **Boxes** are the filter's, with or without a detection.
///
/// **What is put out.** `isReported` is set for believed tracks with a detection, and for those that coast.
///
/// **States.** A track is `tentative` until it is believed, and ends with its first miss then; after, it is `confirmed`
/// in frames where it has a detection and `lost` in those where it has none.
///
/// Camera motion and appearance are used as in ``BoTSORTTracker``, where they are given; but of appearance, only what
/// may decide something: see ``detectionsToDescribe(_:)``. A box with a side below 10⁻⁶
/// pixels or a coordinate beyond ±10⁹ is left untracked. Tracks are listed newest first; identities are given out in the
/// order of the detections that start them.
public struct LapwingTracker: Tracker {
    typealias Track = TwoStageTrack<WidthHeightFilter>

    /// What it was set to; part of its snapshots.
    public let options: LapwingOptions

    var frame = 0
    var nextID = 1
    /// Ascending by identity. The place of a track says whether it has a detection in the latest frame.
    var tracks: [Track] = []
    var appearance = AppearanceStore()
    var workspace = Workspace()

    /// What a pair that looks alike may cost, and when looks count at all; BoT-SORT's.
    static let appearanceRules = AppearanceRules(proximity: 0.5, limit: 0.25, momentum: 0.9)
    /// The largest cost of the second stage, 1 − likeness, and that of a track on probation, 1 − likeness × score.
    static let lowMatchThreshold = 0.5
    static let probationMatchThreshold = 0.9
    /// Detections that a track must have had to coast.
    static let coastingHits = 5
    /// The part of a box that another must cover to hide it.
    static let hidingCover = 0.7

    /// Memory that is reused from frame to frame; says nothing about the state between frames.
    struct Workspace: Sendable {
        var high = DetectionGroup(margin: 0)
        var low = DetectionGroup(margin: 0)
        /// Indices of the tracks of one stage.
        var rows: [Int] = []
        var association = LimitedAssociation()
        var shiftsX: [Double] = []
        var shiftsY: [Double] = []
        /// How many tracks a confident detection may belong to, and the last of these.
        var links: [(count: Int, track: Int)] = []
        /// How many confident detections a track may take.
        var linkCounts: [Int] = []
        /// Boxes of tracks with a detection.
        var inSight = OverlapSearch(margin: 0)
        var inSightBoxes: [BoundingBox] = []
        var answer = TrackerUpdate()
    }

    public init(options: LapwingOptions = LapwingOptions()) { self.options = options }

    /// Advances by one processed frame; see ``Tracker/update(_:)``.
    public mutating func update(_ input: TrackerInput) -> TrackerUpdate {
        frame += 1
        group(input.detections)
        look(input)
        predict()
        followCamera(input.cameraMotion)
        associate()
        beginTracks()
        return finish()
    }

    /// Divides the detections by score.
    mutating func group(_ detections: [Detection]) {
        workspace.high.members.removeAll(keepingCapacity: true)
        workspace.low.members.removeAll(keepingCapacity: true)
        let lowest = min(options.lowThreshold, options.trackThreshold)
        for index in detections.indices {
            let detection = detections[index]
            // False for NaN.
            guard detection.confidence > lowest, detection.confidence.isFinite,
                let measurement = BoxMeasurement(detection.box)
            else { continue }
            let member = DetectionGroup.Member(
                box: detection.box, measurement: measurement, score: detection.confidence,
                classID: detection.classID, index: index)
            if detection.confidence > options.trackThreshold {
                workspace.high.members.append(member)
            } else {
                workspace.low.members.append(member)
            }
        }
        workspace.high.measure(grownBy: options.buffer)
        workspace.low.measure(grownBy: options.buffer)
    }

    /// Moves all tracks on; those out of sight keep their size.
    private mutating func predict() {
        for index in tracks.indices {
            if tracks[index].place == .lost { tracks[index].filter.holdSize() }
            tracks[index].filter.predict()
        }
    }

    /// A track for each confident detection that is left over.
    private mutating func beginTracks() {
        for member in workspace.high.members where !member.isTaken && member.score >= options.newThreshold {
            var track = Track(
                id: nextID, classID: member.classID, filter: WidthHeightFilter(member.measurement), birthFrame: frame,
                lastFrame: frame, detectionIndex: member.index, isActivated: frame == 1 || options.minHits <= 1)
            track.appearanceSlot = appearance.blend(
                slot: AppearanceStore.none, detection: member.index, momentum: Float(Self.appearanceRules.momentum))
            tracks.append(track)
            nextID += 1
        }
    }

    /// Lists the living tracks, newest first, and ends those that were unseen for too long.
    private mutating func finish() -> TrackerUpdate {
        var update = TrackerUpdate(reusing: &workspace.answer)
        workspace.inSightBoxes.removeAll(keepingCapacity: true)
        var isAnyGone = false
        for index in tracks.indices {
            let isUnseen = tracks[index].lastFrame != frame
            tracks[index].place = isUnseen ? .lost : .tracked
            let allowed = tracks[index].isActivated ? options.maxAge : 0
            if frame - tracks[index].lastFrame > allowed || !tracks[index].filter.isSound {
                tracks[index].place = .gone
                isAnyGone = true
                if tracks[index].birthFrame < frame { update.ended.append(tracks[index].id) }
                appearance.free(tracks[index].appearanceSlot)
            } else if !isUnseen {
                workspace.inSightBoxes.append(tracks[index].filter.box)
            }
        }
        if isAnyGone { tracks.removeAll { $0.place == .gone } }
        workspace.inSight.fill(count: workspace.inSightBoxes.count) { workspace.inSightBoxes[$0] }
        update.tracks.reserveCapacity(tracks.count)
        for index in tracks.indices.reversed() {
            let track = tracks[index]
            let isSeen = track.place == .tracked
            let box = track.filter.box
            update.tracks.append(
                TrackedObject(
                    trackID: track.id, classID: track.classID, box: box,
                    detectionIndex: isSeen ? track.detectionIndex : nil,
                    state: track.isActivated ? (isSeen ? .confirmed : .lost) : .tentative,
                    isReported: track.isActivated && (isSeen || coasts(track, box)), age: frame - track.birthFrame,
                    hits: track.hits))
        }
        workspace.answer = update
        return update
    }

    /// Whether the predicted box of a track out of sight is put out.
    private mutating func coasts(_ track: Track, _ box: BoundingBox) -> Bool {
        guard track.hits >= Self.coastingHits, box.isValid else { return false }
        let missed = frame - track.lastFrame
        if missed <= options.coast { return true }
        guard missed <= options.coastHidden else { return false }
        let count = workspace.inSight.find(box)
        for place in 0..<count {
            let other = workspace.inSightBoxes[workspace.inSight.found[place].column]
            let width = min(other.x2, box.x2) - max(other.x1, box.x1)
            let height = min(other.y2, box.y2) - max(other.y1, box.y1)
            // What stands lower in the picture is nearer.
            if other.y2 > box.y2, width * height >= Self.hidingCover * box.area { return true }
        }
        return false
    }
}

extension BoundingBox {
    /// The overlap in height: intersection over union of the two vertical extents, 0…1; 0 where there is none.
    func heightOverlap(_ other: BoundingBox) -> Double {
        let union = max(y2, other.y2) - min(y1, other.y1)
        guard union > 0 else { return 0 }
        return max(0, (min(y2, other.y2) - max(y1, other.y1)) / union)
    }
}
