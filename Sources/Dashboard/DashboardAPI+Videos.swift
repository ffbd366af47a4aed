internal import Exports
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Pipeline
internal import Serving

/// A video as the list has it.
struct VideoSummaryJSON: Encodable {
    var videoId: String
    var source: String?
    var state: String
    var chunksDone: Int
    var chunksTotal: Int?
    var framesDone: Int
    var framesTotal: Int?
    var bytes: Int?
    var framesPerSecond: Double?
    var worker: String?
    /// RFC 3339.
    var updated: String
    var ledger: Ledger?

    init(_ row: VideoIndex.Row) {
        let video = row.video
        videoId = video.id.rawValue
        source = video.source
        state = video.state
        chunksDone = video.chunksDone
        chunksTotal = video.chunksTotal
        framesDone = video.framesDone
        framesTotal = video.framesTotal
        bytes = video.bytes
        framesPerSecond = row.rate.map { ($0 * 10).rounded() / 10 }
        worker = video.worker
        updated = TimeText.rfc3339(video.updated)
        ledger = video.ledger
    }
}

enum TimeText {
    /// `2026-11-23T17:59:28.123Z`
    static func rfc3339(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}

extension DashboardAPI {
    private struct List: Encodable {
        var total: Int
        var offset: Int
        var videos: [VideoSummaryJSON]
    }

    func addVideos(to api: RouterGroup<ServingContext>) {
        api.get("videos") { request, _ in
            let query = request.uri.queryParameters
            let offset = try request.number("offset", in: 0...10_000_000, default: 0)
            let limit = try request.number("limit", in: 1...500, default: 50)
            let name = query.get("order") ?? "newest"
            guard let order = VideoIndex.Order(rawValue: name) else {
                let all = VideoIndex.Order.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem(.badRequest, "bad_parameter", "order=\(name): it must be one of \(all)")
            }
            let states = query.get("state").map { Set($0.split(separator: ",").map(String.init)) }
            let page = await index.page(
                states: states, text: query.get("q") ?? "", order: order, offset: offset, limit: limit)
            return try JSONResponse(
                List(total: page.total, offset: offset, videos: page.videos.map(VideoSummaryJSON.init)))
        }
        api.get("videos/{id}") { _, context in
            let row = try await row(context)
            let report = try await results.results(of: row.video).update()
            let file = await library.file(of: row.video.id, source: row.video.source)
            return try JSONResponse(VideoDetailJSON(row, report, gaps: await gaps(row.video), file: file))
        }
        api.get("videos/{id}/media") { request, context in
            let row = try await row(context)
            guard let file = await library.file(of: row.video.id, source: row.video.source) else {
                throw Problem(
                    .notFound, "no_media",
                    "the file of \(row.video.id) is in none of the folders given with --media, nor was it uploaded here"
                )
            }
            return try await MediaFile(file).response(to: request, context: context)
        }
        api.get("videos/{id}/results") { request, context in
            let name = request.uri.queryParameters.get("format") ?? "jsonl"
            guard let format = ExportFormat(rawValue: name) else {
                let all = ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem(.badRequest, "bad_parameter", "format=\(name): it must be one of \(all)")
            }
            let video = try await row(context).video
            return Response(
                status: .ok,
                headers: [
                    .contentType: format.mediaType,
                    .contentDisposition: "attachment; filename=\"\(video.id).\(format.fileExtension)\"",
                ], body: ResponseBody(asyncSequence: try await results.results(of: video).file(format)))
        }
    }

    private func gaps(_ video: VideoTable.Video) async throws -> [ResultRecord] {
        try await results.results(of: video).gaps
    }
}
