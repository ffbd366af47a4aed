import EventLog
import Foundation
import KafkaLog
import KafkaLogTesting
import Testing

@Suite(
    "A cluster that does not let one in",
    .enabled(if: TestedKafka.isWanted, "takes minutes on a cluster in the process: make test-kafka"))
struct RefusalTests {
    private static let openssl = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    @Test(
        "because its certificate is not trusted, or TLS is missing, is an error within seconds",
        .timeLimit(.minutes(1)),
        .enabled(if: openssl != nil, "openssl is needed to play a TLS server"))
    func certificate() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = folder.appendingPathComponent("key.pem").path
        let certificate = folder.appendingPathComponent("certificate.pem").path
        let making = try run([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "1", "-subj",
            "/CN=localhost",
        ])
        while making.isRunning { try await Task.sleep(for: .milliseconds(20)) }
        let port = Int.random(in: 20000...60000)
        let server = try run(["s_server", "-accept", "\(port)", "-key", key, "-cert", certificate, "-quiet"])
        defer { server.terminate() }
        try await Task.sleep(for: .milliseconds(500))

        var configuration = quiet
        configuration.properties = ["security.protocol": "SSL"]
        let log = try KafkaLog(url: "kafka://localhost:\(port)", configuration: configuration)
        let time = await ContinuousClock().measure {
            let error = await #expect(throws: EventLogError.self) { _ = try await log.partitionCount(of: "t") }
            #expect(error?.code == .refused)
            #expect(error?.recovery == .giveUp)
        }
        #expect(time < .seconds(10))
        await log.close()

        // The same server, spoken to without TLS.
        let plain = try KafkaLog(url: "kafka://localhost:\(port)", configuration: quiet)
        let plainTime = await ContinuousClock().measure {
            let error = await #expect(throws: EventLogError.self) { _ = try await plain.partitionCount(of: "t") }
            #expect(error?.detail.contains("connecting to a SSL listener") == true, "\(String(describing: error))")
        }
        #expect(plainTime < .seconds(20))
        await plain.close()
    }

    private func run(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.openssl ?? "")
        process.arguments = arguments
        process.standardInput = Pipe()
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }
}
