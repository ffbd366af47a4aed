import Aggregation
import EventLog
import Exports
import Foundation
import Pipeline
import PipelineTesting
import Report
import Serving
import Testing

@testable import Dashboard

@Suite("The dashboard's API")
struct APITests {
    @Test("What it says of a video is what its results say")
    func video() async throws {
        let rig = try await DashboardRig()
        try rig.clip("one.mp4", frames: 30)
        let id = try await rig.producer().submit(path: rig.media + "/one.mp4").registration.videoID
        try await rig.worker().run()
        var records: [ResultRecord] = []
        try await ResultsReader(log: rig.log, topics: rig.topics).read(id, follow: false) {
            records.append(try ResultRecord.decode($0, what: "a result"))
        }
        let frames = records.filter { $0.type == .frame }
        try await rig.serving { base async throws in
            let list = try await Answer.ask("\(base)/api/videos") { ($0["total"] as? Int) == 1 }
            let listed = try #require((list["videos"] as? [[String: Any]])?.first)
            #expect(listed["state"] as? String == "ended")
            #expect(listed["frames_done"] as? Int == 30)

            let detail = try await Answer.ask("\(base)/api/videos/\(id)").json()
            #expect(detail["frames"] as? Int == frames.count)
            #expect(detail["width"] as? Int == 160)
            let detections = frames.reduce(0) { $0 + ($1.objects?.count { $0.bbox != nil } ?? 0) }
            #expect(detail["detections"] as? Int == detections)
            let counts = try #require(records.last?.objectCounts)
            #expect(detail["objects_by_class"] as? [String: Int] == counts.filter { $0.value > 0 })

            // Frames of a span of time are those of the results, no more and no fewer.
            let span = try await Answer.ask("\(base)/api/videos/\(id)/frames?from_ms=500&to_ms=1499").json()
            let found = try #require(span["frames"] as? [[String: Any]])
            let expected = frames.filter { (500...1499).contains($0.timeMilliseconds ?? -1) }
            #expect(found.map { $0["frame"] as? Int } == expected.map(\.frame))
            #expect(found.map { ($0["objects"] as? [Any])?.count } == expected.map { $0.objects?.count })

            let lines = try await Answer.ask("\(base)/api/videos/\(id)/results")
            #expect(lines.text.split(separator: "\n").count == records.count)
            let objects = try await Answer.ask("\(base)/api/videos/\(id)/objects").json()
            #expect(objects["total"] as? Int == counts.values.reduce(0, +))
        }
    }

    @Test("What adds up is what an aggregator publishes, with zones in pixels")
    func summaries() async throws {
        let rig = try await DashboardRig()
        for name in ["gate-1.mp4", "gate-2.mp4"] { try rig.clip(name, frames: 30, seed: name == "gate-1.mp4" ? 1 : 2) }
        let id = try await rig.producer().submit(path: rig.media + "/gate-1.mp4").registration.videoID
        _ = try await rig.producer().submit(path: rig.media + "/gate-2.mp4")
        try await rig.worker().run()
        let settings = AggregationSettings(
            zones: ZoneFile(
                zones: [
                    Zone(
                        name: "left",
                        polygon: [.init(x: 0, y: 0), .init(x: 0.5, y: 0), .init(x: 0.5, y: 1), .init(x: 0, y: 1)])
                ], lines: [CountingLine(name: "middle", from: .init(x: 0.5, y: 0), to: .init(x: 0.5, y: 1))]),
            cameraSource: try CameraSource("video-id:^(gate-[0-9])"))
        try await rig.serving(settings: settings) { base async throws in
            _ = try await Answer.ask("\(base)/api/videos") { ($0["total"] as? Int) == 2 }
            // Before any aggregator has been there, too.
            let own = try await Answer.ask("\(base)/api/videos/\(id)/summary")
            let nothing = try await Answer.ask("\(base)/api/cameras").json()
            #expect(nothing["videos"] as? Int == 0)
            let zones = try await Answer.ask("\(base)/api/videos/\(id)/zones").json()
            let polygon = (zones["zones"] as? [[String: Any]])?.first?["polygon"] as? [[Double]]
            #expect(polygon == [[0, 0], [80, 0], [80, 96], [0, 96]])
            try await Aggregator(
                log: rig.log, topics: rig.topics, settings: settings,
                configuration: AggregatorConfiguration(exitWhenIdle: true), logger: DashboardRig.quiet
            ).run()
            let published = try await SummariesReader(log: rig.log, topics: rig.topics).video(id)
            #expect(published?.json == Array(own.data))
        }
        // Another dashboard: the first one remembers for a few seconds that there was nothing.
        try await rig.serving(settings: settings) { base async throws in
            let total = try await Answer.ask("\(base)/api/summary").json()
            #expect((total["videos"] as? [String: Int])?["ended"] == 2)
            let cameras = try await Answer.ask("\(base)/api/cameras").json()
            let names = (cameras["cameras"] as? [[String: Any]])?.compactMap { $0["camera"] as? String }
            #expect(names == ["gate-1", "gate-2"])
            let one = try await Answer.ask("\(base)/api/summary?camera=gate-2").json()
            #expect((one["videos"] as? [String: Int])?["ended"] == 1)
            #expect(try await Answer.ask("\(base)/api/summary?camera=none").status == 404)
        }
    }

    @Test("Results can be had in every format", arguments: ExportFormat.allCases)
    func formats(format: ExportFormat) async throws {
        let rig = try await DashboardRig()
        try rig.clip("one.mp4")
        let id = try await rig.producer().submit(path: rig.media + "/one.mp4").registration.videoID
        try await rig.worker().run()
        var export = ResultExport(format)
        var expected: [UInt8] = []
        try await ResultsReader(log: rig.log, topics: rig.topics).read(id, follow: false) {
            expected += try export.add($0)
        }
        while case let bytes = try export.finish(), !bytes.isEmpty { expected += bytes }
        try await rig.serving { base async throws in
            _ = try await Answer.ask("\(base)/api/videos") { ($0["total"] as? Int) == 1 }
            let answer = try await Answer.ask("\(base)/api/videos/\(id)/results?format=\(format.rawValue)")
            #expect(answer.status == 200)
            #expect(Array(answer.data) == expected)
            #expect(answer.headers["content-disposition"]?.hasSuffix("\(id).\(format.fileExtension)\"") == true)
            #expect(try await Answer.ask("\(base)/api/videos/\(id)/results?format=xls").status == 400)
        }
    }

    @Test("A video's results are found wherever they lie among those of others")
    func findsResults() async throws {
        let rig = try await DashboardRig()
        let producer = rig.producer()
        var ids: [VideoID] = []
        // One after the other, each done before the next comes; then one whose registration is written anew.
        for number in 0..<4 {
            let path = try rig.clip("clip-\(number).mp4", frames: 12, seed: number)
            ids.append(try await producer.submit(path: path).registration.videoID)
            try await rig.worker().run()
        }
        try await rig.serving { base async throws in
            _ = try await Answer.ask("\(base)/api/videos") { ($0["total"] as? Int) == 4 }
            for id in ids {
                let detail = try await Answer.ask("\(base)/api/videos/\(id)").json()
                #expect(detail["frames"] as? Int == 12)
                let partition = TopicPartition(
                    rig.topics.results, Partitioner.partition(forKey: id.rawValue, partitions: 2))
                // As if its registration had come long after its results.
                let late = VideoResults(
                    log: rig.log, partition: partition, id: id, registered: .max, hasResults: true,
                    settings: AggregationSettings())
                #expect(try await late.update().frames == 12)
                let asked = try await withThrowingTaskGroup(of: Int.self) { group in
                    let results = VideoResults(
                        log: rig.log, partition: partition, id: id, registered: nil, hasResults: true,
                        settings: AggregationSettings())
                    for _ in 0..<8 { group.addTask { try await results.update().frames } }
                    return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
                }
                #expect(asked == [12], "who asks at the same time gets the same")
            }
        }
    }

    @Test("Files are served in ranges, and only those of videos, from where they may be")
    func media() async throws {
        let rig = try await DashboardRig()
        let path = try rig.clip("one.mp4")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let id = try await rig.producer().submit(path: path).registration.videoID
        // The same video, and one that lies elsewhere.
        let outside = rig.folder.path + "/outside.mp4"
        try SyntheticClip.make(at: URL(fileURLWithPath: outside), frames: 10, seed: 3)
        let other = try await rig.producer().submit(path: outside).registration.videoID
        try FileManager.default.createSymbolicLink(atPath: rig.media + "/outside.mp4", withDestinationPath: outside)
        try await rig.serving { base async throws in
            _ = try await Answer.ask("\(base)/api/videos") { ($0["total"] as? Int) == 2 }
            let url = "\(base)/api/videos/\(id)/media"
            let all = try await Answer.ask(url)
            #expect(all.status == 200 && all.data == bytes && all.headers["content-type"] == "video/mp4")
            let some = try await Answer.ask(url, headers: ["Range": "bytes=10-19"])
            #expect(some.status == 206 && some.data == bytes[10..<20])
            #expect(some.headers["content-range"] == "bytes 10-19/\(bytes.count)")
            #expect(try await Answer.ask(url, headers: ["Range": "bytes=-5"]).data == bytes.suffix(5))
            #expect(try await Answer.ask(url, headers: ["Range": "bytes=\(bytes.count)-"]).status == 416)
            let stale = try await Answer.ask(url, headers: ["Range": "bytes=0-0", "If-Range": "\"other\""])
            #expect(stale.status == 200)
            let refused = try await Answer.ask("\(base)/api/videos/\(other)/media")
            #expect(refused.status == 404, "a link leads out of the folder")
            for path in ["../outside.mp4", outside, "/etc/hostname", "outside.mp4"] {
                let body = try JSONSerialization.data(withJSONObject: ["path": path])
                let answer = try await Answer.ask("\(base)/api/submissions", method: "POST", body: body)
                #expect(answer.status == 404, "\(path): \(answer.text)")
            }
        }
    }

    @Test(
        "Ranges",
        arguments: [
            ("bytes=0-0", 10, 0, 0), ("bytes=3-", 10, 3, 9), ("bytes=-4", 10, 6, 9), ("bytes=-40", 10, 0, 9),
            ("bytes=5-50", 10, 5, 9),
        ])
    func ranges(text: String, size: Int, first: Int, last: Int) throws {
        #expect(MediaFile.range(text, size: size) == .some(first...last))
    }

    @Test(
        "What is no single range is passed over",
        arguments: ["items=0-1", "bytes=", "bytes=a-b", "bytes=0-1,3-4", "bytes=5-2"])
    func noRange(text: String) { #expect(MediaFile.range(text, size: 10) == nil) }

    @Test("Ranges beyond the end are refused", arguments: ["bytes=10-", "bytes=10-12", "bytes=-0"])
    func beyond(text: String) { #expect(MediaFile.range(text, size: 10) == .some(nil)) }

    @Test("A file of a media folder is submitted by its name, and an upload that is too large is refused")
    func submissions() async throws {
        let rig = try await DashboardRig()
        try rig.clip("named.mp4")
        try await rig.serving(maxUploadBytes: 1000) { base async throws in
            let body = try JSONSerialization.data(withJSONObject: ["path": "named.mp4"])
            let job = try await Answer.ask("\(base)/api/submissions", method: "POST", body: body)
            #expect(job.status == 202)
            let id = try #require(try job.json()["video_id"] as? String)
            _ = try await Answer.ask("\(base)/api/videos?q=\(id)") { answer in
                ((answer["videos"] as? [[String: Any]])?.first?["state"] as? String) == "waiting"
            }
            let large = try await Answer.ask("\(base)/api/videos?name=a.mp4", method: "POST", body: Data(count: 1001))
            #expect(large.status == 413)
            #expect(large.text.contains("too_large"))
            for name in ["", "..%2Fa.mp4", ".hidden", "a%0Ab.mp4"] {
                let answer = try await Answer.ask("\(base)/api/videos?name=\(name)", method: "POST", body: Data([1]))
                #expect(answer.status == 400, "\(name)")
            }
            #expect(try await Answer.ask("\(base)/api/videos?name=a.mp4", method: "POST", body: Data()).status == 400)
            let left = (try? FileManager.default.contentsOfDirectory(atPath: rig.uploads)) ?? []
            #expect(left == [])
        }
    }

    @Test("A dashboard for looking takes nothing")
    func readOnly() async throws {
        let rig = try await DashboardRig()
        try rig.clip("named.mp4")
        try await rig.serving(isReadOnly: true) { base async throws in
            let body = try JSONSerialization.data(withJSONObject: ["path": "named.mp4"])
            for path in ["submissions", "videos?name=a.mp4", "dead-letters/replay"] {
                let answer = try await Answer.ask("\(base)/api/\(path)", method: "POST", body: body)
                #expect(answer.status == 403, "\(path): \(answer.text)")
            }
        }
    }

    @Test("Wrong parameters are said to be so")
    func wrong() async throws {
        let rig = try await DashboardRig()
        try await rig.serving { base async throws in
            for path in [
                "videos?limit=0", "videos?limit=x", "videos?order=best", "videos?offset=-1", "dead-letters?limit=5000",
                "videos/%2E%2E",
            ] {
                let answer = try await Answer.ask("\(base)/api/\(path)")
                #expect(answer.status == 400 || answer.status == 404, "\(path): \(answer.text)")
                let error = try #require(try answer.json()["error"] as? [String: String])
                #expect(error["code"] != nil && error["message"] != nil)
            }
            #expect(try await Answer.ask("\(base)/api/videos/nobody").status == 404)
        }
    }

    @Test("Ten thousand videos are listed a page at a time, found by name, and counted by state")
    func manyVideos() async throws {
        let rig = try await DashboardRig()
        let records = (0..<10_000).map { number in
            let id = "cam-\(String(format: "%05d", number))"
            let json = """
                {"schema":1,"video_id":"\(id)","source":"file-\(number).mp4","chunk_seconds":4,"max_chunk_bytes":1000000,\
                "state":"\(number % 4 == 0 ? "submitting" : "submitted")"}
                """
            return OutgoingRecord(
                topic: rig.topics.videos,
                record: Record(key: id, value: Array(json.utf8)))
        }
        try await rig.log.append(records)
        try await rig.serving { base async throws in
            let first = try await Answer.ask("\(base)/api/videos?order=name&limit=50") { $0["total"] as? Int == 10_000 }
            let ids = (first["videos"] as? [[String: Any]])?.compactMap { $0["video_id"] as? String }
            #expect(ids == (0..<50).map { "cam-\(String(format: "%05d", $0))" })
            let last = try await Answer.ask("\(base)/api/videos?order=name&offset=9990&limit=50").json()
            #expect((last["videos"] as? [Any])?.count == 10)
            let found = try await Answer.ask("\(base)/api/videos?q=FILE-1234.MP4").json()
            #expect(found["total"] as? Int == 1)
            let begun = try await Answer.ask("\(base)/api/videos?state=submitting").json()
            #expect(begun["total"] as? Int == 2500)
            let overview = try await Answer.ask("\(base)/api/overview").json()
            #expect(overview["states"] as? [String: Int] == ["submitting": 2500, "waiting": 7500])
        }
    }

    @Test("Every route is in the description, and everything described is there")
    func description() async throws {
        let rig = try await DashboardRig()
        try await rig.serving { base async throws in
            let spec = try await Answer.ask("\(base)/openapi.json").json()
            let paths = try #require(spec["paths"] as? [String: [String: Any]])
            let described = Set(paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } })
            #expect(try Self.routes() == described)
            for route in described.filter({ $0.hasPrefix("GET") && !$0.hasSuffix("/events") }) {
                let path = route.dropFirst("GET ".count).replacing("{id}", with: "none")
                let answer = try await Answer.ask(base + path)
                #expect(!answer.text.contains("there is nothing at"), "\(route)")
            }
            // References lead somewhere.
            let text = try await Answer.ask("\(base)/openapi.json").text
            let schemas = try #require((spec["components"] as? [String: Any])?["schemas"] as? [String: Any])
            for match in text.matches(of: /#\/components\/schemas\/(\w+)/) {
                #expect(schemas[String(match.1)] != nil, "\(match.1)")
            }
        }
    }

    /// What the sources of the API answer to.
    private static func routes() throws -> Set<String> {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let folder = root.deletingLastPathComponent().appendingPathComponent("Sources/Dashboard")
        var routes: Set<String> = []
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
        where name.hasPrefix("DashboardAPI") {
            let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            for match in text.matches(of: /api\.(get|post)\("([^"]+)"/) {
                routes.insert("\(match.1.uppercased()) /api/\(match.2)")
            }
        }
        return routes
    }
}
