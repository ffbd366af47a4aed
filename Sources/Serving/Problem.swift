internal import Foundation
public import HTTPTypes
public import Hummingbird
internal import Logging
internal import NIOCore

/// An error as clients get it: `{"error":{"code":…,"message":…}}`.
public struct Problem: Error, HTTPResponseError, Sendable {
    public var status: HTTPResponse.Status
    /// For programs: lower case, words joined by `_`.
    public var code: String
    /// For people: what, where, and what to do.
    public var message: String
    public var headers: HTTPFields

    public init(_ status: HTTPResponse.Status, _ code: String, _ message: String, headers: HTTPFields = [:]) {
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers
    }

    public func response(from request: Request, context: some RequestContext) -> Response {
        var headers = headers
        headers[.contentType] = "application/json; charset=utf-8"
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = (try? encoder.encode(["error": ["code": code, "message": message]])) ?? Data()
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}

/// Makes all errors ``Problem``s; what is nobody's business is only logged.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
    let explain: @Sendable (any Error) -> String

    func handle(_ request: Request, context: Context, next: Next<Context>) async throws
        -> Response
    {
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return problem.response(from: request, context: context)
        } catch let error as any HTTPResponseError {
            return Self.problem(error, at: request.uri.path).response(from: request, context: context)
        } catch let error as CancellationError {
            throw error
        } catch {
            context.logger.warning(
                "request failed", metadata: ["path": "\(request.uri.path)", "error": "\(explain(error))"])
            return Problem(.internalServerError, "failed", explain(error)).response(from: request, context: context)
        }
    }

    private static func problem(_ error: any HTTPResponseError, at path: String) -> Problem {
        let reason = error.status.reasonPhrase
        let message =
            switch error.status {
            case .notFound: "there is nothing at \(path)"
            case .contentTooLarge: "what was sent to \(path) is too large"
            default: (error as? HTTPError)?.body ?? reason
            }
        return Problem(
            error.status, reason.lowercased().replacing(" ", with: "_"), message,
            headers: (error as? HTTPError)?.headers ?? [:])
    }
}
