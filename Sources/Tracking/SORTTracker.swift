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
        /// One per track.
        var predictions: [BoundingBox] = []
        var partition = ClassPartition()
        var isMatched: [Bool] = []
        var association = OverlapAssociation()
        var answer = TrackerUpdate()
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
        var update = TrackerUpdate(reusing: &workspace.answer)
        predict(&update)
        measure(detections)
        associate(detections)
        for index in detections.indices where !workspace.isMatched[index] {
            guard let measurement = workspace.measurements[index] else { continue }
            let life = TrackLife(id: nextID, classID: detections[index].classID, detectionIndex: index)
            tracks.append(SORTTrack(life: life, filter: SORTFilter(measurement)))
            nextID += 1
        }
        finish(&update)
        workspace.answer = update
        return update
    }

    /// Moves all tracks on; those whose box is no number any more end.
    private mutating func predict(_ update: inout TrackerUpdate) {
        workspace.predictions.removeAll(keepingCapacity: true)
        var isAnyBroken = false
        for index in tracks.indices {
            tracks[index].predict()
            let box = tracks[index].filter.box
            workspace.predictions.append(box)
            if !box.isFinite { isAnyBroken = true }
        }
        if isAnyBroken {
            removeTracks(&update) { !$0.filter.isFinite }
            workspace.predictions.removeAll { !$0.isFinite }
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
            trackClass: { tracks[$0].life.classID })
        for group in workspace.partition.groups { associate(group, detections) }
    }

    private mutating func associate(_ group: ClassPartition.Group, _ detections: [Detection]) {
        workspace.association.rows.removeAll(keepingCapacity: true)
        for place in group.detections {
            workspace.association.rows.append(detections[workspace.partition.detections[place]].box)
        }
        workspace.association.columns.fill(count: group.tracks.count) {
            workspace.predictions[workspace.partition.tracks[group.tracks.lowerBound + $0]]
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
            if tracks[index].life.timeSinceUpdate > options.maxAge {
                isAnyStale = true
                continue
            }
            let isReported = tracks[index].life.believe(minHits: options.minHits, frameCount: frameCount)
            update.tracks.append(tracks[index].life.listed(box: tracks[index].filter.box, isReported: isReported))
        }
        if isAnyStale {
            let maxAge = options.maxAge
            removeTracks(&update) { $0.life.timeSinceUpdate > maxAge }
            update.ended.sort()
        }
    }

    /// Ends tracks; the others close up.
    private mutating func removeTracks(_ update: inout TrackerUpdate, where isRemoved: (SORTTrack) -> Bool) {
        for index in tracks.indices where isRemoved(tracks[index]) { update.ended.append(tracks[index].life.id) }
        tracks.removeAll(where: isRemoved)
    }
}
