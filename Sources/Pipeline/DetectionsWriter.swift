internal import Tracking
internal import Vision

/// Writes what was found in the frames of a chunk that stands alone, to the bit: the value in topic `detections`.
///
/// It is a snapshot (``Tracking/SnapshotWriter``): whether the chunk can be used; if so, each of its frames in order, with
/// what became of it, its time, its picture's size and its detections; if not, the reason.
struct DetectionsWriter {
    static let kind = "detections"
    static let version: UInt16 = 1

    /// What became of a frame.
    enum State: Int {
        case processed
        case skipped
        case undecodable
    }

    private var snapshot = SnapshotWriter(kind: kind, version: version)

    init() { snapshot.append(true) }

    /// Appends the chunk's next frame.
    mutating func append(_ content: FlowEntry.Content, _ detections: [Detection]) {
        switch content {
        case .inFlight(let place, _): append(.processed, place)
        case .skipped(let place): return append(.skipped, place)
        case .undecodable(let place): return append(.undecodable, place)
        case .end: return
        }
        snapshot.append(detections.count)
        for detection in detections {
            snapshot.append(detection.box.x1)
            snapshot.append(detection.box.y1)
            snapshot.append(detection.box.x2)
            snapshot.append(detection.box.y2)
            snapshot.append(detection.confidence)
            snapshot.appendCompact(detection.classID)
        }
    }

    private mutating func append(_ state: State, _ place: FramePlace) {
        snapshot.appendCompact(state.rawValue)
        snapshot.append(Int(place.pts))
        snapshot.appendCompact(place.width)
        snapshot.appendCompact(place.height)
    }

    /// The value of a chunk whose frames are all in.
    consuming func finish() -> [UInt8] { snapshot.finish() }

    /// The value of a chunk that cannot be used.
    static func unusable(_ reason: String) -> [UInt8] {
        var snapshot = SnapshotWriter(kind: kind, version: version)
        snapshot.append(false)
        snapshot.append(reason)
        return snapshot.finish()
    }
}
