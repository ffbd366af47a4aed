import EventLog
import Foundation
import Inference
import Measuring
import Media
import Pipeline
import SQLiteLog
import Tracking
import Vision

/// Measures what this machine does in a second, with the parts that a worker is made of.
struct MachineMeasurement {
    /// How long all of it may take, in seconds.
    let seconds: Double
    let size: PictureSize
    let rate: Rational
    let preprocess: FrameScaler.Mode
    let tracker: TrackerConfiguration

    func run(_ detector: any Detector, isOnCPU: Bool) async throws -> MachineRates {
        note("making a video")
        let video = try SampleClip(size: size, rate: rate, seconds: seconds * 0.15)
        let clip = try MeasuredClip(path: video.path, frames: .max)
        note("decoding")
        let work = ProcessorTime()
        let decoding = try perSecond(seconds * 0.15) { try clip.decode() }
        // One thread that cannot have one core has to share it.
        if work.coresUsed < 0.85 {
            Console.warning(
                "other programs are at work on this machine: what is measured is too low; stop them, and try again")
        }
        let pictures = try clip.somePictures()
        guard !pictures.isEmpty else { throw Failure.failed("the video made to measure with cannot be decoded") }
        note("scaling")
        let scaling = try scalingRate(pictures, for: detector.model)
        note("the network")
        let (detecting, coresUsed) = try detectingRate(detector, pictures)
        note("tracking")
        let tracking = trackingRate()
        note("the log")
        let (append, read) = try await logRates()
        return MachineRates(
            cores: max(ProcessInfo.processInfo.activeProcessorCount, 1), decoding: decoding, scaling: scaling,
            tracking: tracking, detecting: detecting, isOnCPU: isOnCPU, coresBesideDevice: coresUsed,
            logAppend: append, logRead: read)
    }

    private func note(_ what: String) { Console.showProgress("measuring: \(what)") }

    /// Repeats something for so long; returns how many it did in a second.
    private func perSecond(_ seconds: Double, _ work: () throws -> Int) rethrows -> Double {
        let start = ContinuousClock.now
        var count = 0
        var spent = 0.0
        repeat {
            count += try work()
            spent = start.duration(to: .now).seconds
        } while spent < seconds
        return Double(count) / spent
    }

    private func scalingRate(_ pictures: [VideoFrame], for model: ModelDescription) throws -> Double {
        let scaler = FrameScaler(width: model.inputWidth, height: model.inputHeight, mode: preprocess)
        let tensor = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3 * model.inputWidth * model.inputHeight)
        tensor.initialize(repeating: 0)
        defer { tensor.deallocate() }
        return try perSecond(seconds * 0.05) {
            for picture in pictures { _ = try scaler.scale(picture, into: tensor) }
            return pictures.count
        }
    }

    /// Pictures per second, and how many cores are at work for them.
    private func detectingRate(_ detector: any Detector, _ pictures: [VideoFrame]) throws -> (Double, cores: Double) {
        let ceiling = try Ceiling(detector, pictures: pictures)
        let pace = try ceiling.rate(frames: detector.capacity)
        let work = ProcessorTime()
        let rate = try ceiling.rate(frames: max(Int(pace * seconds * 0.4), detector.capacity))
        return (rate, work.coresUsed)
    }

    /// Objects that walk across the picture, all found in every frame.
    private func trackingRate() -> Double {
        let frames = (0..<100).map { frame in
            let detections = (0..<Workload.objectsPerPicture).map { object in
                let box = BoundingBox(
                    x: Double(frame * 2 + object * 7), y: Double(object * 40), width: 30 + Double(object), height: 60)
                return Detection(box: box, confidence: 0.9, classID: 0)
            }
            return TrackerInput(detections)
        }
        return perSecond(seconds * 0.05) {
            var tracker = tracker.make()
            for frame in frames { _ = tracker.update(frame) }
            return frames.count
        }
    }

    /// Bytes per second into an embedded log in the temporary folder, and out of it, in records as chunks are.
    private func logRates() async throws -> (append: Double, read: Double) {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(
            "lapwing-plan-\(UUID().uuidString).db"
        ).path
        defer { SQLiteLog.remove(path: path) }
        let log = try SQLiteLog(path: path)
        let topic = TopicSpecification(name: "plan", partitions: 1, cleanup: .keep)
        try await log.createTopics([topic])
        let value = (0..<900_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let record = OutgoingRecord(topic: topic.name, record: Record(key: "plan", value: value))
        var written = 0
        var start = ContinuousClock.now
        // Little enough to be written anywhere.
        while written < 256 << 20, written == 0 || start.duration(to: .now).seconds < seconds * 0.1 {
            try await log.append([record, record, record, record])
            written += 4 * value.count
        }
        let append = Double(written) / start.duration(to: .now).seconds
        start = .now
        var read = 0
        try await log.readAll(TopicPartition(topic.name, 0)) { read += $0.record.value?.count ?? 0 }
        let spent = start.duration(to: .now).seconds
        await log.close()
        return (append, Double(read) / spent)
    }
}
