internal import Tracking
internal import Vision

/// Counts objects that may be others that were lost: an identity switch, as far as it can be told without ground truth.
///
/// An object that becomes confirmed is suspected when another one of its class was lost at most ``window`` processed
/// frames before its first detection, and was then so near that the centres of the two boxes are no farther apart than the
/// longer side of the lost one's. It is counted once the tracker gives the lost one up; should that come back, it was none.
/// A lost object explains one new object at most.
///
/// It is an indicator, not a measurement: of two people in a crowd, one of whom leaves where the other appears, it counts
/// one, and two objects that trade their IDs without either being lost are not seen. What it knows is not in checkpoints: a
/// switch across a worker's end is not counted.
struct SwitchWatch {
    /// Processed frames.
    static let window = 30

    private struct Sighting {
        var classID: Int
        var box: BoundingBox
        /// Counts processed frames.
        var frame: Int
        /// Whether the tracker has given it up.
        var hasEnded = false
    }

    private var lost: [Int: Sighting] = [:]
    private var born: [Int: Sighting] = [:]
    /// Lost objects that a new one seems to be.
    private var suspects: Set<Int> = []
    private var frame = 0

    /// Takes a frame in.
    ///
    /// - Returns: how many switches it brings to light.
    mutating func take(_ identified: IdentifiedFrame) -> Int {
        frame += 1
        guard !identified.events.isEmpty else { return 0 }
        lost = lost.filter { frame - $0.value.frame <= Self.window * 2 }
        var suspected = 0
        for event in identified.events {
            let id = event.trackID
            switch event.kind {
            case .lost: lost[id] = sighting(of: event, in: identified.predicted)
            case .recovered:
                lost[id] = nil
                suspects.remove(id)
            case .born: born[id] = sighting(of: event, in: identified.objects)
            case .confirmed:
                guard let newcomer = born.removeValue(forKey: id), let missing = nearest(to: newcomer) else { continue }
                if lost.removeValue(forKey: missing)?.hasEnded == true {
                    suspected += 1
                } else {
                    suspects.insert(missing)
                }
            case .ended:
                born[id] = nil
                lost[id]?.hasEnded = true
                if suspects.remove(id) != nil { suspected += 1 }
            }
        }
        return suspected
    }

    private func sighting(of event: TrackEvent, in objects: [IdentifiedObject]) -> Sighting? {
        guard let object = objects.first(where: { $0.trackID == event.trackID }), let box = object.trackBox else {
            return nil
        }
        return Sighting(classID: event.classID, box: box, frame: frame)
    }

    /// The lost object that a new one is most likely to be; nil where there is none.
    private func nearest(to newcomer: Sighting) -> Int? {
        lost.compactMap { id, missing -> (id: Int, distance: Double)? in
            guard missing.classID == newcomer.classID, missing.frame <= newcomer.frame,
                newcomer.frame - missing.frame <= Self.window
            else { return nil }
            let (a, b) = (missing.box, newcomer.box)
            let (dx, dy) = ((a.x1 + a.x2 - b.x1 - b.x2) / 2, (a.y1 + a.y2 - b.y1 - b.y2) / 2)
            let distance = (dx * dx + dy * dy).squareRoot()
            return distance <= max(a.x2 - a.x1, a.y2 - a.y1) ? (id, distance) : nil
        }.min { ($0.distance, $0.id) < ($1.distance, $1.id) }?.id
    }
}
