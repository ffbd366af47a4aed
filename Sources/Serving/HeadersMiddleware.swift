internal import HTTPTypes
internal import Hummingbird

/// Tells browsers to take nothing from elsewhere, to guess no types and to show the pages in nobody's frame.
struct HeadersMiddleware<Context: RequestContext>: RouterMiddleware {
    private static var policy: String {
        "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
            + "form-action 'self'; frame-ancestors 'none'"
    }

    func handle(_ request: Request, context: Context, next: Next<Context>) async throws
        -> Response
    {
        var response = try await next(request, context)
        if response.headers[.contentSecurityPolicy] == nil { response.headers[.contentSecurityPolicy] = Self.policy }
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[HTTPField.Name("Referrer-Policy")!] = "no-referrer"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return response
    }
}

/// What comes after a middleware.
typealias Next<Context> = @concurrent (Request, Context) async throws -> Response
