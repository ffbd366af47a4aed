internal import Hummingbird
internal import Media
internal import Pipeline
internal import Report
internal import Serving

/// What was found in a video: objects, counts, and the boxes of a few seconds.
extension DashboardAPI {
    private struct ObjectJSON: Encodable {
        var objectId: String
        var trackId: Int
        var label: String
        var firstMs, lastMs: Double
        var frames: Int
        var meanConfidence: Double
        /// First and last frame of each run without a gap.
        var runs: [[Int]]
        var bestFrame: Int
        /// As in annotated videos, `#rrggbb`.
        var color: String
        var way: [[Double]]
    }

    private struct ObjectList: Encodable {
        var total: Int
        var objects: [ObjectJSON]
    }

    private struct Counts: Encodable {
        struct Point: Encodable {
            var ms: Double
            var counts: [String: Double]
        }

        var stepMs: Double
        var points: [Point]
    }

    private struct Frames: Encodable {
        struct Object: Encodable {
            var trackId: Int?
            var label: String
            var confidence: Double?
            /// x1, y1, x2, y2 in pixels.
            var box: [Double]
            var state: String?
        }

        struct Frame: Encodable {
            var frame: Int
            var ms: Double
            var objects: [Object]
        }

        var frames: [Frame]
        /// Whether there are more in the span that was asked for.
        var isCut: Bool
    }

    /// Frames that one answer holds at most.
    private static let mostFrames = 2000

    func addFindings(to api: RouterGroup<ServingContext>) {
        api.get("videos/{id}/objects") { request, context in
            let limit = try request.number("limit", in: 1...10_000, default: 500)
            let report = try await report(context)
            let objects = report.objects
            // Those that were seen longest, in the order in which they came.
            let shown = Set(
                objects.sorted { ($1.frames, $0.trackID) < ($0.frames, $1.trackID) }.prefix(limit).map(\.objectID))
            return try JSONResponse(
                ObjectList(
                    total: objects.count,
                    objects: objects.filter { shown.contains($0.objectID) }.map { object in
                        ObjectJSON(
                            objectId: object.objectID, trackId: object.trackID, label: object.label,
                            firstMs: object.firstTime, lastMs: object.lastTime, frames: object.frames,
                            meanConfidence: (object.meanConfidence * 1000).rounded() / 1000,
                            runs: object.runs.map { [$0.first, $0.last] }, bestFrame: object.bestFrame,
                            color: Annotator.cssColor(ofObject: object.objectID),
                            way: object.way.map { [($0.x * 10).rounded() / 10, ($0.y * 10).rounded() / 10] })
                    }))
        }
        api.get("videos/{id}/counts") { _, context in
            let counts = try await report(context).counts
            return try JSONResponse(
                Counts(
                    stepMs: counts.stepMilliseconds,
                    points: counts.points.map {
                        .init(ms: $0.milliseconds, counts: $0.counts.mapValues { ($0 * 100).rounded() / 100 })
                    }))
        }
        api.get("videos/{id}/frames") { request, context in
            let from = try request.milliseconds("from_ms", default: 0)
            let to = try request.milliseconds("to_ms", default: from + 5000)
            guard from <= to else {
                throw Problem(.badRequest, "bad_parameter", "from_ms=\(from) is after to_ms=\(to)")
            }
            let video = try await row(context).video
            let records = try await results.results(of: video).frames(in: from...to, limit: Self.mostFrames)
            return try JSONResponse(
                Frames(frames: records.map(Self.frame), isCut: records.count == Self.mostFrames))
        }
    }

    private func report(_ context: ServingContext) async throws -> VideoReport {
        let video = try await row(context).video
        return try await results.results(of: video).update()
    }

    private static func frame(_ record: ResultRecord) -> Frames.Frame {
        Frames.Frame(
            frame: record.frame ?? 0, ms: record.timeMilliseconds ?? 0,
            objects: (record.objects ?? []).compactMap { object in
                guard let box = object.bbox ?? object.trackBox else { return nil }
                return Frames.Object(
                    trackId: object.trackID, label: object.label, confidence: object.confidence,
                    box: [box.x1, box.y1, box.x2, box.y2], state: object.state)
            })
    }
}
