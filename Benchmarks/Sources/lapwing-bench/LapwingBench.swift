import ArgumentParser
import Foundation
import Inference
import Media

/// Measures each stage and the whole, and prints one table.
@main
struct LapwingBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lapwing-bench",
        abstract: "Measure each stage of Lapwing and the whole; print one table.",
        discussion: """
            Every quantity is measured once for nothing and then some times; the table has the median. What is compared is \
            measured by turns in the same run: machines are noisy, ratios are less so.

            Videos, models and detections are looked for in the folder that LAPWING_ASSETS names (../shared/assets beside \
            the repository by default). Without a video, ffmpeg makes one; what needs a model is then left out.

            All trackers are measured with --only trackers, beside those of trackforge if `make bench-trackers` has \
            installed it. Whether workers keep to their memory budget, with --only budget, and one video on several workers, \
            with --only parallel: each takes some minutes.

            What is measured on a Kafka cluster is left out, too, unless one is named. Topics are made there and deleted \
            again, with up to 3 GB in them; LAPWING_KAFKA_… are its properties, as for lapwing itself.
            """)

    @Option(name: .long, help: "The video to measure with.")
    var video: String?

    @Option(name: .long, help: "The one model to measure with: an ONNX file, or an OpenVINO .xml or its folder.")
    var model: String?

    @Option(name: .long, help: "Arithmetic of --model: auto (the device's fastest) or f32.")
    var precision = DetectorConfiguration.Precision.auto.rawValue

    @Option(name: .long, help: "How pictures become the model's input: exact or fast.")
    var preprocess = FrameScaler.Mode.exact.rawValue

    @Option(name: .long, help: "How many seconds a chunk has.")
    var chunkSeconds = 4.0

    @Option(name: .long, help: "How many pictures are in flight in the detector, instead of what it takes by itself.")
    var requests: Int?

    @Option(name: .long, help: "How often each quantity is measured: 5, or 2 with --quick.")
    var runs: Int?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Only these stages: \(Stage.allCases.map(\.rawValue).joined(separator: ",")).", valueName: "stages"))
    var only: String?

    @Option(
        name: .long,
        help: "A Kafka cluster to measure on, host:port[,host:port]; LAPWING_BENCH_KAFKA if there is none.")
    var kafka: String?

    @Option(name: .long, help: "Where files are made and removed again; its disk is what the log is measured on.")
    var scratch = NSTemporaryDirectory()

    @Option(name: .long, help: ArgumentHelp("For this program's own use.", visibility: .hidden))
    var budgetLog: String?

    @Flag(name: .long, help: "Less of everything: under a minute.")
    var quick = false

    @Flag(name: .long, help: "JSON instead of the table, with every value measured.")
    var json = false

    func validate() throws {
        guard runs ?? 1 >= 1 else { throw ValidationError("--runs must be at least 1") }
        guard DetectorConfiguration.Precision(rawValue: precision) != nil else {
            throw ValidationError("--precision must be auto or f32")
        }
        guard FrameScaler.Mode(rawValue: preprocess) != nil else {
            throw ValidationError("--preprocess must be exact or fast")
        }
        _ = try stages()
    }

    func run() async throws {
        if let budgetLog { return try await BudgetWorker.run(log: budgetLog) }
        let folder = "\(scratch)/lapwing-bench-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let stages = try stages()
        var report = Report(machine: MachineFacts(), runs: runs ?? (quick ? 2 : 5))
        let bench = try makeBench(stages, scratch: folder, report: &report)

        if stages.contains(.split) { try await SplitStage.measure(bench, into: &report) }
        if stages.contains(.submit) { try await SubmitStage.measure(bench, into: &report) }
        if stages.contains(.log) { try await LogStage.measure(bench, into: &report) }
        if stages.contains(.kafka) { try await KafkaStage.measure(bench, into: &report) }
        if stages.contains(.kafkaMemory) { try await MemoryStage.measure(bench, into: &report) }
        if stages.contains(.decode) { try await DecodeStage.measure(bench, into: &report) }
        if stages.contains(.sort) { try await SortStage.measure(bench, into: &report) }
        if stages.contains(.budget) { try await BudgetStage.measure(bench, into: &report) }
        if stages.contains(.parallel) { try await ParallelStage.measure(bench, into: &report) }
        if stages.contains(.trackers) { try await TrackersStage.measure(bench, into: &report) }
        if !stages.isDisjoint(with: [.inference, .endToEnd]) {
            try await EndToEndStage.measure(bench, withWhole: stages.contains(.endToEnd), into: &report)
        }
        if stages.contains(.many) { try await ManyStage.measure(bench, into: &report) }
        report.machine.noteEnd()
        print(json ? try report.json() : report.text)
    }

    private func stages() throws -> Set<Stage> {
        guard let only else { return Stage.usual }
        return Set(
            try only.split(separator: ",").map { name in
                guard let stage = Stage(rawValue: String(name)) else {
                    let known = Stage.allCases.map(\.rawValue).joined(separator: ", ")
                    throw ValidationError("--only \(name): there is no such stage, only \(known)")
                }
                return stage
            })
    }

    /// Looks for what to measure with, and says what is not there.
    private func makeBench(_ stages: Set<Stage>, scratch: String, report: inout Report) throws -> Bench {
        let assets = Assets()
        let servers =
            kafka ?? ProcessInfo.processInfo.environment["LAPWING_BENCH_KAFKA"].flatMap { $0.isEmpty ? nil : $0 }
        var bench = Bench(
            runs: report.runs, isQuick: quick, clip: "", models: [], requests: requests,
            preprocess: .init(rawValue: preprocess) ?? .exact, chunkSeconds: chunkSeconds,
            detectionFolder: assets.detectionFolder, kafka: try servers.map { try KafkaCluster(servers: $0) },
            scratch: scratch)
        if let path = video ?? assets.clip {
            bench.clip = path
        } else if !stages.isSubset(of: [.sort, .trackers, .budget, .parallel]) {
            bench.note("no video in \(assets.folder): ffmpeg makes one")
            bench.clip = "\(scratch)/made.mp4"
            try FFmpegTool.run([
                "-f", "lavfi", "-i", "testsrc2=size=768x432:rate=10", "-frames:v", "600", "-c:v",
                "libx264", "-preset", "veryfast", "-b:v", "600k", "-g", "20", "-bf", "1", "-pix_fmt", "yuv420p",
                bench.clip,
            ])
        }
        bench.models = model.map { [Model(path: $0, precision: .init(rawValue: precision) ?? .auto)] } ?? assets.models
        if bench.models.isEmpty, !stages.isDisjoint(with: [.inference, .many, .endToEnd]) {
            report.skipped.append("inference: no model in \(assets.folder); give one with --model or LAPWING_ASSETS")
        }
        if bench.detectionFolder == nil, !stages.isDisjoint(with: [.sort, .trackers]) {
            report.skipped.append("trackers: no MOTChallenge detections in \(assets.folder)")
        }
        if bench.kafka == nil, !stages.isDisjoint(with: [.kafka, .kafkaMemory]) {
            report.skipped.append("kafka: no cluster; give one with --kafka or LAPWING_BENCH_KAFKA, as host:port")
        }
        for reason in report.skipped { bench.note("skipping \(reason)") }
        return bench
    }
}
