internal import Aggregation
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Pipeline
internal import Serving

/// What adds up: a video's summary, with zones and lines, and what aggregators have published over all videos.
extension DashboardAPI {
    private struct Zones: Encodable {
        struct Area: Encodable {
            var name: String
            /// Corners in pixels.
            var polygon: [[Double]]
        }

        struct Line: Encodable {
            var name: String
            var from, to: [Double]
        }

        var zones: [Area]
        var lines: [Line]
    }

    private struct Cameras: Encodable {
        struct Camera: Encodable {
            var camera: String
            var videos: Int
            var objects: Int
            var objectsByClass: [String: Int]
            var durationMs: Int
        }

        var videos: Int
        var cameras: [Camera]
    }

    func addSummaries(to api: RouterGroup<ServingContext>) {
        // Added up here from the results, with this dashboard's zones: the same as an aggregator would publish.
        api.get("videos/{id}/summary") { _, context in
            let video = try await row(context).video
            guard let summary = try await results.results(of: video).summary() else {
                throw Problem(.notFound, "no_results", "there are no results of \(video.id) yet")
            }
            return json(summary.json)
        }
        api.get("videos/{id}/zones") { _, context in
            let video = try await row(context).video
            let summary = try await results.results(of: video).summary()
            guard let summary, summary.width > 0, let file = configuration.settings.zones else {
                return try JSONResponse(Zones(zones: [], lines: []))
            }
            let placed = file.forCamera(summary.camera).inPixels(width: summary.width, height: summary.height)
            func pair(_ point: ZonePoint) -> [Double] { [point.x, point.y] }
            return try JSONResponse(
                Zones(
                    zones: placed.zones.map { .init(name: $0.name, polygon: $0.polygon.map(pair)) },
                    lines: placed.lines.map { .init(name: $0.name, from: pair($0.from), to: pair($0.to)) }))
        }
        api.get("summary") { request, _ in
            let overview = try await summaries.overview()
            guard let camera = request.uri.queryParameters.get("camera") else { return json(overview.total.json) }
            guard let total = overview.cameras[String(camera)] else {
                throw Problem(.notFound, "no_such_camera", "no summary is of a camera '\(camera)'")
            }
            return json(total.json)
        }
        api.get("cameras") { _, _ in
            let overview = try await summaries.overview()
            let cameras = overview.cameras.sorted { $0.key < $1.key }.map { name, total in
                Cameras.Camera(
                    camera: name, videos: total.videos, objects: total.tally.objects,
                    objectsByClass: total.tally.classes.mapValues(\.objects), durationMs: total.tally.duration)
            }
            return try JSONResponse(Cameras(videos: overview.videos.count, cameras: cameras))
        }
    }

    private func json(_ bytes: [UInt8]) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

/// What aggregators have published, read again at most every few seconds.
actor SummariesCache {
    private let reader: SummariesReader
    private var known: (overview: SummariesReader.Overview, at: ContinuousClock.Instant)?
    private var reading: Task<SummariesReader.Overview, any Error>?

    init(_ reader: SummariesReader) { self.reader = reader }

    func overview() async throws -> SummariesReader.Overview {
        if let known, known.at.duration(to: .now) < .seconds(5) { return known.overview }
        let task = reading ?? Task { [reader] in try await reader.overview() }
        reading = task
        defer { reading = nil }
        let overview = try await task.value
        known = (overview, .now)
        return overview
    }
}
