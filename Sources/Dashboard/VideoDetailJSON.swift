internal import Foundation
internal import Pipeline
internal import Report

/// A video as its page has it.
struct VideoDetailJSON: Encodable {
    struct Model: Encodable {
        var name, precision, engine, device: String?
        var inputWidth, inputHeight: Int?
    }

    struct Media: Encodable {
        var name: String
        var type: String
        var bytes: Int
    }

    struct Gap: Encodable {
        var frame: Int?
        var frameCount: Int?
        var reason: String?
    }

    var video: VideoSummaryJSON
    /// Displayed size in pixels; 0 before the first frame.
    var width: Int
    var height: Int
    var codec: String?
    var frameRate: String?
    var frames: Int
    /// The last frame's time.
    var durationMs: Double
    var detections: Int
    var mostObjects: Int
    var busiestFrame: Int
    var objectsByClass: [String: Int]
    var model: Model?
    var tracker: String?
    var reason: String?
    var gaps: [Gap]
    /// The file to play; nil where there is none.
    var media: Media?

    init(_ row: VideoIndex.Row, _ report: VideoReport, gaps: [ResultRecord], file: URL?) {
        video = VideoSummaryJSON(row)
        width = report.width
        height = report.height
        codec = report.started?.source?.codec
        frameRate = report.started?.source?.frameRate
        frames = report.frames
        durationMs = report.lastTime
        detections = report.detections
        mostObjects = report.mostObjects
        busiestFrame = report.busiestFrame
        objectsByClass = Dictionary(uniqueKeysWithValues: report.objectsByClass.map { ($0.label, $0.count) })
        model = report.started?.model.map {
            Model(
                name: $0.name, precision: $0.precision, engine: $0.engine, device: $0.device,
                inputWidth: $0.inputWidth, inputHeight: $0.inputHeight)
        }
        tracker = report.started?.tracker?.name
        reason = report.ended?.reason
        self.gaps = gaps.map { Gap(frame: $0.frame, frameCount: $0.frameCount, reason: $0.reason) }
        media = file.map { file in
            let facts = try? FileManager.default.attributesOfItem(atPath: file.path)
            return Media(
                name: file.lastPathComponent, type: MediaFile.type(of: file), bytes: facts?[.size] as? Int ?? 0)
        }
    }
}
