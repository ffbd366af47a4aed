internal import Vision

/// Observation-centric SORT: J. Cao, J. Pang, X. Weng, R. Khirodkar, K. Kitani, "Observation-Centric SORT: Rethinking SORT
/// for Robust Multi-Object Tracking", CVPR 2023, arXiv:2203.14360.
///
/// ``SORTTracker`` with three additions that trust what was observed more than what the filter made of it:
/// - *momentum* (OCM, section 4.2): detections are associated by overlap and by whether they lie in the direction in which
///   a track was seen to move;
/// - *recovery* (OCR, section 4.2): what is left over on both sides is associated once more, by overlap with the tracks'
///   last observations, if the best such overlap is above `iouThreshold`;
/// - *re-update* (ORU, section 4.1): a track that is seen again goes back to where it was lost, and its filter lives
///   through the loss on a straight line of virtual boxes; the new box is then taken once more.
///
/// With `usesByte`, tracks left over may take detections between `lowThreshold` and `detectionThreshold`, both
/// exclusive, before the recovery. A detection that scores exactly `detectionThreshold` is used by nothing.
///
/// **Boxes.** A track with a detection has the detection's box, as the paper puts it out, and not the filter's estimate;
/// one without has the filter's prediction. The first box of a track does not count as an observation: until the next, a
/// track has no direction, cannot be recovered, and has the filter's box.
///
/// States, what is reported, classes, the order of tracks and what is left untracked are as in ``SORTTracker``.
public struct OCSORTTracker: Tracker {
    /// What it was set to; part of its snapshots.
    public let options: OCSORTOptions

    var frameCount = 0
    var nextID = 1
    /// Ascending by identity.
    var tracks: [OCSORTTrack] = []
    /// Centres of the latest observations, `deltaT` places for each track: one seen at an age is at age mod `deltaT`.
    var centres: [ObservedCentre] = []
    private var workspace = Workspace()

    /// Keeps lengths that directions are divided by from being 0, in pixels; the reference's.
    static let lengthMargin = 1e-6
    /// As ``lengthMargin``, for heights that widths are divided by.
    private static let heightMargin = 1e-6
    /// Scores beyond this are no detector's; it keeps sums far from overflow.
    private static let largestScore = 1e6

    /// Memory that is reused from frame to frame; says nothing about the state between frames.
    private struct Workspace: Sendable {
        /// One per detection of the frame; nil for those left untracked.
        var measurements: [SORTMeasurement?] = []
        var isMatched: [Bool] = []
        var predictions: [BoundingBox] = []
        var partition = ClassPartition()
        var momentum = MomentumAssociation()
        var overlap = OverlapAssociation()
        var answer = TrackerUpdate()
    }

    /// The values of `deltaT` that a tracker keeps observations for.
    static let deltaTRange = 1...100

    /// - Precondition: `deltaT` is within 1…100.
    public init(options: OCSORTOptions = OCSORTOptions()) {
        precondition(Self.deltaTRange.contains(options.deltaT), "a direction is measured over 1 to 100 frames")
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
        associateByMomentum(detections)
        if options.usesByte { associateLowScores(detections) }
        recover(detections)
        for index in tracks.indices where tracks[index].life.detectionIndex == nil { tracks[index].miss() }
        for index in detections.indices
        where detections[index].confidence > options.detectionThreshold && !workspace.isMatched[index] {
            guard let measurement = workspace.measurements[index] else { continue }
            let life = TrackLife(id: nextID, classID: detections[index].classID, detectionIndex: index)
            tracks.append(OCSORTTrack(life: life, filter: SORTFilter(measurement)))
            centres.append(contentsOf: repeatElement(.none, count: options.deltaT))
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
            removeTracks(&update) { !$0.filter.box.isFinite }
            workspace.predictions.removeAll { !$0.isFinite }
        }
    }

    private mutating func measure(_ detections: [Detection]) {
        workspace.measurements.removeAll(keepingCapacity: true)
        workspace.isMatched.fill(with: false, count: detections.count)
        for detection in detections {
            workspace.measurements.append(
                detection.confidence.isFinite ? Self.measurement(of: detection.box) : nil)
        }
    }

    static func measurement(of box: BoundingBox) -> SORTMeasurement? {
        SORTMeasurement(box, heightMargin: heightMargin)
    }

    /// What a detection must score, both ends exclusive.
    private var highScores: (Double, Double) { (options.detectionThreshold, .infinity) }
    private var lowScores: (Double, Double) { (options.lowThreshold, options.detectionThreshold) }

    /// Divides the detections of some scores and the tracks that are still without a partner by class.
    private mutating func divide(
        _ detections: [Detection], scores: (low: Double, high: Double), onlyObserved: Bool = false
    ) {
        workspace.partition.removeAll()
        for index in detections.indices
        where workspace.measurements[index] != nil && !workspace.isMatched[index]
            && detections[index].confidence > scores.low && detections[index].confidence < scores.high
        {
            workspace.partition.detections.append(index)
        }
        guard !workspace.partition.detections.isEmpty else { return }
        for index in tracks.indices
        where tracks[index].life.detectionIndex == nil && (!onlyObserved || tracks[index].lastObservation != nil) {
            workspace.partition.tracks.append(index)
        }
        workspace.partition.divide(
            perClass: options.perClass, detectionClass: { detections[$0].classID },
            trackClass: { tracks[$0].life.classID })
    }

    /// The first round: all tracks, by overlap with their predictions and by momentum.
    private mutating func associateByMomentum(_ detections: [Detection]) {
        divide(detections, scores: highScores)
        for group in workspace.partition.groups {
            workspace.momentum.removeAll()
            for place in group.detections {
                let index = workspace.partition.detections[place]
                workspace.momentum.rows.append(detections[index].box)
                workspace.momentum.scores.append(min(detections[index].confidence, Self.largestScore))
            }
            for place in group.tracks {
                let index = workspace.partition.tracks[place]
                let centre = earlierCentre(of: index) ?? .none
                workspace.momentum.momenta.append(
                    MomentumAssociation.Momentum(direction: tracks[index].direction, x: centre.x, y: centre.y))
            }
            workspace.momentum.columns.fill(count: group.tracks.count) {
                workspace.predictions[workspace.partition.tracks[group.tracks.lowerBound + $0]]
            }
            workspace.momentum.associate(threshold: options.iouThreshold, inertia: options.inertia)
            for row in 0..<group.detections.count {
                take(workspace.momentum.columnForRow[row], row: row, of: group, detections)
            }
        }
    }

    /// The second round, ByteTrack's: tracks left over, and what scored low.
    private mutating func associateLowScores(_ detections: [Detection]) {
        divide(detections, scores: lowScores)
        associate(detections, with: .prediction)
    }

    /// The last round: what is left over, by overlap with where tracks were last observed.
    private mutating func recover(_ detections: [Detection]) {
        divide(detections, scores: highScores, onlyObserved: true)
        associate(detections, with: .lastObservation)
    }

    /// The box that stands for a track.
    private enum TrackBox { case prediction, lastObservation }

    /// Associates each group by overlap alone, if its best overlap is above the threshold.
    private mutating func associate(_ detections: [Detection], with trackBox: TrackBox) {
        for group in workspace.partition.groups {
            workspace.overlap.rows.removeAll(keepingCapacity: true)
            for place in group.detections {
                workspace.overlap.rows.append(detections[workspace.partition.detections[place]].box)
            }
            workspace.overlap.columns.fill(count: group.tracks.count) {
                let index = workspace.partition.tracks[group.tracks.lowerBound + $0]
                let prediction = workspace.predictions[index]
                return trackBox == .prediction ? prediction : tracks[index].lastObservation?.box ?? prediction
            }
            workspace.overlap.associate(threshold: options.iouThreshold, takesOneToOne: false)
            guard workspace.overlap.largestOverlap > options.iouThreshold else { continue }
            for row in 0..<group.detections.count {
                take(workspace.overlap.columnForRow[row], row: row, of: group, detections)
            }
        }
    }

    /// Gives a track of a group the detection of a row.
    private mutating func take(
        _ column: Int, row: Int, of group: ClassPartition.Group, _ detections: [Detection]
    ) {
        guard column != LinearAssignment.unassigned else { return }
        let detectionIndex = workspace.partition.detections[group.detections.lowerBound + row]
        let index = workspace.partition.tracks[group.tracks.lowerBound + column]
        guard let measurement = workspace.measurements[detectionIndex] else { return }
        workspace.isMatched[detectionIndex] = true
        let detection = detections[detectionIndex]
        let box = detection.box
        let centre = ObservedCentre(box, age: tracks[index].life.age)
        if let last = tracks[index].lastObservation, !last.isIgnored {
            tracks[index].direction = OCSORTTrack.Direction(from: earlierCentre(of: index) ?? centre, to: centre)
        }
        centres[index * options.deltaT + centre.age % options.deltaT] = centre
        let isIgnored =
            options.negativeSumIsUnobserved && box.x1 + box.y1 + box.x2 + box.y2 + detection.confidence < 0
        tracks[index].update(
            OCSORTTrack.Observation(box: box, measurement: measurement, isIgnored: isIgnored),
            detectionIndex: detectionIndex)
    }

    /// The observation that a track's direction is measured from: the one `deltaT` frames back, or else the earliest one
    /// since, or else the latest of all; nil while there is none.
    private func earlierCentre(of index: Int) -> ObservedCentre? {
        guard let last = tracks[index].lastObservation else { return nil }
        let age = tracks[index].life.age
        for earlier in max(age - options.deltaT, 0)..<age {
            let centre = centres[index * options.deltaT + earlier % options.deltaT]
            if centre.age == earlier { return centre }
        }
        return ObservedCentre(last.box, age: age)
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
            let isBelieved = tracks[index].life.believe(minHits: options.minHits, frameCount: frameCount)
            var box = tracks[index].filter.box
            if tracks[index].life.detectionIndex != nil, let observation = tracks[index].lastObservation,
                !observation.isIgnored || !box.isFinite
            {
                box = observation.box
            }
            let isReported = isBelieved && box.meets(minArea: options.minArea, maxAspect: options.maxAspect)
            update.tracks.append(tracks[index].life.listed(box: box, isReported: isReported))
        }
        if isAnyStale {
            let maxAge = options.maxAge
            removeTracks(&update) { $0.life.timeSinceUpdate > maxAge }
            update.ended.sort()
        }
    }

    /// Ends tracks; the others close up.
    private mutating func removeTracks(_ update: inout TrackerUpdate, where isRemoved: (OCSORTTrack) -> Bool) {
        var kept = 0
        for index in tracks.indices {
            if isRemoved(tracks[index]) {
                update.ended.append(tracks[index].life.id)
                continue
            }
            if kept < index {
                tracks[kept] = tracks[index]
                for place in 0..<options.deltaT {
                    centres[kept * options.deltaT + place] = centres[index * options.deltaT + place]
                }
            }
            kept += 1
        }
        tracks.removeLast(tracks.count - kept)
        centres.removeLast(centres.count - kept * options.deltaT)
    }
}
