import Foundation
import Media

/// What every stage needs to know: how often to measure, on what, and where to put files.
struct Bench {
    /// How often each quantity is measured after its warm-up.
    var runs: Int
    /// Whether less is measured, so that all of it takes less than a minute.
    var isQuick: Bool
    /// A real video, or a made one.
    var clip: String
    var models: [Model]
    /// How many pictures a detector may have in flight; nil leaves it to the detector.
    var requests: Int?
    var preprocess: FrameScaler.Mode
    var chunkSeconds: Double
    /// MOTChallenge detections; nil where there are none.
    var detectionFolder: String?
    /// The cluster to measure on; nil where none was given.
    var kafka: KafkaCluster?
    /// A folder that is removed at the end.
    var scratch: String

    /// Measures once for nothing, then ``runs`` times.
    func samples(_ measure: () async throws -> Double) async throws -> Samples {
        _ = try await measure()
        var values: [Double] = []
        for _ in 0..<runs { values.append(try await measure()) }
        return Samples(values)
    }

    /// A path in ``scratch`` that nothing has yet.
    func makePath(_ suffix: String) -> String { "\(scratch)/\(UUID().uuidString)\(suffix)" }

    /// Says on standard error what is going on: it takes minutes.
    func note(_ text: String) { FileHandle.standardError.write(Data("… \(text)\n".utf8)) }
}
