import Aggregation
import Dashboard
import EventLog
import Foundation
import Logging
import Pipeline
import PipelineTesting
import SQLiteLog
import ServiceLifecycle
import Serving
import Testing
import Tracking

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A log in a folder of its own, with a dashboard over it.
struct DashboardRig {
    let folder: TemporaryFolder
    let log: SQLiteLog
    let topics = Topics()
    var media: String { folder.path + "/media" }
    var uploads: String { folder.path + "/uploads" }

    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init() async throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path + "/media", withIntermediateDirectories: true)
        log = try SQLiteLog(path: folder.path + "/log.sqlite")
        try await log.createTopics(topics.specifications(partitions: 2))
    }

    func producer() -> Producer { Producer(log: log, topics: topics, chunkSeconds: 1, appendBytes: 1) }

    /// A worker whose detector finds the cells of a grid that are bright.
    func worker(exitWhenIdle: Bool = true, cells: Int = 4) throws -> Worker {
        let detector = ScriptedDetector(cells: cells)
        let processing = ProcessingConfiguration(
            model: detector.model, tracker: try TrackerConfiguration(.sort, options: ["min_hits": "1"]))
        return try Worker(
            log: log, topics: topics,
            handler: Processor(detector: detector, configuration: processing, topics: topics),
            configuration: WorkerConfiguration(
                group: topics.workerGroup, memoryLimit: 64 << 20, spoolRoot: folder.path, videoTimeout: nil,
                exitWhenIdle: exitWhenIdle, commitInterval: .zero),
            logger: Self.quiet)
    }

    /// Runs a dashboard, lends its address, and ends it.
    func serving(
        token: String? = nil, isReadOnly: Bool = false, maxUploadBytes: Int = 64 << 20,
        settings: AggregationSettings = AggregationSettings(), _ body: (String) async throws -> Void
    ) async throws {
        let (running, announce) = AsyncStream<ListenAddress>.makeStream()
        let service = DashboardService(
            log: log, topics: topics, producer: producer(),
            configuration: DashboardConfiguration(
                server: try ServerConfiguration(
                    address: ListenAddress(port: 0), token: try token.map { try AccessToken($0) }),
                media: [URL(fileURLWithPath: media)], uploads: URL(fileURLWithPath: uploads),
                maxUploadBytes: maxUploadBytes, settings: settings, isReadOnly: isReadOnly, version: "test"),
            logger: Self.quiet, onRunning: { announce.yield($0) })
        let group = ServiceGroup(configuration: .init(services: [service], logger: Self.quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var addresses = running.makeAsyncIterator()
            let address = try #require(await addresses.next())
            try await body("http://\(address)")
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// A clip in the folder for media.
    @discardableResult
    func clip(_ name: String, frames: Int = 20, seed: Int = 0) throws -> String {
        let path = "\(media)/\(name)"
        try SyntheticClip.make(at: URL(fileURLWithPath: path), frames: frames, seed: seed)
        return path
    }
}

/// An answer of the API.
struct Answer {
    var status: Int
    var data: Data
    var headers: [String: String]

    var text: String { String(decoding: data, as: UTF8.self) }

    /// The JSON in it.
    func json() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any], "\(text)")
    }

    static func ask(
        _ url: String, method: String = "GET", headers: [String: String] = [:], body: Data? = nil
    ) async throws -> Answer {
        var request = URLRequest(url: try #require(URL(string: url)))
        request.httpMethod = method
        request.httpBody = body
        request.cachePolicy = .reloadIgnoringLocalCacheData
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response) = try await URLSession.shared.data(for: request)
        let http = try #require(response as? HTTPURLResponse)
        var fields: [String: String] = [:]
        for (name, value) in http.allHeaderFields { fields["\(name)".lowercased()] = "\(value)" }
        return Answer(status: http.statusCode, data: data, headers: fields)
    }

    /// Asks again until a condition holds.
    static func ask(_ url: String, until condition: ([String: Any]) -> Bool) async throws -> [String: Any] {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let answer = try await ask(url)
            if answer.status == 200, case let json = try answer.json(), condition(json) { return json }
            try #require(ContinuousClock.now < deadline, "\(url): \(answer.text)")
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
