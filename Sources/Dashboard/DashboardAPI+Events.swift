internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import ServiceLifecycle
internal import Serving

/// What changes, as it changes: server-sent events (WHATWG HTML, section 9.2).
extension DashboardAPI {
    private struct Overview: Encodable {
        var states: [String: Int]
        var framesPerSecond: Double
        var workers: [WorkerJSON]
        var lag: Int64
        /// What keeps the log from being read; nil: nothing.
        var problem: String?
    }

    func addEvents(to api: RouterGroup<ServingContext>) {
        api.get("overview") { _, _ in try JSONResponse(await overview()) }
        api.get("events") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
                // A stream that never ends by itself must not keep the server from stopping.
                body: ResponseBody(asyncSequence: EventFeed(api: self).cancelOnGracefulShutdown()))
        }
    }

    private func overview() async throws -> Overview {
        let totals = await index.totals()
        let workers = try await workers()
        return Overview(
            states: totals.states, framesPerSecond: (totals.rate * 10).rounded() / 10, workers: workers.workers,
            lag: workers.lag, problem: await index.problem)
    }

    /// `videos`: those that changed; `overview`, `jobs`: when they did.
    private struct EventFeed: AsyncSequence, Sendable {
        let api: DashboardAPI

        func makeAsyncIterator() -> Iterator { Iterator(api: api) }

        struct Iterator: AsyncIteratorProtocol {
            let api: DashboardAPI
            private var version: Int?
            private var round = 0
            private var last: [String: Data] = [:]

            init(api: DashboardAPI) { self.api = api }

            mutating func next() async throws -> ByteBuffer? {
                while true {
                    if round > 0 { try await Task.sleep(for: .milliseconds(500)) }
                    let text = try await news()
                    round += 1
                    if !text.isEmpty { return ByteBuffer(string: text) }
                }
            }

            private mutating func news() async throws -> String {
                let since: Int
                if let version { since = version } else { since = await api.index.totals().version }
                let changes = await api.index.changes(since: since, limit: 200)
                version = Swift.max(since, changes.map(\.version).max() ?? 0)
                var text = ""
                if !changes.isEmpty {
                    text += event("videos", try JSONResponse.encode(changes.map(VideoSummaryJSON.init)))
                }
                text += event(
                    "jobs", try JSONResponse.encode(await api.submissions.recent.prefix(20).map(JobJSON.init)))
                // Asking who works on what costs the log something.
                if round.isMultiple(of: 4), let overview = try? await api.overview() {
                    text += event("overview", try JSONResponse.encode(overview))
                }
                // Some word now and then keeps proxies from ending the connection, and tells when it has ended.
                return text.isEmpty && round.isMultiple(of: 20) ? ": still here\n\n" : text
            }

            /// Nothing when it is what was said last.
            private mutating func event(_ name: String, _ json: Data) -> String {
                guard last[name] != json else { return "" }
                last[name] = json
                return "event: \(name)\ndata: \(String(decoding: json, as: UTF8.self))\n\n"
            }
        }
    }
}
