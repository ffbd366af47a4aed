import ArgumentParser
import Foundation
import Logging
import Pipeline
import Serving
import Telemetry

/// Where a command serves its metrics, and whether it is well.
struct MetricsOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Serve /metrics (for Prometheus), /healthz and /readyz at this port; 0: any that is free, which the log says. "
                + "Without it, nothing is served.", valueName: "port"))
    var metricsPort: Int?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The address to serve them at; one that other machines can reach needs --token-file. 0.0.0.0 is all that "
                + "this machine has.", valueName: "address"))
    var metricsHost = "127.0.0.1"

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A file with the token that /metrics asks for, as 'Authorization: Bearer TOKEN'; /healthz and /readyz are open.",
            valueName: "file"))
    var tokenFile: String?

    func validate() throws {
        guard (0...65535).contains(metricsPort ?? 0) else {
            throw ValidationError("--metrics-port must be from 0 to 65535")
        }
    }

    /// What is measured, and where that is served; nil without `--metrics-port`.
    ///
    /// - Parameter command: as it is called.
    /// - Throws: ``UsageError`` for an address that needs a token, ``Failure`` when it cannot be listened at.
    func monitor(command: String, topics: Topics, logger: Logger) throws -> Monitor? {
        guard let metricsPort else { return nil }
        let token = try tokenFile.map(TokenFile.read)
        let address = ListenAddress(host: metricsHost, port: metricsPort)
        let configuration: ServerConfiguration
        do {
            configuration = try ServerConfiguration(address: address, token: token)
        } catch {
            throw UsageError(message: "--metrics-host \(metricsHost): \(error)")
        }
        do { try address.check() } catch { throw Failure.failed("--metrics-port \(metricsPort): \(error)") }
        return Monitor(command: command, topics: topics, configuration, logger: logger)
    }
}

/// What a command measures of itself, and the server that says it.
struct Monitor {
    let registry = MetricRegistry()
    let health = HealthMonitor()
    let server: HTTPService

    init(command: String, topics: Topics, _ configuration: ServerConfiguration, logger: Logger) {
        registry.gauge(.info, [Version.text, command, topics.prefix]).set(1)
        server = .monitoring(configuration, registry: registry, health: health, logger: logger) { address in
            logger.info("metrics served", metadata: ["address": "http://\(address)/metrics"])
        }
    }
}
