internal import Vision

/// Simple online and realtime tracking: A. Bewley, Z. Ge, L. Ott, F. Ramos, B. Upcroft, "Simple online and realtime
/// tracking", ICIP 2016, arXiv:1602.00763.
///
/// Each frame: predict every track with its Kalman filter (section 3.2), associate detections with predicted boxes by
/// intersection over union (section 3.3), update matched tracks, start a track for each detection left over, drop
/// tracks unseen for more than `maxAge` frames (section 3.4).
///
/// **What is put out.** `isReported` is the paper's rule: the track has a detection in this frame, and either its last
/// `minHits` + 1 frames all had one, or this is one of the first `minHits` frames of the video, where nothing can have
/// been seen for so long. After a miss the count starts again.
///
/// **States.** A track is `tentative` until it has taken `minHits` detections, or until it is reported if that is
/// earlier. From then on it is believed for good: `confirmed` in frames where it has a detection, `lost` in those where
/// it has none. A tentative track without a detection stays `tentative`; its `detectionIndex` is nil.
///
/// **Classes.** With `perClass`, each class is an association problem of its own; tracks of all classes share one
/// numbering and one count of frames.
///
/// Tracks are listed newest first. Identities are given out in the order of the detections that start them. A box with
/// a side below 10⁻⁶ pixels or a coordinate beyond ±10⁹ is no picture's, and is left untracked like one that is not
/// valid.
public struct SORTTracker: Tracker {
    /// What it was set to; part of its snapshots.
    public let options: SORTOptions

    var frameCount = 0
    var nextID = 1
    /// Ascending by identity.
    var tracks: [SORTTrack] = []
    private var workspace = Workspace()

    /// Memory that is reused from frame to frame; says nothing about the state between frames.
    private struct Workspace: Sendable {
        /// One per detection of the frame; nil for those left untracked.
        var measurements: [SORTMeasurement?] = []
        var partition = ClassPartition()
        var isMatched: [Bool] = []
        var association = OverlapAssociation()
    }

    public init(options: SORTOptions = SORTOptions()) {
        self.options = options
    }

    /// Advances by one processed frame; see ``Tracker/update(_:)``.
    ///
    /// Appearance and camera motion are passed over: the paper uses neither.
    public mutating func update(_ input: TrackerInput) -> TrackerUpdate {
        let detections = input.detections
        frameCount += 1
        var update = TrackerUpdate()
        predict(&update)
        measure(detections)
        associate(detections)
        for index in detections.indices where !workspace.isMatched[index] {
            guard let measurement = workspace.measurements[index] else { continue }
            let classID = detections[index].classID
            tracks.append(SORTTrack(id: nextID, classID: classID, measurement: measurement, detectionIndex: index))
            nextID += 1
        }
        finish(&update)
        return update
    }

    /// Moves all tracks on; those whose box is no number any more end.
    private mutating func predict(_ update: inout TrackerUpdate) {
        var isAnyBroken = false
        for index in tracks.indices {
            tracks[index].predict()
            if !tracks[index].filter.isFinite { isAnyBroken = true }
        }
        if isAnyBroken {
            update.ended = tracks.filter { !$0.filter.isFinite }.map(\.id)
            tracks.removeAll { !$0.filter.isFinite }
        }
    }

    private mutating func measure(_ detections: [Detection]) {
        workspace.measurements.removeAll(keepingCapacity: true)
        workspace.isMatched.fill(with: false, count: detections.count)
        for detection in detections {
            workspace.measurements.append(detection.confidence.isFinite ? SORTMeasurement(detection.box) : nil)
        }
    }

    /// Matches detections with tracks, class by class, and updates the tracks.
    private mutating func associate(_ detections: [Detection]) {
        workspace.partition.removeAll()
        for index in detections.indices where workspace.measurements[index] != nil {
            workspace.partition.detections.append(index)
        }
        workspace.partition.tracks.append(contentsOf: tracks.indices)
        workspace.partition.divide(
            perClass: options.perClass, detectionClass: { detections[$0].classID },
            trackClass: { [tracks] in tracks[$0].classID })
        for group in workspace.partition.groups { associate(group, detections) }
    }

    private mutating func associate(_ group: ClassPartition.Group, _ detections: [Detection]) {
        workspace.association.rows.removeAll()
        workspace.association.columns.removeAll()
        for index in workspace.partition.detections[group.detections] {
            workspace.association.rows.append(detections[index].box)
        }
        for index in workspace.partition.tracks[group.tracks] {
            workspace.association.columns.append(tracks[index].filter.box)
        }
        workspace.association.associate(threshold: options.iouThreshold)
        for row in 0..<group.detections.count {
            let column = workspace.association.columnForRow[row]
            guard column != LinearAssignment.unassigned else { continue }
            let index = workspace.partition.detections[group.detections.lowerBound + row]
            guard let measurement = workspace.measurements[index] else { continue }
            let track = workspace.partition.tracks[group.tracks.lowerBound + column]
            tracks[track].update(measurement, detectionIndex: index)
            workspace.isMatched[index] = true
        }
    }

    /// Lists the living tracks, newest first, and ends those that were unseen for too long.
    private mutating func finish(_ update: inout TrackerUpdate) {
        update.tracks.reserveCapacity(tracks.count)
        var isAnyStale = false
        for index in tracks.indices.reversed() {
            if tracks[index].timeSinceUpdate > options.maxAge {
                isAnyStale = true
                continue
            }
            let isSeen = tracks[index].detectionIndex != nil
            let isReported =
                isSeen && (tracks[index].hitStreak >= options.minHits || frameCount <= options.minHits)
            if isReported || tracks[index].hits >= options.minHits { tracks[index].isConfirmed = true }
            update.tracks.append(
                TrackedObject(
                    trackID: tracks[index].id, classID: tracks[index].classID, box: tracks[index].filter.box,
                    detectionIndex: tracks[index].detectionIndex,
                    state: tracks[index].isConfirmed ? (isSeen ? .confirmed : .lost) : .tentative,
                    isReported: isReported, age: tracks[index].age, hits: tracks[index].hits))
        }
        guard isAnyStale else { return }
        update.ended += tracks.filter { $0.timeSinceUpdate > options.maxAge }.map(\.id)
        update.ended.sort()
        tracks.removeAll { $0.timeSinceUpdate > options.maxAge }
    }
}
