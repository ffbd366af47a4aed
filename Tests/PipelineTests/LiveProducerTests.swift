import EventLog
import Foundation
import Media
import PipelineTesting
import SQLiteLog
import Testing

@testable import Pipeline

@Suite("Submitting live videos")
struct LiveProducerTests {
    private func chunks(_ seconds: Double = 1) throws -> [Chunk] {
        let splitter = LiveSplitter(
            demuxer: try Demuxer(path: try Rig.clip("live", frames: 120, gop: 10)), targetSeconds: seconds,
            maxBytes: 1 << 20, interrupt: ReadInterrupt(), patience: .seconds(60), isPaced: false)
        var chunks: [Chunk] = []
        while let chunk = splitter.next() { chunks.append(chunk) }
        return chunks
    }

    @Test("A time of day is written and read to the millisecond")
    func startTime() throws {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00.000Z"), (1_795_456_768.123, "2026-11-23T17:59:28.123Z"),
            (1_795_456_768.9996, "2026-11-23T17:59:29.000Z"), (-5, "1970-01-01T00:00:00.000Z"),
        ] {
            #expect(StartTime.text(seconds) == text)
            #expect(try abs(#require(StartTime.seconds(text)) - max(seconds, 0)) < 0.001)
        }
        #expect(StartTime.seconds("2026-11-23T18:59:28+01:00") == 1_795_456_768)
        #expect(StartTime.seconds("yesterday") == nil)
        #expect(StartTime.compact(1_795_456_768.123) == "20261123T175928Z")
    }

    @Test("A video's time starts at nothing and follows the time of day over an outage, never backwards")
    func timeline() throws {
        let chunks = try chunks()
        var timeline = LiveTimeline(videoID: try VideoID("v"), source: "s")
        let first = timeline.place(chunks[0], epoch: 5000)
        #expect(first.startTime == StartTime.text(5000) && first.index == 0 && first.firstFrame == 0)
        #expect(first.gap == nil && first.live == true && first.endSeconds == 1)
        // The source's clock begins anew, 61 s after the video did.
        timeline.interrupt("source lost")
        let second = timeline.place(chunks[0], epoch: 5061)
        #expect(second.gap == ChunkGap(reason: "source lost", frameCount: 0, milliseconds: 60000))
        #expect((second.index, second.firstFrame) == (1, 10))
        #expect(second.endSeconds == 62)
        // The time of day has been set back: the video's has not.
        timeline.interrupt("source lost")
        let third = timeline.place(chunks[0], epoch: 4000)
        #expect(third.gap?.milliseconds == 0 && third.endSeconds == 63)
        let last = timeline.marker(isLast: true)
        #expect((last.totalChunks, last.totalFrames, last.isEmpty) == (4, 30, true))
        #expect(last.gap == nil)
    }

    @Test("Chunks without room are left out, and the next one says so")
    func noRoom() async throws {
        let rig = try await Rig()
        let log = try rig.open()
        var settings = LiveProducer.Settings()
        settings.bufferBytes = 1
        let producer = LiveProducer(
            log: log, topics: rig.topics, source: LiveSource(try #require(MediaAddress("rtsp://camera/s"))),
            id: try VideoID("v"), settings: settings, interrupt: ReadInterrupt(), logger: Rig.quiet)
        let chunks = try chunks()
        // There is always room for one.
        for chunk in chunks[..<4] { try await producer.take(chunk, epoch: 5000, isPaced: true) }
        let first = try await producer.queue.next()
        #expect(first?.header.index == 0)
        await producer.queue.remove()
        try await producer.take(chunks[4], epoch: 5000, isPaced: true)
        let next = try #require(try await producer.queue.next()).header
        #expect((next.index, next.firstFrame) == (1, 40))
        #expect(next.gap == ChunkGap(reason: "log full", frameCount: 30, milliseconds: 3000))
        await log.close()
    }

    @Test("A video is gone on with where it stands in the log, by the newest producer alone")
    func takingOver() async throws {
        let rig = try await Rig(partitions: 2)
        let log = try rig.open()
        let script = try await LiveScript(
            [.chunks(3)], clip: Rig.clip("live", frames: 120, gop: 10), rig: rig, log: log, endsProperly: false)
        let id = script.ids[0]
        let producer = Producer(log: log, topics: rig.topics)
        var registration = VideoRegistration(
            videoID: id, source: "s", state: .submitting, chunkSeconds: 1, maxChunkBytes: 1 << 20,
            startTime: StartTime.text(LiveScript.start), live: .init(producer: "a"))
        let none = Producer.Progress(bytesRead: 0, byteCount: nil, frames: 0, chunks: 0, isWaiting: false)
        try await producer.register(registration, none) { _ in }
        try await log.append(script.records)
        try await producer.checkHolder(of: id, is: "a")
        let other = Producer(log: log, topics: rig.topics)
        registration.live?.producer = "b"
        try await other.register(registration, none) { _ in }
        await #expect(throws: PipelineError.self) { try await producer.checkHolder(of: id, is: "a") }

        func check(_ place: LivePlace) { #expect((place.nextChunk, place.nextFrame) == (3, 30)) }
        let place = try await other.place(of: registration)
        check(place)
        #expect(place.end == 3 && !place.hasEnded)
        // When the chunks have been worked on and are gone, the checkpoint tells.
        try await rig.worker(log).run()
        let later = try await other.place(of: registration)
        check(later)
        var timeline = LiveTimeline(resuming: later, source: "s")
        let header = timeline.place(try chunks()[0], epoch: LiveScript.start + 60)
        #expect((header.index, header.firstFrame) == (3, 30))
        #expect(header.gap == ChunkGap(reason: "producer restarted", frameCount: 0, milliseconds: nil))
        #expect(header.endSeconds == 61)
        // A file does not get a live video's ID.
        await #expect(throws: PipelineError.self) {
            try await other.submit(path: Rig.clip("live", frames: 120, gop: 10), id: id)
        }
        await log.close()
    }

    @Test("Of videos that go on with each other's objects, the last is gone on with; one that has ended is not")
    func chain() async throws {
        let rig = try await Rig(partitions: 5)
        let log = try rig.open()
        let producer = Producer(log: log, topics: rig.topics)
        let first = try VideoID("gate")
        let second = try await producer.nextID(base: "gate", startTime: 0, like: first)
        #expect(second.rawValue.hasPrefix("gate-19700101T000000Z"))
        let homes = try await (
            producer.partition(of: first, topic: rig.topics.chunks),
            producer.partition(of: second, topic: rig.topics.chunks)
        )
        #expect(homes.0 == homes.1)
        let none = Producer.Progress(bytesRead: 0, byteCount: nil, frames: 0, chunks: 0, isWaiting: false)
        func register(_ id: VideoID, _ state: VideoRegistration.State, _ next: VideoID? = nil) async throws {
            try await producer.register(
                VideoRegistration(
                    videoID: id, source: "s", state: state, chunkSeconds: 1, maxChunkBytes: 1,
                    live: .init(producer: "a", continuedBy: next)), none
            ) { _ in }
        }
        #expect(try await producer.liveVideo(first).registration == nil)
        try await register(first, .submitted, second)
        let begun = try await producer.liveVideo(first)
        #expect(begun.registration == nil && begun.begin?.0 == second && begun.begin?.after == first)
        try await register(second, .submitting)
        #expect(try await producer.liveVideo(first).registration?.videoID == second)
        try await register(second, .submitted)
        let error = await #expect(throws: PipelineError.self) { try await producer.liveVideo(first) }
        #expect(error?.detail.contains("has ended") == true)
        await log.close()
    }
}
