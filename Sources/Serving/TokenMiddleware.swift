internal import HTTPTypes
public import Hummingbird

/// Serves only who knows the token: as `Authorization: Bearer TOKEN`, or in the cookie that ``TokenCookie`` sets.
struct TokenMiddleware<Context: RequestContext>: RouterMiddleware {
    let token: AccessToken
    let open: Set<String>

    func handle(_ request: Request, context: Context, next: Next<Context>) async throws
        -> Response
    {
        guard open.contains(request.uri.path) || isKnown(request) else {
            throw Problem(
                .unauthorized, "token_required",
                "this server asks for its token: send 'Authorization: Bearer TOKEN'",
                headers: [.wwwAuthenticate: "Bearer realm=\"lapwing\""])
        }
        return try await next(request, context)
    }

    private func isKnown(_ request: Request) -> Bool {
        if let header = request.headers[.authorization], header.lowercased().hasPrefix("bearer ") {
            return token.matches(header.dropFirst("bearer ".count))
        }
        return request.cookies[TokenCookie.name].map { token.matches($0.value) } ?? false
    }
}

/// The token in a browser, which cannot send headers for pictures, videos and event streams.
public enum TokenCookie {
    static let name = "lapwing_token"

    /// A response that has the browser keep the token, out of scripts' reach, until it is closed.
    ///
    /// - Throws: ``Problem`` `unauthorized` when it is not the token.
    public static func response(for candidate: String, token: AccessToken) throws -> Response {
        guard token.matches(candidate) else {
            throw Problem(.unauthorized, "wrong_token", "that is not this server's token")
        }
        return Response(
            status: .noContent,
            headers: [.setCookie: "\(name)=\(candidate); Path=/; HttpOnly; SameSite=Strict"])
    }
}
