public import Vision

/// SORT with a deep association metric: N. Wojke, A. Bewley, D. Paulus, "Simple online and realtime tracking with a deep
/// association metric", ICIP 2017, arXiv:1703.07402.
///
/// Each frame: predict every track with its Kalman filter (section 2.1). Associate detections with confirmed tracks by
/// appearance (sections 2.2, 2.3): the cosine distance from the nearest of the track's latest vectors, where the
/// squared Mahalanobis distance of the filter is at most 9.4877, the 0.95 quantile of the χ² distribution with four
/// degrees of freedom; tracks seen most recently choose first (the matching cascade, listing 1). Associate what is left
/// with tentative tracks, and with confirmed ones seen in the frame before, by intersection over union. Start a track
/// for each detection left over, those with the highest score first.
///
/// Without appearance vectors only overlap associates. A track that missed a frame can then not be found again; it is
/// awaited in vain until it ends.
///
/// **States.** A track is `tentative` until it has been seen in `framesToConfirm` frames in a row; a miss before that
/// ends it. From then on it is `confirmed` in frames where it has a detection, `lost` in those where it has none.
///
/// **What is put out.** `isReported` is what the paper's authors put out: confirmed tracks with a detection, and for one
/// frame after it without, so that the box put out can be a prediction.
///
/// **Classes.** With `perClass`, each class is an association problem of its own; tracks of all classes share one
/// numbering.
///
/// **Differences.** Boxes that do not overlap are never associated by overlap, not even with `maxIoUDistance` 1. A
/// track whose estimate leaves all bounds of numbers ends.
///
/// Tracks are listed oldest first. All vectors of a video have one dimension, that of its first; a vector of another, or
/// one that is zero or not finite, is treated as none. What is left untracked is as in ``SORTTracker``.
public struct DeepSORTTracker: Tracker {
    /// What it was set to; part of its snapshots.
    public let options: DeepSORTOptions

    var nextID = 1
    /// Ascending by identity.
    var tracks: [DeepSORTTrack] = []
    /// Numbers in an appearance vector; 0 until there was one.
    var dimension = 0
    private var workspace = Workspace()

    /// The values of `galleryBudget` that a tracker takes.
    static let budgetRange = 1...10_000
    /// The 0.95 quantile of the χ² distribution with four degrees of freedom, as tables have it.
    private static let gate = 9.4877
    /// What a pair beyond a limit costs above it, in the reference; it decides between few good pairs and many bad ones.
    private static let excess = 1e-5

    /// Memory that is reused from frame to frame; says nothing about the state between frames.
    private struct Workspace: Sendable {
        /// One per detection of the frame; nil for those left untracked.
        var measurements: [BoxMeasurement?] = []
        var isMatched: [Bool] = []
        /// The detections' vectors, of length 1, one after the other, and which detections have one.
        var vectors: [Float] = []
        var hasVector: [Bool] = []
        var partition = ClassPartition()
        /// Indices of tracks and detections that are being associated.
        var rows: [Int] = []
        var columns: [Int] = []
        /// Where the detections of `columns` are.
        var centres: [(x: Double, y: Double)] = []
        var search = OverlapSearch(margin: 0)
        var association = LimitedAssociation()
        var births: [Int] = []
        /// Empty ones with the memory of tracks that have ended.
        var galleries: [AppearanceGallery] = []
        var answer = TrackerUpdate()
    }

    /// - Precondition: `galleryBudget` is within 1…10,000.
    public init(options: DeepSORTOptions = DeepSORTOptions()) {
        precondition(Self.budgetRange.contains(options.galleryBudget), "a gallery holds 1 to 10,000 vectors")
        self.options = options
    }

    /// Advances by one processed frame; see ``Tracker/update(_:)``.
    ///
    /// Camera motion is passed over: the paper does not use it.
    public mutating func update(_ input: TrackerInput) -> TrackerUpdate {
        let detections = input.detections
        var update = TrackerUpdate(reusing: &workspace.answer)
        predict(&update)
        measure(detections)
        normalise(input)
        divide(detections)
        for group in workspace.partition.groups {
            if dimension > 0, options.maxCosineDistance >= 0 { cascade(group, detections) }
            associateByOverlap(group, detections)
        }
        let maxAge = options.maxAge
        removeTracks(&update) { $0.isOver(maxAge: maxAge) }
        update.ended.sort()
        startTracks(detections)
        list(&update)
        workspace.answer = update
        return update
    }

    /// Those that it uses at all.
    public mutating func detectionsToDescribe(_ detections: [Detection]) -> [Int] {
        guard options.maxCosineDistance >= 0 else { return [] }
        measure(detections)
        return detections.indices.filter { workspace.measurements[$0] != nil }
    }

    /// Moves all tracks on; those whose estimate is no number any more end.
    private mutating func predict(_ update: inout TrackerUpdate) {
        for index in tracks.indices { tracks[index].predict() }
        removeTracks(&update) { !$0.filter.isSound }
    }

    private mutating func measure(_ detections: [Detection]) {
        workspace.measurements.removeAll(keepingCapacity: true)
        workspace.isMatched.fill(with: false, count: detections.count)
        for detection in detections {
            let isWanted = detection.confidence.isFinite && detection.confidence >= options.minConfidence
            workspace.measurements.append(isWanted ? BoxMeasurement(detection.box) : nil)
        }
    }

    /// Brings all vectors to length 1.
    private mutating func normalise(_ input: TrackerInput) {
        workspace.vectors.removeAll(keepingCapacity: true)
        workspace.hasVector.fill(with: false, count: input.detections.count)
        guard let appearance = input.appearance, appearance.count > 0 else { return }
        if dimension == 0 { dimension = appearance.dimension }
        guard dimension == appearance.dimension else { return }
        workspace.vectors.append(contentsOf: appearance.values)
        for index in input.detections.indices {
            let range = appearance.range(of: index)
            var square: Float = 0
            for k in range { square += workspace.vectors[k] * workspace.vectors[k] }
            guard square > 0, square.isFinite else { continue }
            let length = square.squareRoot()
            for k in range { workspace.vectors[k] /= length }
            workspace.hasVector[index] = true
        }
    }

    /// Where a detection's vector lies in the frame's.
    private func vector(of detection: Int) -> Range<Int> { (detection * dimension)..<((detection + 1) * dimension) }

    private mutating func divide(_ detections: [Detection]) {
        workspace.partition.removeAll()
        for index in detections.indices where workspace.measurements[index] != nil {
            workspace.partition.detections.append(index)
        }
        workspace.partition.tracks.append(contentsOf: tracks.indices)
        workspace.partition.divide(
            perClass: options.perClass, detectionClass: { detections[$0].classID },
            trackClass: { tracks[$0].life.classID })
    }

    /// The matching cascade (listing 1): confirmed tracks by appearance, the most recently seen ones first.
    private mutating func cascade(_ group: ClassPartition.Group, _ detections: [Detection]) {
        var level = 0
        while true {
            var next = Int.max
            for place in group.tracks {
                let life = tracks[workspace.partition.tracks[place]].life
                if life.isConfirmed, life.timeSinceUpdate > level { next = min(next, life.timeSinceUpdate) }
            }
            // A track in the frame in which it may end, unseen for one frame more than it may be, is not looked for.
            guard next < .max, next <= options.maxAge else { return }
            level = next
            collectColumns(group, onlyWithVector: true)
            guard !workspace.columns.isEmpty else { return }
            workspace.rows.removeAll(keepingCapacity: true)
            for place in group.tracks {
                let index = workspace.partition.tracks[place]
                if tracks[index].life.isConfirmed, tracks[index].life.timeSinceUpdate == level,
                    tracks[index].gallery.count > 0
                {
                    workspace.rows.append(index)
                }
            }
            workspace.association.pairs.removeAll(keepingCapacity: true)
            for row in workspace.rows.indices { collectPairs(row: row) }
            takePairs()
        }
    }

    /// Lists the detections that look like the track of a row, among those that are where it can be.
    private mutating func collectPairs(row: Int) {
        let track = workspace.rows[row]
        let filter = tracks[track].filter
        let reach = filter.squaredReach(within: Self.gate)
        for column in workspace.columns.indices {
            // Most are too far away, which is seen without a division.
            let dx = workspace.centres[column].x - filter.x.position
            let dy = workspace.centres[column].y - filter.y.position
            guard dx * dx + dy * dy <= reach else { continue }
            let detection = workspace.columns[column]
            guard let measurement = workspace.measurements[detection],
                filter.squaredDistance(to: measurement) <= Self.gate
            else { continue }
            let distance = Double(tracks[track].gallery.distance(to: workspace.vectors, vector(of: detection)))
            guard distance <= options.maxCosineDistance else { continue }
            workspace.association.pairs.append(
                LimitedAssociation.Pair(
                    row: Int32(row), column: Int32(column),
                    gain: options.maxCosineDistance + Self.excess - distance))
        }
    }

    /// Tentative tracks, and confirmed ones seen in the frame before, by intersection over union.
    private mutating func associateByOverlap(_ group: ClassPartition.Group, _ detections: [Detection]) {
        collectColumns(group)
        guard !workspace.columns.isEmpty else { return }
        workspace.search.fill(count: workspace.columns.count) { detections[workspace.columns[$0]].box }
        workspace.rows.removeAll(keepingCapacity: true)
        workspace.association.pairs.removeAll(keepingCapacity: true)
        for place in group.tracks {
            let index = workspace.partition.tracks[place]
            guard tracks[index].life.detectionIndex == nil, tracks[index].life.timeSinceUpdate == 1 else { continue }
            let row = Int32(workspace.rows.count)
            workspace.rows.append(index)
            let foundCount = workspace.search.find(tracks[index].filter.box)
            for place in 0..<foundCount {
                let overlap = workspace.search.found[place]
                guard 1 - overlap.value <= options.maxIoUDistance else { continue }
                workspace.association.pairs.append(
                    LimitedAssociation.Pair(
                        row: row, column: Int32(overlap.column),
                        gain: options.maxIoUDistance + Self.excess - (1 - overlap.value)))
            }
        }
        takePairs()
    }

    /// The detections of a group that are still without a track.
    private mutating func collectColumns(_ group: ClassPartition.Group, onlyWithVector: Bool = false) {
        workspace.columns.removeAll(keepingCapacity: true)
        workspace.centres.removeAll(keepingCapacity: true)
        for place in group.detections {
            let index = workspace.partition.detections[place]
            guard !workspace.isMatched[index], !onlyWithVector || workspace.hasVector[index],
                let measurement = workspace.measurements[index]
            else { continue }
            workspace.columns.append(index)
            workspace.centres.append((measurement.x, measurement.y))
        }
    }

    /// Chooses among the pairs that were found, and updates the tracks.
    private mutating func takePairs() {
        workspace.association.solve(rows: workspace.rows.count, columns: workspace.columns.count)
        for row in workspace.rows.indices {
            let column = workspace.association.columnForRow[row]
            guard column != LinearAssignment.unassigned else { continue }
            let track = workspace.rows[row]
            let detection = workspace.columns[column]
            guard let measurement = workspace.measurements[detection] else { continue }
            workspace.isMatched[detection] = true
            tracks[track].update(measurement, detectionIndex: detection, framesToConfirm: options.framesToConfirm)
            remember(detection, of: track)
        }
    }

    /// Adds a detection's vector, if it has one, to its track's gallery.
    private mutating func remember(_ detection: Int, of track: Int) {
        guard workspace.hasVector[detection] else { return }
        tracks[track].gallery.append(workspace.vectors, vector(of: detection), budget: options.galleryBudget)
    }

    private mutating func startTracks(_ detections: [Detection]) {
        workspace.births.removeAll(keepingCapacity: true)
        for index in detections.indices where workspace.measurements[index] != nil && !workspace.isMatched[index] {
            workspace.births.append(index)
        }
        workspace.births.sort { (detections[$1].confidence, $1) < (detections[$0].confidence, $0) }
        for index in workspace.births {
            guard let measurement = workspace.measurements[index] else { continue }
            let life = TrackLife(id: nextID, classID: detections[index].classID, detectionIndex: index)
            let gallery = workspace.galleries.popLast() ?? AppearanceGallery()
            tracks.append(DeepSORTTrack(life: life, filter: AspectHeightFilter(measurement), gallery: gallery))
            nextID += 1
            remember(index, of: tracks.count - 1)
        }
    }

    private func list(_ update: inout TrackerUpdate) {
        update.tracks.reserveCapacity(tracks.count)
        for index in tracks.indices {
            let life = tracks[index].life
            update.tracks.append(
                life.listed(
                    box: tracks[index].filter.box, isReported: life.isConfirmed && life.timeSinceUpdate <= 1))
        }
    }

    /// Ends tracks; the others close up.
    private mutating func removeTracks(_ update: inout TrackerUpdate, where isRemoved: (DeepSORTTrack) -> Bool) {
        var kept = 0
        for index in tracks.indices {
            if isRemoved(tracks[index]) {
                update.ended.append(tracks[index].life.id)
                tracks[index].gallery.removeAll()
                workspace.galleries.append(tracks[index].gallery)
                continue
            }
            if kept < index { tracks.swapAt(kept, index) }
            kept += 1
        }
        tracks.removeLast(tracks.count - kept)
    }
}
