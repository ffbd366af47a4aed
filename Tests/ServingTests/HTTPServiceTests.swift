import Foundation
import Hummingbird
import Logging
import ServiceLifecycle
import Serving
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

@Suite("A server over HTTP")
struct HTTPServiceTests {
    static let secret = "0123456789abcdef-secret"

    /// Runs a server with one route and `/healthz`, lends its address, and ends it.
    private func serving(
        token: String? = nil, hostNames: Set<String> = [], _ body: (URL) async throws -> Void
    ) async throws {
        let (running, announce) = AsyncStream<ListenAddress>.makeStream()
        let service = HTTPService(
            try ServerConfiguration(
                address: ListenAddress(port: 0), token: try token.map { try AccessToken($0) }, hostNames: hostNames),
            open: ["/healthz"], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onRunning: { announce.yield($0) },
            routes: { router in
                router.get("hello") { _, _ in "hello" }
                router.post("hello") { request, _ in
                    let body = try await request.body.collect(upTo: 10)
                    return "\(body.readableBytes)"
                }
                router.get("healthz") { _, _ in "ok" }
                router.get("broken") { _, _ -> String in throw Broken() }
            })
        let group = ServiceGroup(
            configuration: .init(services: [service], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var addresses = running.makeAsyncIterator()
            let address = try #require(await addresses.next())
            try await body(URL(string: "http://\(address)")!)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private struct Broken: Error, CustomStringConvertible { var description: String { "it broke" } }

    private func ask(
        _ base: URL, _ path: String, method: String = "GET", headers: [String: String] = [:], body: Data? = nil
    ) async throws -> (status: Int, text: String, headers: [String: String]) {
        var request = URLRequest(url: base.appendingPathComponent(path))
        request.httpMethod = method
        request.httpBody = body
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response) = try await URLSession.shared.data(for: request)
        let http = try #require(response as? HTTPURLResponse)
        var fields: [String: String] = [:]
        for (name, value) in http.allHeaderFields { fields["\(name)".lowercased()] = "\(value)" }
        return (http.statusCode, String(decoding: data, as: UTF8.self), fields)
    }

    @Test("It serves, and tells browsers to be careful")
    func serves() async throws {
        try await serving { base async throws in
            let answer = try await ask(base, "hello")
            #expect(answer.status == 200 && answer.text == "hello")
            #expect(answer.headers["x-content-type-options"] == "nosniff")
            #expect(answer.headers["content-security-policy"]?.hasPrefix("default-src 'self'") == true)
        }
    }

    @Test("Errors are JSON that says what and where")
    func errors() async throws {
        try await serving { base async throws in
            let missing = try await ask(base, "nowhere")
            #expect(missing.status == 404)
            #expect(missing.text == #"{"error":{"code":"not_found","message":"there is nothing at /nowhere"}}"#)
            let broken = try await ask(base, "broken")
            #expect(broken.status == 500)
            #expect(broken.text == #"{"error":{"code":"failed","message":"it broke"}}"#)
            let large = try await ask(base, "hello", method: "POST", body: Data(count: 11))
            #expect(large.status == 413)
        }
    }

    @Test("Without its token nothing is served but what is open")
    func token() async throws {
        try await serving(token: Self.secret) { base async throws in
            #expect(try await ask(base, "healthz").status == 200)
            let refused = try await ask(base, "hello")
            #expect(refused.status == 401)
            #expect(refused.text.contains("token_required"))
            #expect(refused.headers["www-authenticate"]?.hasPrefix("Bearer") == true)
            for wrong in [
                "Bearer ", "Bearer \(Self.secret)x", "Bearer \(Self.secret.dropLast())", "Basic \(Self.secret)",
            ] {
                #expect(try await ask(base, "hello", headers: ["Authorization": wrong]).status == 401, "\(wrong)")
            }
            #expect(try await ask(base, "hello", headers: ["Authorization": "Bearer \(Self.secret)"]).text == "hello")
            #expect(try await ask(base, "hello", headers: ["Cookie": "lapwing_token=\(Self.secret)"]).text == "hello")
        }
    }

    @Test("What other sites' pages send is refused")
    func origin() async throws {
        try await serving(hostNames: ["archive.internal"]) { base async throws in
            #expect(try await ask(base, "hello", headers: ["Origin": "http://evil.example"]).status == 403)
            let own = "http://127.0.0.1:\(base.port!)"
            #expect(try await ask(base, "hello", headers: ["Origin": own]).status == 200)
            let cross = ["Sec-Fetch-Site": "cross-site"]
            #expect(try await ask(base, "hello", method: "POST", headers: cross, body: Data(count: 1)).status == 403)
            #expect(try await ask(base, "hello", headers: ["Host": "evil.example:\(base.port!)"]).status == 421)
            #expect(try await ask(base, "hello", headers: ["Host": "archive.internal"]).status == 200)
        }
        try await serving(token: Self.secret) { base async throws in
            let headers = ["Host": "any.example", "Authorization": "Bearer \(Self.secret)"]
            #expect(try await ask(base, "hello", headers: headers).status == 200)
        }
    }

    @Test("An address that others can reach needs a token")
    func needsToken() throws {
        #expect(throws: ServingError.self) {
            try ServerConfiguration(address: ListenAddress(host: "0.0.0.0", port: 1), token: nil)
        }
        for host in ["127.0.0.1", "127.1.2.3", "::1", "localhost"] {
            _ = try ServerConfiguration(address: ListenAddress(host: host, port: 1), token: nil)
        }
        for host in ["127.evil.example.org", "10.0.0.1", "::", "localhost.example.org"] {
            #expect(!ListenAddress(host: host, port: 1).isLoopback, "\(host)")
        }
    }

    @Test("A token is long and printable, and is not printed")
    func tokenForm() throws {
        #expect(throws: ServingError.self) { try AccessToken("short") }
        #expect(throws: ServingError.self) { try AccessToken("0123456789abcde\n") }
        #expect(throws: ServingError.self) { try AccessToken("0123456789 abcdef") }
        let token = try AccessToken(Self.secret)
        #expect(!"\(token) \(String(reflecting: token))".contains("0123"))
    }

    @Test("A port in use is an error that says so, before and while it runs")
    func portInUse() async throws {
        try await serving { base async throws in
            let address = ListenAddress(port: try #require(base.port))
            let error = #expect(throws: ServingError.self) { try address.check() }
            #expect(error?.description.contains("another program listens there") == true)
            let second = HTTPService(
                try ServerConfiguration(address: address, token: nil),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ) { _ in }
            await #expect(throws: ServingError.self) { try await second.run() }
        }
        try ListenAddress(port: 0).check()
    }
}
