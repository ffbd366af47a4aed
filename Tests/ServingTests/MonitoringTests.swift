import Foundation
import Logging
import ServiceLifecycle
import Serving
import Telemetry
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

@Suite("Metrics and probes over HTTP")
struct MonitoringTests {
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func serving(
        token: String? = nil, _ registry: MetricRegistry, _ health: HealthMonitor, _ body: (URL) async throws -> Void
    ) async throws {
        let (running, announce) = AsyncStream<ListenAddress>.makeStream()
        let service = HTTPService.monitoring(
            try ServerConfiguration(address: ListenAddress(port: 0), token: try token.map { try AccessToken($0) }),
            registry: registry, health: health, logger: Self.quiet, onRunning: { announce.yield($0) })
        let group = ServiceGroup(configuration: .init(services: [service], logger: Self.quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var addresses = running.makeAsyncIterator()
            let address = try #require(await addresses.next())
            try await body(URL(string: "http://\(address)")!)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private func ask(
        _ base: URL, _ path: String, token: String? = nil
    ) async throws -> (status: Int, text: String, type: String?) {
        var request = URLRequest(url: base.appendingPathComponent(path))
        if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        let (data, response) = try await URLSession.shared.data(for: request)
        let http = try #require(response as? HTTPURLResponse)
        return (http.statusCode, String(decoding: data, as: UTF8.self), http.value(forHTTPHeaderField: "Content-Type"))
    }

    @Test("Probes say what is wrong, with 503, and whether it is ready is a metric, too")
    func probes() async throws {
        let (registry, health) = (MetricRegistry(), HealthMonitor(patience: .seconds(10)))
        health.notReady("model", "it is being loaded")
        try await serving(registry, health) { base async throws in
            var ready = try await ask(base, "readyz")
            #expect(ready.status == 503)
            #expect(ready.text == #"{"problems":["model: it is being loaded"],"status":"not ready"}"#)
            #expect(try await ask(base, "healthz").text == #"{"status":"ok"}"#)
            #expect(try await ask(base, "metrics").text.contains("\nlapwing_ready 0\n"))
            health.ready("model")
            ready = try await ask(base, "readyz")
            #expect(ready.status == 200 && ready.text == #"{"status":"ready"}"#)
            let metrics = try await ask(base, "metrics")
            #expect(metrics.status == 200 && metrics.type == "text/plain; version=0.0.4; charset=utf-8")
            #expect(metrics.text.contains("\nlapwing_ready 1\n"))
            health.beat("worker", at: .now - .seconds(20))
            let dead = try await ask(base, "healthz")
            #expect(dead.status == 503 && dead.text.contains("worker: no sign of life for "))
        }
    }

    @Test("With a token, metrics ask for it; probes, which have none to give, do not")
    func token() async throws {
        let secret = "0123456789abcdef-secret"
        try await serving(token: secret, MetricRegistry(), HealthMonitor()) { base async throws in
            #expect(try await ask(base, "metrics").status == 401)
            #expect(try await ask(base, "metrics", token: secret).status == 200)
            #expect(try await ask(base, "healthz").status == 200)
            #expect(try await ask(base, "readyz").status == 200)
        }
    }
}
