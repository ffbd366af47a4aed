import Foundation
import Tracking
import Vision

/// The fastest of the public trackers, beside which ours are measured: trackforge, in Rust, called from Python by
/// `bench-trackforge.py`, which `make bench-trackers` installs it for.
final class Trackforge {
    /// The trackers that it has.
    static let kinds: Set<TrackerKind> = [.sort, .deepsort, .bytetrack, .ocsort, .botsort]

    private(set) var version = ""
    private let process = Process()
    private let requests = Pipe()
    private let answers = Pipe()
    private let folder: String
    private var unread = Data()

    private struct Answer: Decodable {
        var version: String?
        var rate: Double?
        var error: String?
    }

    /// One frame as the script reads it.
    private struct Frame: Encodable {
        var detections: [[Double]]
        var vectors: [[Float]]?
    }

    /// Nil where it is not installed.
    ///
    /// - Parameter scratch: a folder for files with detections.
    init?(scratch: String) throws {
        // This file lies in Benchmarks/Sources/lapwing-bench of the repository.
        let benchmarks = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let python = benchmarks.appendingPathComponent(".build/trackforge/bin/python")
        guard FileManager.default.isExecutableFile(atPath: python.path) else { return nil }
        folder = scratch
        process.executableURL = python
        process.arguments = [benchmarks.appendingPathComponent("bench-trackforge.py").path, "serve"]
        // One core, as ours have.
        process.environment = ProcessInfo.processInfo.environment.merging(["RAYON_NUM_THREADS": "1"]) { _, own in own }
        process.standardInput = requests
        process.standardOutput = answers
        try process.run()
    }

    deinit {
        try? requests.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Takes in the frames that are to be measured next.
    func load(_ frames: [TrackerInput]) throws {
        let path = "\(folder)/\(UUID().uuidString).json"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let list = frames.map { frame in
            Frame(
                detections: frame.detections.map {
                    [$0.box.x1, $0.box.y1, $0.box.width, $0.box.height, $0.confidence]
                },
                vectors: frame.appearance.map { vectors in
                    (0..<vectors.count).map { Array(vectors.values[vectors.range(of: $0)]) }
                })
        }
        try JSONEncoder().encode(list).write(to: URL(fileURLWithPath: path))
        version = try ask(["load": .text(path)]).version ?? ""
    }

    /// Frames per second of one tracker over the frames that were loaded, measured for so many seconds.
    func rate(of kind: TrackerKind, seconds: Double) throws -> Double {
        let answer = try ask(["measure": .text(kind.rawValue), "seconds": .number(seconds)])
        guard let rate = answer.rate else { throw BenchError("bench-trackforge.py: there is no rate in its answer") }
        return rate
    }

    private enum Value: Encodable {
        case text(String)
        case number(Double)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .number(let number): try container.encode(number)
            }
        }
    }

    private func ask(_ request: [String: Value]) throws -> Answer {
        try requests.fileHandleForWriting.write(contentsOf: try JSONEncoder().encode(request) + Data("\n".utf8))
        while !unread.contains(UInt8(ascii: "\n")) {
            let piece = answers.fileHandleForReading.availableData
            guard !piece.isEmpty else { throw BenchError("bench-trackforge.py ended; see above why") }
            unread += piece
        }
        let line = unread.prefix { $0 != UInt8(ascii: "\n") }
        unread = Data(unread.dropFirst(line.count + 1))
        let answer = try JSONDecoder().decode(Answer.self, from: line)
        if let error = answer.error { throw BenchError("bench-trackforge.py: \(error)") }
        return answer
    }
}
