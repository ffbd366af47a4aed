internal import EventLog
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Pipeline
internal import Serving

/// What the dashboard answers: `/api/…` as ``openapi.json`` describes it, and the pages.
struct DashboardAPI: Sendable {
    let log: any EventLog
    let topics: Topics
    let index: VideoIndex
    let results: ResultsCache
    let summaries: SummariesCache
    let library: MediaLibrary
    let submissions: Submissions
    let configuration: DashboardConfiguration

    /// Served without a token: the pages have no data, and ask for the token themselves.
    static let openPaths: Set<String> = [
        "/", "/workers", "/dead-letters", "/summary", "/video", "/app.js", "/player.js", "/charts.js", "/summary.js",
        "/style.css",
        "/openapi.json", "/icon.svg", "/healthz", "/readyz", "/api/session",
    ]

    func addRoutes(to router: Router<ServingContext>) {
        addPages(to: router)
        let api = router.group("api")
        addSession(to: api)
        addVideos(to: api)
        addFindings(to: api)
        addSummaries(to: api)
        addSubmissions(to: api)
        addOperations(to: api)
        addEvents(to: api)
    }

    // MARK: - Pages

    private func addPages(to router: Router<ServingContext>) {
        let pages: [(String, String, [UInt8])] = [
            ("app.js", "text/javascript", PackageResources.app_js),
            ("player.js", "text/javascript", PackageResources.player_js),
            ("charts.js", "text/javascript", PackageResources.charts_js),
            ("summary.js", "text/javascript", PackageResources.summary_js),
            ("style.css", "text/css", PackageResources.style_css),
            ("icon.svg", "image/svg+xml", PackageResources.icon_svg),
            ("openapi.json", "application/json", PackageResources.openapi_json),
        ]
        for (path, type, bytes) in pages { addPage(path, type, bytes, to: router) }
        // One page for all: its script looks at the address.
        for path in ["", "video", "workers", "dead-letters", "summary"] {
            addPage(path, "text/html", PackageResources.index_html, to: router)
        }
        router.get("healthz") { _, _ in "ok\n" }
        router.get("readyz") { _, _ async throws -> String in
            guard await index.isComplete else {
                throw Problem(.serviceUnavailable, "not_ready", await index.problem ?? "the log is still being read")
            }
            return "ok\n"
        }
    }

    private func addPage(_ path: String, _ type: String, _ bytes: [UInt8], to router: Router<ServingContext>) {
        let buffer = ByteBuffer(bytes: bytes)
        router.get(RouterPath(path)) { _, _ in
            Response(
                status: .ok, headers: [.contentType: "\(type); charset=utf-8", .cacheControl: "no-cache"],
                body: .init(byteBuffer: buffer))
        }
    }

    // MARK: - Session

    private func addSession(to api: RouterGroup<ServingContext>) {
        struct Session: Encodable {
            var needsToken: Bool
            var isReadOnly: Bool
            var takesUploads: Bool
            var maxUploadBytes: Int
            var version: String
        }
        api.get("session") { _, _ in
            try JSONResponse(
                Session(
                    needsToken: configuration.server.token != nil, isReadOnly: configuration.isReadOnly,
                    takesUploads: library.uploads != nil && !configuration.isReadOnly,
                    maxUploadBytes: configuration.maxUploadBytes, version: configuration.version))
        }
        // From a page that asks for the token: it goes into a cookie, since pictures and videos are fetched without headers.
        api.post("session") { request, _ in
            let body = try await request.body.collect(upTo: 1024)
            guard let token = configuration.server.token else { return Response(status: .noContent) }
            return try TokenCookie.response(for: String(buffer: body), token: token)
        }
    }

    // MARK: - Helpers

    func videoID(_ context: ServingContext) throws -> VideoID {
        let text = try context.parameters.require("id")
        do {
            return try VideoID(text)
        } catch {
            throw Problem(.badRequest, "bad_video_id", Explanation.of(error))
        }
    }

    /// The video that a request is about.
    func row(_ context: ServingContext) async throws -> VideoIndex.Row {
        let id = try videoID(context)
        guard let row = await index.row(id) else {
            throw Problem(.notFound, "no_such_video", "there is no video '\(id)' in \(log.name)")
        }
        return row
    }

    func requireWritable() throws {
        if configuration.isReadOnly {
            throw Problem(.forbidden, "read_only", "this dashboard was started with --read-only")
        }
    }
}

/// A response with a value as JSON: names in snake case, keys sorted.
struct JSONResponse<Value: Encodable>: ResponseGenerator {
    var status: HTTPResponse.Status
    private var bytes: Data

    init(_ value: Value, status: HTTPResponse.Status = .ok) throws {
        self.status = status
        bytes = try Self.encode(value)
    }

    static func encode(_ value: Value) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return try encoder.encode(value)
    }

    func response(from request: Request, context: some RequestContext) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

extension Request {
    /// A number in the query, within bounds.
    ///
    /// - Throws: ``Problem`` `bad_parameter`.
    func number(_ name: String, in range: ClosedRange<Int>, default standard: Int) throws -> Int {
        guard let text = uri.queryParameters.get(name) else { return standard }
        guard let value = Int(text), range.contains(value) else {
            throw Problem(
                .badRequest, "bad_parameter",
                "\(name)=\(text): it must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// A time in milliseconds in the query.
    ///
    /// - Throws: ``Problem`` `bad_parameter`.
    func milliseconds(_ name: String, default standard: Double) throws -> Double {
        guard let text = uri.queryParameters.get(name) else { return standard }
        guard let value = Double(text), value.isFinite, value >= 0 else {
            throw Problem(.badRequest, "bad_parameter", "\(name)=\(text): it must be a number of milliseconds")
        }
        return value
    }
}
