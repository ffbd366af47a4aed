internal import HTTPTypes
internal import Hummingbird

/// Refuses what pages of other sites have a user's browser send.
///
/// A request that names its origin must name this server. Where there is no token, the host asked for must be a name of the
/// loopback address as well: else a site could point its own name here (DNS rebinding) and read what only this machine
/// should.
struct OriginMiddleware<Context: RequestContext>: RouterMiddleware {
    /// Host names that are right besides the loopback ones; nil: any is.
    let hostNames: Set<String>?

    func handle(_ request: Request, context: Context, next: Next<Context>) async throws
        -> Response
    {
        let authority = request.head.authority ?? ""
        if let hostNames {
            let host = Self.host(of: authority)
            guard ListenAddress.isLoopback(host) || hostNames.contains(host) else {
                throw Problem(
                    .misdirectedRequest, "wrong_host",
                    "this server does not go by the name '\(host)'; use 127.0.0.1 or localhost, or start it with a token"
                )
            }
        }
        if let origin = request.headers[.origin], origin != "http://\(authority)", origin != "https://\(authority)" {
            throw Problem(.forbidden, "wrong_origin", "requests from pages of other sites are not served")
        }
        if request.headers[HTTPField.Name("Sec-Fetch-Site")!] == "cross-site", request.method != .get {
            throw Problem(.forbidden, "wrong_origin", "requests from pages of other sites are not served")
        }
        return try await next(request, context)
    }

    /// Without the port.
    private static func host(of authority: String) -> String {
        if authority.hasPrefix("[") { return String(authority.prefix { $0 != "]" }) + "]" }
        return String(authority.prefix { $0 != ":" })
    }
}
