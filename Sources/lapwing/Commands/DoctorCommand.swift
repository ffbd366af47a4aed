import ArgumentParser
import EventLog
import Foundation
import Inference
import Media
import SQLiteLog
import Synchronization

/// What is there, and whether it works.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check what Lapwing finds on this machine, and a model if one is named.",
        discussion: """
            Examples:
              lapwing doctor
              lapwing doctor --model yolov8n.onnx
            """)

    @Option(name: .long, help: "A model to load and describe.")
    var model: String?

    @OptionGroup var engineOptions: EngineOptions

    @Option(name: .long, help: ArgumentHelp("Into how many processors to divide the machine.", valueName: "count"))
    var processors: Int?

    @Flag(name: .long, help: "One JSON object, on standard output.")
    var json = false

    private struct Check {
        var name: String
        var isGood: Bool
        var finding: String
    }

    func validate() throws {
        guard (1...1024).contains(processors ?? 1) else {
            throw ValidationError("--processors must be from 1 to 1024")
        }
    }

    func run() async throws {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        var checks = [
            Check(name: "lapwing", isGood: true, finding: Version.text),
            Check(
                name: "machine", isGood: true,
                finding: "\(cores) cores, "
                    + Table.bytes(Int(ProcessInfo.processInfo.physicalMemory))),
            Check(name: "FFmpeg", isGood: true, finding: FFmpegLibrary.version),
        ]
        let engines = EngineReport.all()
        checks += engines.map(check)
        let devices = engines.flatMap(\.devices)
        checks.append(
            Check(
                name: "devices", isGood: !devices.isEmpty,
                finding: engines.filter { !$0.devices.isEmpty }.map(list).joined(separator: "; ")))
        let plan = ProcessorPlan.best(devices: devices, cores: max(cores, 1), count: processors)
        checks.append(
            Check(
                name: "processors", isGood: true,
                finding: "\(plan.count)\(processors == nil ? " at best" : ""): \(list(plan))"))
        checks.append(isolation())
        checks.append(await embeddedLog())
        if let model { checks.append(load(model)) }

        if json {
            try JSONOutput.line(
                Dictionary(
                    uniqueKeysWithValues: checks.map {
                        ($0.name, .object(["ok": .boolean($0.isGood), "finding": .string($0.finding)]))
                    }))
        } else {
            var table = Table([("CHECK", .left), ("", .left), ("FOUND", .left)])
            for check in checks { table.add([check.name, check.isGood ? "ok" : "FAILED", check.finding]) }
            print(table.text)
        }
        if checks.contains(where: { !$0.isGood }) { throw Failure(code: 1, message: nil) }
    }

    /// ONNX Runtime may be missing, OpenVINO may not.
    private func check(_ report: EngineReport) -> Check {
        guard let problem = report.problem else {
            let place = report.library.map { " (\($0))" } ?? ""
            return Check(name: report.name, isGood: true, finding: (report.version ?? "") + place)
        }
        let text = ErrorText.of(problem)
        return report.engine == .openvino
            ? Check(name: report.name, isGood: false, finding: "\(text); run 'make setup'")
            : Check(name: report.name, isGood: true, finding: "not used: \(text)")
    }

    private func list(_ report: EngineReport) -> String {
        "\(report.name): " + report.devices.map { "\($0.name) (\($0.fullName))" }.joined(separator: ", ")
    }

    /// As in `CPU (OpenVINO, 8 threads), CPU (OpenVINO, 7 threads)`.
    private func list(_ plan: [ProcessorPlan]) -> String {
        plan.map { processor in
            let engine = processor.engine == .openvino ? "OpenVINO" : "ONNX Runtime"
            let threads = processor.threads.map { ", \($0) thread\($0 == 1 ? "" : "s")" } ?? ""
            return "\(processor.device) (\(engine)\(threads))"
        }.joined(separator: ", ")
    }

    /// Starts a decoder's process, which tries what it is kept from. Lapwing works without it.
    private func isolation() -> Check {
        let found = Mutex<DecoderProtection?>(nil)
        let decoder = IsolatedDecoder { event in
            if case .started(let protection) = event { found.withLock { $0 = protection } }
        }
        do {
            try decoder.start()
            let protection = found.withLock { $0 } ?? []
            let missing = DecoderProtection.full.subtracting(protection)
            return Check(
                name: "isolation", isGood: true,
                finding: "--isolate-decoder: refuses \(protection.isEmpty ? "nothing" : protection.names)"
                    + (missing.isEmpty ? "" : "; does not refuse \(missing.names)"))
        } catch {
            return Check(name: "isolation", isGood: true, finding: "not on this system: \(error)")
        }
    }

    /// Makes a log in the temporary folder and takes it away again.
    private func embeddedLog() async -> Check {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(
            "lapwing-doctor-\(UUID().uuidString).db"
        ).path
        defer { SQLiteLog.remove(path: path) }
        do {
            let log = try SQLiteLog(path: path)
            try await log.createTopics([.init(name: "check", partitions: 1, cleanup: .keep)])
            await log.close()
            return Check(
                name: "embedded log", isGood: true,
                finding: "SQLite \(SQLiteLog.sqliteVersion), writable in \(FileManager.default.temporaryDirectory.path)"
            )
        } catch {
            return Check(name: "embedded log", isGood: false, finding: ErrorText.of(error))
        }
    }

    private func load(_ path: String) -> Check {
        do {
            let plan = engineOptions.plan(processors: 1)[0]
            var configuration = DetectorConfiguration()
            configuration.engine = plan.engine
            configuration.device = plan.device
            let model = try YOLOv8Detector(modelPath: path, configuration: configuration).model
            let classes = model.classNames.prefix(4).joined(separator: ", ") + (model.classNames.count > 4 ? ", …" : "")
            return Check(
                name: "model", isGood: true,
                finding: "\(model.name): \(model.inputWidth)×\(model.inputHeight), \(model.classNames.count) classes "
                    + "(\(classes)), \(model.precision) on \(model.device), "
                    + model.engine)
        } catch {
            return Check(name: "model", isGood: false, finding: ErrorText.of(error))
        }
    }
}
