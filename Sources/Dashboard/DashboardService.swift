public import Aggregation
public import EventLog
public import Foundation
public import Logging
public import Pipeline
public import ServiceLifecycle
public import Serving

/// What a dashboard shows, where, and what it takes.
public struct DashboardConfiguration: Sendable {
    public var server: ServerConfiguration
    /// Folders whose videos may be shown and submitted.
    public var media: [URL]
    /// Where uploads go; nil: none are taken.
    public var uploads: URL?
    /// Bytes of an upload at most.
    public var maxUploadBytes: Int
    /// Zones and lines that are drawn and counted, and where cameras are read from: those of the aggregators.
    public var settings: AggregationSettings
    /// The aggregators' group; nil: the usual one.
    public var summaryGroup: String?
    /// Whether videos may be submitted and dead letters be sent again.
    public var isReadOnly: Bool
    /// What to call this program: `lapwing 1.2.3`.
    public var version: String

    public init(
        server: ServerConfiguration, media: [URL] = [], uploads: URL? = nil, maxUploadBytes: Int = 8 << 30,
        settings: AggregationSettings = AggregationSettings(), summaryGroup: String? = nil, isReadOnly: Bool = false,
        version: String
    ) {
        self.server = server
        self.media = media
        self.uploads = uploads
        self.maxUploadBytes = maxUploadBytes
        self.settings = settings
        self.summaryGroup = summaryGroup
        self.isReadOnly = isReadOnly
        self.version = version
    }
}

/// The dashboard: pages, the JSON that they are made of, and what keeps it up to date.
public struct DashboardService: Service {
    private let http: HTTPService
    private let index: VideoIndex
    private let submissions: Submissions

    /// - Parameters:
    ///   - producer: what videos that come in here are submitted by.
    ///   - onRunning: called with the address listened at, once it is.
    public init(
        log: any EventLog, topics: Topics, producer: Producer, configuration: DashboardConfiguration, logger: Logger,
        onRunning: @escaping @Sendable (ListenAddress) -> Void = { _ in }
    ) {
        let index = VideoIndex(log: log, topics: topics, logger: logger)
        let submissions = Submissions(producer: producer, logger: logger)
        self.index = index
        self.submissions = submissions
        let api = DashboardAPI(
            log: log, topics: topics, index: index,
            results: ResultsCache(log: log, topics: topics, settings: configuration.settings),
            summaries: SummariesCache(
                SummariesReader(log: log, topics: topics, group: configuration.summaryGroup)),
            library: MediaLibrary(folders: configuration.media, uploads: configuration.uploads),
            submissions: submissions, configuration: configuration)
        http = HTTPService(
            configuration.server, open: DashboardAPI.openPaths, logger: logger, explain: Explanation.of,
            onRunning: onRunning,
            routes: { api.addRoutes(to: $0) })
    }

    /// Serves until it is asked to stop.
    ///
    /// - Throws: ``Serving/ServingError`` when it cannot listen.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await index.follow() }
            group.addTask { try await submissions.run() }
            try await http.run()
            group.cancelAll()
        }
    }
}
