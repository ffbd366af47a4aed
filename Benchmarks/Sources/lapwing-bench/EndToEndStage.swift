import Inference
import Measuring
import Media

/// From a file to its results, by turns with the detector alone.
enum EndToEndStage {
    /// - Parameter withWhole: false measures the detector alone.
    static func measure(_ bench: Bench, withWhole: Bool, into report: inout Report) async throws {
        let pictures = try DecodeStage.somePictures(of: MeasuredClip(path: bench.clip, frames: 1))
        for model in bench.models {
            let detector = try model.makeDetector(requests: bench.requests)
            try await measure(detector, pictures: pictures, bench, withWhole: withWhole, into: &report)
        }
        if withWhole { try await measureWithoutInference(bench, into: &report) }
    }

    private static func measure(
        _ detector: YOLOv8Detector, pictures: [VideoFrame], _ bench: Bench, withWhole: Bool, into report: inout Report
    ) async throws {
        let name = Model.name(of: detector.model)
        bench.note("inference and end to end: \(name)")
        let ceiling = try Ceiling(detector, pictures: pictures)
        // As much of the video as takes a few seconds; also the warm-up.
        _ = try ceiling.rate(frames: 10)
        let pace = try ceiling.rate(frames: 20)
        let excerpt = try Excerpt(bench, frames: Int(pace * (bench.isQuick ? 1.5 : 5)))
        defer { excerpt.remove() }
        var ceilings: [Double] = []
        var ceilingCores: [Double] = []
        var ceilingWork: [Double] = []
        var wholes: [WholeRun] = []
        if withWhole { _ = try await WholeRun(video: excerpt.path, detector: detector, bench: bench) }
        for _ in 0..<bench.runs {
            let work = ProcessorTime()
            ceilings.append(try ceiling.rate(frames: excerpt.frames))
            ceilingCores.append(work.coresUsed)
            ceilingWork.append(work.coreSeconds * 1000 / Double(excerpt.frames))
            guard withWhole else { continue }
            wholes.append(try await WholeRun(video: excerpt.path, detector: detector, bench: bench))
        }
        let alone = Samples(ceilings)
        report.add(Row(.inference, name, "fps", alone))
        report.add(Row(.inference, "  cores at work", "cores", Samples(ceilingCores)))
        let workAlone = Samples(ceilingWork)
        report.add(Row(.inference, "  work of all cores per frame", "ms", workAlone))
        guard withWhole else { return }
        add(wholes, "\(name), \(wholes[0].frames) frames", alone: (alone, workAlone), into: &report)
    }

    private static func measureWithoutInference(_ bench: Bench, into report: inout Report) async throws {
        bench.note("end to end without inference")
        let detector = InstantDetector(size: 640)
        let excerpt = try Excerpt(bench, frames: bench.isQuick ? 300 : 5000)
        defer { excerpt.remove() }
        var wholes: [WholeRun] = []
        for run in 0...bench.runs {
            let whole = try await WholeRun(video: excerpt.path, detector: detector, bench: bench)
            if run > 0 { wholes.append(whole) }
        }
        add(wholes, "without inference, 640, \(wholes[0].frames) frames", alone: nil, into: &report)
    }

    /// - Parameter alone: the detector's rate and work by itself; nil where there is none.
    private static func add(
        _ runs: [WholeRun], _ name: String, alone: (rate: Samples, work: Samples)?, into report: inout Report
    ) {
        func row(_ what: String, _ unit: String, to base: Samples? = nil, _ value: (WholeRun) -> Double) {
            let samples = Samples(runs.map(value))
            let ratio = base.map { Row.Ratio(samples, to: $0, called: "inference alone") }
            report.add(Row(.endToEnd, what, unit, samples, ratio: ratio))
        }
        row(name, "fps", to: alone?.rate) { $0.rate }
        row("  from the first frame to the last", "fps", to: alone?.rate) { $0.sustainedRate }
        row("  submission until the first frame", "ms") { $0.secondsToFirst * 1000 }
        row("  last frame until its result is in the file", "ms") { $0.secondsAfterLast * 1000 }
        row("  cores at work", "cores") { $0.coresUsed }
        row("  work of all cores per frame", "ms", to: alone?.work) { $0.coreSeconds * 1000 / Double($0.frames) }
    }
}
