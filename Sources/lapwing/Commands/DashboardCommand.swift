import Aggregation
import ArgumentParser
import Dashboard
import EventLog
import Foundation
import Logging
import Pipeline
import Serving

/// What is running and what was found, in a browser.
struct DashboardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dashboard",
        abstract: "Show in a browser what is running and what was found.",
        discussion: """
            Examples:
              lapwing dashboard --log sqlite:lapwing.db --media videos/
              lapwing dashboard --log kafka://h:9092 --host 0.0.0.0 --token-file token.txt

            Videos are played from the folders given with --media, and from what was uploaded. Nothing else of this \
            machine's files is shown. Workers do the work, and aggregators add up what is on the page 'Summary': start \
            them beside it. With --zones the zones and lines of that file are drawn into the pictures, and counted.

            It listens on 127.0.0.1, for this machine alone. On any other address it asks for a token: make one with \
            'openssl rand -hex 24 > token.txt'. The API behind the pages is described in /openapi.json.
            """)

    @OptionGroup var logOptions: LogOptions
    @OptionGroup var topicOptions: TopicOptions
    @OptionGroup var chunkOptions: ChunkOptions
    @OptionGroup var summaryOptions: SummaryGroupOptions
    @OptionGroup var settings: AggregationOptions
    @OptionGroup var logging: LoggingOptions

    @Option(name: .long, help: "The address to listen at.")
    var host = "127.0.0.1"

    @Option(name: .long, help: "The port to listen at; 0: any that is free.")
    var port = 8080

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A file with the token that clients must know; needed on addresses that others can reach.",
            valueName: "file"))
    var tokenFile: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Another host name that this server goes by, where there is no token; may be given several times.",
            valueName: "name"))
    var hostName: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A folder whose videos may be played and submitted; may be given several times.", valueName: "folder"))
    var media: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp("Where uploads are kept; made when the first one comes.", valueName: "folder"))
    var uploads = "lapwing-uploads"

    @Option(name: .long, help: ArgumentHelp("How large an upload may be.", valueName: "size"))
    var maxUpload = ByteSize(bytes: 8 << 30)

    @Flag(name: .long, help: "Show only: take no videos, send no dead letters again.")
    var readOnly = false

    func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("--port must be between 0 and 65535") }
    }

    func run() async throws {
        let settings = try settings.load()
        let server = try server()
        for folder in media where !isFolder(folder) {
            throw Failure.failed("--media \(folder): there is no such folder")
        }
        let log = try await topicOptions.open(logOptions, logger: logging.logger("lapwing.kafka"))
        let logger = logging.logger("lapwing.dashboard")
        let producer = Producer(
            log: log, topics: logOptions.topics, chunkSeconds: chunkOptions.chunkSeconds,
            maxChunkBytes: chunkOptions.maxChunkBytes.bytes, parallelDetect: chunkOptions.parallelDetect)
        let service = DashboardService(
            log: log, topics: logOptions.topics, producer: producer,
            configuration: DashboardConfiguration(
                server: server, media: media.map { URL(fileURLWithPath: $0) },
                uploads: readOnly ? nil : URL(fileURLWithPath: uploads), maxUploadBytes: maxUpload.bytes,
                settings: settings, summaryGroup: summaryOptions.group, isReadOnly: readOnly, version: Version.text),
            logger: logger,
            onRunning: { address in Console.output("http://\(address)/") })
        try await ServiceRunner.run([service], logger: logger)
        await log.close()
    }

    /// - Throws: ``UsageError`` for an address that needs a token, ``Failure`` when it cannot be listened at.
    private func server() throws -> ServerConfiguration {
        let token = try tokenFile.map(TokenFile.read)
        let server: ServerConfiguration
        do {
            server = try ServerConfiguration(
                address: ListenAddress(host: host, port: port), token: token, hostNames: Set(hostName))
        } catch {
            throw UsageError(message: "--host \(host): \(error)")
        }
        do { try server.address.check() } catch { throw Failure.failed("--port \(port): \(error)") }
        return server
    }

    private func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
