import Foundation
import Inference
import Media
import Testing
import Vision

/// The real models and videos, and FFmpeg's command line to decode them.
enum InferenceFixture {
    static let assets: URL? = {
        if let path = ProcessInfo.processInfo.environment["LAPWING_ASSETS"] { return URL(fileURLWithPath: path) }
        var folder = URL(fileURLWithPath: #filePath)
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            let assets = folder.appendingPathComponent("../shared/assets").standardizedFileURL
            if FileManager.default.fileExists(atPath: assets.path) { return assets }
        }
        return nil
    }()

    static let hasAssets = assets.map { FileManager.default.fileExists(atPath: $0.path) } ?? false
    static let hasVideos = hasAssets && (try? ffmpeg(["-version"])) != nil

    /// Those that are tested with everything that they have in common.
    static let engines: [InferenceEngine] = [.openvino, .onnxruntime]

    static func path(_ name: String) throws -> String { try #require(assets).appendingPathComponent(name).path }

    /// What `ffmpeg` writes to its standard output.
    static func ffmpeg(_ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["ffmpeg", "-nostdin", "-v", "error"] + arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        struct Failure: Error {}
        guard process.terminationStatus == 0 else { throw Failure() }
        return data
    }

    /// Every `step`-th picture of one of the test videos.
    static func frames(of video: String, step: Int) throws -> [VideoFrame] {
        let data = try ffmpeg([
            "-i", path("videos/\(video).mp4"), "-vf", "select=not(mod(n\\,\(step)))", "-vsync", "0", "-f", "rawvideo",
            "-pix_fmt", "yuv420p", "-",
        ])
        let size = 768 * 432 * 3 / 2
        return try stride(from: 0, to: data.count - size + 1, by: size).map { start in
            try VideoFrame(
                raw: Array(data[start..<start + size]), pixelFormat: "yuv420p", width: 768, height: 432,
                colorSpace: "smpte170m", isFullRange: false)
        }
    }

    /// The golden detections of every frame of a test video.
    static func goldenDetections(of video: String) throws -> [[Detection]] {
        struct Line: Decodable {
            struct Item: Decodable {
                var cls: Int
                var conf, x1, y1, x2, y2: Double
            }
            var detections: [Item]
        }
        return try String(contentsOfFile: path("golden/\(video).detections.jsonl"), encoding: .utf8)
            .split(separator: "\n").map { line in
                try JSONDecoder().decode(Line.self, from: Data(line.utf8)).detections.map {
                    Detection(
                        box: BoundingBox(x1: $0.x1, y1: $0.y1, x2: $0.x2, y2: $0.y2), confidence: $0.conf,
                        classID: $0.cls)
                }
            }
    }

    /// Runs all `frames` through `detector`, as many in flight as it takes.
    static func detect(
        _ frames: [VideoFrame], with detector: YOLOv8Detector, mode: FrameScaler.Mode = .exact
    ) throws -> [[Detection]] {
        let scaler = FrameScaler(width: detector.model.inputWidth, height: detector.model.inputHeight, mode: mode)
        var results: [[Detection]] = []
        var inFlight = 0
        for frame in frames {
            if inFlight == detector.capacity {
                results.append(try detector.dequeue())
                inFlight -= 1
            }
            try detector.enqueue { try scaler.scale(frame, into: $0) }
            inFlight += 1
        }
        while results.count < frames.count { results.append(try detector.dequeue()) }
        return results
    }

    /// How well `found` agrees with `golden`: pairs of one class with IoU ≥ 0.95 and confidences within 0.02.
    static func compare(_ found: [[Detection]], _ golden: [[Detection]]) -> (matched: Int, golden: Int, extra: Int) {
        var matched = 0
        var extra = 0
        for (found, golden) in zip(found, golden) {
            var open = found
            for detection in golden {
                let index = open.firstIndex {
                    $0.classID == detection.classID && abs($0.confidence - detection.confidence) <= 0.02
                        && $0.box.intersectionOverUnion(detection.box) >= 0.95
                }
                guard let index else { continue }
                open.remove(at: index)
                matched += 1
            }
            extra += open.count
        }
        return (matched, golden.reduce(0) { $0 + $1.count }, extra)
    }

    static func configuration(_ change: (inout DetectorConfiguration) -> Void = { _ in }) -> DetectorConfiguration {
        var configuration = DetectorConfiguration()
        configuration.precision = .f32
        change(&configuration)
        return configuration
    }
}
