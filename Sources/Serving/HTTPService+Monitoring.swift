internal import Foundation
internal import HTTPTypes
public import Hummingbird
public import Logging
internal import NIOCore
public import Telemetry

/// What Prometheus and Kubernetes ask for: `/metrics`, `/healthz` and `/readyz`.
extension HTTPService {
    /// Paths that tell nothing but whether the process is well, and that are asked for by those who have no token.
    public static let probes: Set<String> = ["/healthz", "/readyz"]

    /// A server that serves these and nothing else; with a token, ``probes`` are open all the same.
    ///
    /// - Parameter onRunning: called with the address listened at, once it is.
    public static func monitoring(
        _ configuration: ServerConfiguration, registry: MetricRegistry, health: HealthMonitor, logger: Logger,
        onRunning: @escaping @Sendable (ListenAddress) -> Void = { _ in }
    ) -> HTTPService {
        HTTPService(configuration, open: probes, logger: logger, onRunning: onRunning) { router in
            addMonitoring(to: router, registry: registry, health: health)
        }
    }

    /// Adds these to a server's other routes.
    public static func addMonitoring(
        to router: Router<ServingContext>, registry: MetricRegistry, health: HealthMonitor
    ) {
        let ready = registry.gauge(.ready)
        registry.onRead { ready.set(health.readiness().isGood) }
        router.get("metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: PrometheusText.contentType],
                body: .init(byteBuffer: ByteBuffer(string: PrometheusText.of(registry))))
        }
        router.get("healthz") { _, _ in response(health.liveness(), good: "ok", bad: "unhealthy") }
        router.get("readyz") { _, _ in response(health.readiness(), good: "ready", bad: "not ready") }
    }

    /// `{"status":"ok"}`, or 503 with what is wrong.
    private static func response(_ report: HealthMonitor.Report, good: String, bad: String) -> Response {
        struct Answer: Encodable {
            var status: String
            var problems: [String]?
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let answer = Answer(
            status: report.isGood ? good : bad, problems: report.isGood ? nil : report.problems)
        return Response(
            status: report.isGood ? .ok : .serviceUnavailable,
            headers: [.contentType: "application/json; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(bytes: (try? encoder.encode(answer)) ?? Data())))
    }
}
