import Aggregation
import EventLog
import PipelineTesting
import SQLiteLog
import Testing

@testable import Pipeline

@Suite("Summaries keep to their schema")
struct SummarySchemaTests {
    @Test("of videos that run, have ended and have failed, of cameras, and of all")
    func everyKind() async throws {
        let rig = try await Rig(partitions: 1)
        let log = try rig.open()
        try await rig.submit([Rig.clip("j", frames: 33), Rig.clip("j", frames: 20, seed: 1)], to: log)
        let damaged = TestChunk.records(video: "damaged", index: 0, bytes: Array("no video".utf8), isLast: true)
        let endless = TestChunk.records(video: "endless", index: 0, bytes: Array("no video".utf8), isLast: false)
        try await log.append((damaged + endless).map { OutgoingRecord(topic: rig.topics.chunks, record: $0.record) })
        let configuration = try rig.configuration(onBadChunk: .gap)
        try await rig.worker(log, configuration: configuration, start: .streaming).run()
        // One more, that fails, of which it is known when it was taken; something goes through its picture.
        func frame(_ number: Int, _ x: Int) -> String {
            #"{"schema":1,"type":"frame","video_id":"f","frame":\#(number),"time_ms":0.0,"width":64,"height":48,"objects":["#
                + #"{"object_id":"f:000000:00:car","track_id":1,"class_id":2,"label":"car","confidence":0.9,"#
                + #""bbox":{"x1":\#(x),"y1":8.00,"x2":\#(x + 8),"y2":16.00},"state":"confirmed","predicted":false}]}"#
        }
        for json in [
            #"{"schema":1,"type":"video_event","event":"started","video_id":"f","source":{"start_time":"2026-11-23T17:59:28.123Z"}}"#,
            frame(0, 50), frame(1, 2),
            #"{"schema":1,"type":"video_event","event":"failed","video_id":"f","reason":"incomplete"}"#,
        ] {
            try await log.append([
                OutgoingRecord(topic: rig.topics.results, record: Record(key: "f", value: Array(json.utf8)))
            ])
        }
        let corners = [(0.0, 0.0), (1, 0), (1, 1), (0, 1)].map { ZonePoint(x: $0.0, y: $0.1) }
        let settings = AggregationSettings(
            zones: ZoneFile(
                zones: [Zone(name: "all of it", polygon: corners)],
                lines: (1..<8).map {
                    CountingLine(
                        name: "line \($0)", from: ZonePoint(x: Double($0) / 8, y: 0),
                        to: ZonePoint(x: Double($0) / 8, y: 1), hysteresis: 0)
                }),
            cameraSource: .videoID(pattern: "^[a-z]"))
        try await Aggregator(
            log: log, topics: rig.topics, settings: settings,
            configuration: AggregatorConfiguration(exitWhenIdle: true), logger: Rig.quiet
        ).run()
        let schema = try JSONSchema("summary")
        var kinds: Set<String> = []
        var texts = ""
        try await log.readAll(TopicPartition(rig.topics.summaries, 0)) { logged in
            let value = logged.record.value ?? []
            let faults = schema.faults(of: value)
            let text = String(decoding: value, as: UTF8.self)
            #expect(faults.isEmpty, "\(faults) in \(text.prefix(600))")
            kinds.insert(String(text.dropFirst(#"{"schema":1,"type":""#.count).prefix { $0 != "\"" }))
            texts += text
        }
        #expect(kinds == ["video", "total", "camera"])
        for part in [
            #""state":"running""#, #""state":"ended""#, #""state":"failed""#, #""start":"2026-11-23T17:59:00Z""#,
            #""entries":"#, #""in":1"#,
        ] {
            #expect(texts.contains(part), "\(part)")
        }
        let reader = SummariesReader(log: log, topics: rig.topics)
        let overview = try await reader.overview()
        #expect(overview.videos.count == 5)
        #expect(schema.faults(of: overview.total.json).isEmpty)
        #expect(!schema.faults(of: Array(#"{"schema":1,"type":"total"}"#.utf8)).isEmpty)
        await log.close()
    }
}
