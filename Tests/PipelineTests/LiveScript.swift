import EventLog
import Foundation
import Media
import PipelineTesting

@testable import Pipeline

/// A live video without a camera: a clip cut as a live source is, with what happens on the way.
struct LiveScript {
    enum Step {
        /// So many chunks come and go into the log.
        case chunks(Int)
        /// So many chunks come and find no room.
        case dropped(Int)
        /// The source is away for so many seconds.
        case lost(Double)
        /// A video ends, and the next one begins with its objects.
        case segment
        /// Nothing is said but that the producer lives.
        case sign
    }

    /// The time of day at which it begins.
    static let start = 1_795_000_000.0

    /// The videos' IDs, in order.
    private(set) var ids: [VideoID] = []
    private(set) var records: [OutgoingRecord] = []
    private(set) var frames = 0

    /// - Parameter endsProperly: whether the last video's end is in it.
    init(
        _ steps: [Step], clip: String, rig: Rig, log: any EventLog, endsProperly: Bool = true
    ) async throws {
        let producer = Producer(log: log, topics: rig.topics)
        var epoch = Self.start
        var timeline = LiveTimeline(videoID: try VideoID("live"), source: "rtsp://camera/stream")
        ids = [timeline.videoID]
        let splitter = LiveSplitter(
            demuxer: try Demuxer(path: clip), targetSeconds: 1, maxBytes: 1 << 20, interrupt: ReadInterrupt(),
            patience: .seconds(60), isPaced: false)
        for step in steps {
            switch step {
            case .chunks(let count):
                for _ in 0..<count {
                    guard let chunk = splitter.next() else { break }
                    append(timeline.place(chunk, epoch: epoch), chunk.bytes, rig)
                    frames += chunk.frameCount
                }
            case .dropped(let count):
                for _ in 0..<count { if let chunk = splitter.next() { timeline.drop(chunk, "log full") } }
            case .lost(let seconds):
                timeline.interrupt("source lost")
                epoch += seconds
            case .segment:
                let next = try await producer.nextID(
                    base: "live", startTime: Self.start, like: timeline.videoID)
                let end = (timeline.startTime ?? 0) + (timeline.end ?? 0)
                append(timeline.marker(isLast: true, continuedBy: next), [], rig)
                timeline = LiveTimeline(
                    videoID: next, source: "rtsp://camera/stream", continues: timeline.videoID, startTime: end)
                ids.append(next)
            case .sign: append(timeline.marker(isLast: false), [], rig)
            }
        }
        if endsProperly { append(timeline.marker(isLast: true), [], rig) }
    }

    private mutating func append(_ header: ChunkHeader, _ bytes: [UInt8], _ rig: Rig) {
        records += ChunkParts.records(header, bytes, topic: rig.topics.chunks, partition: nil)
    }
}
