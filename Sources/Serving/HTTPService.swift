public import Hummingbird
public import Logging
internal import NIOCore
public import ServiceLifecycle

/// What routes know of a request.
public typealias ServingContext = BasicRequestContext

/// A server over HTTP/1.1, run beside other services.
///
/// It asks for the token if there is one, refuses what other sites' pages send, says errors as JSON, and closes connections
/// that nobody uses.
public struct HTTPService: Service {
    private let responder: RouterResponder<ServingContext>
    private let configuration: ServerConfiguration
    private let logger: Logger
    private let onRunning: @Sendable (ListenAddress) -> Void

    /// - Parameters:
    ///   - open: paths that are served without a token, such as `/healthz`.
    ///   - explain: what clients are told of an error that is no ``Problem``.
    ///   - onRunning: called with the address listened at, once it is.
    ///   - routes: adds the routes.
    public init(
        _ configuration: ServerConfiguration, open: Set<String> = [], logger: Logger,
        explain: @escaping @Sendable (any Error) -> String = { "\($0)" },
        onRunning: @escaping @Sendable (ListenAddress) -> Void = { _ in },
        routes: (Router<ServingContext>) -> Void
    ) {
        self.configuration = configuration
        self.logger = logger
        self.onRunning = onRunning
        let router = Router(context: ServingContext.self)
        router.addMiddleware {
            HeadersMiddleware()
            ProblemMiddleware(explain: explain)
            OriginMiddleware(hostNames: configuration.token == nil ? configuration.hostNames : nil)
            if let token = configuration.token { TokenMiddleware(token: token, open: open) }
        }
        routes(router)
        responder = router.buildResponder()
    }

    /// Serves until it is asked to stop.
    ///
    /// - Throws: ``ServingError`` when it cannot listen.
    public func run() async throws {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let address = configuration.address
        let application = Application(
            responder: responder,
            server: .http1(configuration: .init(idleTimeout: .seconds(120))),
            configuration: .init(address: .hostname(address.host, port: address.port)),
            onServerRunning: { [onRunning] channel in
                onRunning(ListenAddress(host: address.host, port: channel.localAddress?.port ?? address.port))
            },
            logger: quiet)
        do {
            try await application.run()
        } catch let error as IOError {
            throw ServingError.listening(at: address, error.errnoCode)
        }
    }
}
