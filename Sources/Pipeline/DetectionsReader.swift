internal import Media
internal import Tracking
internal import Vision

/// Reads what ``DetectionsWriter`` wrote; any bytes may be given.
struct DetectionsReader {
    /// Why the chunk cannot be used; nil when it can.
    let fault: String?

    private let header: ChunkHeader
    private let timeBase: Rational
    private var snapshot: SnapshotReader
    private var framesRead = 0

    /// - Throws: ``PipelineError`` with code `.invalidRecord`, as ``next()`` does.
    init(_ bytes: [UInt8], _ header: ChunkHeader) throws(PipelineError) {
        self.header = header
        do throws(SnapshotError) {
            snapshot = try SnapshotReader(
                bytes, kind: DetectionsWriter.kind, versions: DetectionsWriter.version...DetectionsWriter.version)
            fault = try snapshot.readBool() ? nil : try snapshot.readString()
        } catch {
            throw Self.unreadable(error)
        }
        // What cannot be used may have any.
        timeBase = fault == nil ? try header.parsedTimeBase() : Rational(1, 1)
    }

    private static let sides = 0...1 << 20
    private static let times = -(1 << 62)...(1 << 62)
    private static let classes = 0...1 << 20

    /// The next frame and its detections; nil after the chunk's last.
    mutating func next() throws(PipelineError) -> (content: FlowEntry.Content, detections: [Detection])? {
        do throws(SnapshotError) { return try read() } catch { throw Self.unreadable(error) }
    }

    private mutating func read() throws(SnapshotError) -> (content: FlowEntry.Content, detections: [Detection])? {
        guard framesRead < header.frameCount else {
            try snapshot.finish()
            return nil
        }
        guard let state = DetectionsWriter.State(rawValue: try snapshot.readCompact(in: 0...2)) else {
            throw snapshot.corrupt("an unknown state of a frame")
        }
        let pts = Int64(try snapshot.readInt(in: Self.times))
        let size = (
            width: try snapshot.readCompact(in: Self.sides), height: try snapshot.readCompact(in: Self.sides)
        )
        let place = header.place(frame: header.firstFrame + framesRead, pts: pts, size: size, timeBase: timeBase)
        framesRead += 1
        switch state {
        case .skipped: return (.skipped(place), [])
        case .undecodable: return (.undecodable(place), [])
        case .processed: break
        }
        var detections: [Detection] = []
        let count = try snapshot.readCount(elementSize: 5 * 8 + 1)
        detections.reserveCapacity(count)
        for _ in 0..<count {
            let box = BoundingBox(
                x1: try readNumber(), y1: try readNumber(),
                x2: try readNumber(), y2: try readNumber())
            detections.append(
                Detection(
                    box: box, confidence: try readNumber(),
                    classID: try snapshot.readCompact(in: Self.classes)))
        }
        return (.inFlight(place, nil), detections)
    }

    /// A coordinate or a confidence: no picture and no detector reaches the bounds, and calculations do not leave them.
    private mutating func readNumber() throws(SnapshotError) -> Double {
        let value = try snapshot.readFiniteDouble()
        guard abs(value) <= 0x1p24 else { throw snapshot.corrupt("\(value) as a coordinate or a confidence") }
        return value
    }

    private static func unreadable(_ error: SnapshotError) -> PipelineError {
        PipelineError(.invalidRecord, "its detections cannot be read: \(error.detail)")
    }
}
