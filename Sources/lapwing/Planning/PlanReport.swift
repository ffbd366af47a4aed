import Foundation

/// A plan as the command prints it.
struct PlanReport {
    let plan: CapacityPlan
    /// The model's name, what it runs on and what it computes in.
    let model, device, precision: String
    /// The size of the network's input in pixels.
    let input: (width: Int, height: Int)

    private var advice: PlanAdvice { PlanAdvice(plan: plan, model: model, device: device, precision: precision) }

    var text: String {
        let rates = plan.rates
        let workload = plan.workload
        let size = "\(workload.width)x\(workload.height)"
        var measured = Table([("MEASURED HERE", .left), ("", .right), ("", .left)])
        func add(_ what: String, _ rate: Double, _ unit: String = "frames/s") {
            measured.add([what, PlanAdvice.rate(rate), unit])
        }
        add("decoding \(size), one core", rates.decoding)
        add("scaling to \(input.width)x\(input.height), one core", rates.scaling)
        let place = rates.isOnCPU ? "\(rates.cores) \(rates.cores == 1 ? "core" : "cores")" : device
        add("\(model) (\(precision)), \(place)", rates.detecting)
        add("tracking \(Workload.objectsPerPicture) objects, one core", rates.tracking)
        add("embedded log, in", rates.logAppend / 1e6, "MB/s")
        add("embedded log, out", rates.logRead / 1e6, "MB/s")

        let videos = "\(Table.grouped(workload.videos)) \(workload.videos == 1 ? "VIDEO" : "VIDEOS")"
        let pace = workload.batch.map { "WITHIN \(Table.clock($0.deadline))" } ?? "LIVE"
        var needed = Table([("NEEDED FOR \(videos), \(pace)", .left), ("", .right), ("", .left)])
        needed.add(["frames of video", PlanAdvice.rate(workload.demand), "frames/s"])
        needed.add(["a worker like this machine", PlanAdvice.rate(plan.speed.rate), "frames/s"])
        needed.add(["workers", Table.grouped(plan.workers), plan.keepsUp ? "" : "not enough, see below"])
        needed.add(["processors in each (--processors)", "\(plan.speed.processors)", ""])
        needed.add(["partitions (--partitions)", Table.grouped(plan.partitions), ""])
        needed.add(["video into the log, and out", String(format: "%.1f", workload.videoBytes / 1e6), "MB/s"])
        needed.add(["results into the log", String(format: "%.1f", workload.resultBytes / 1e6), "MB/s"])
        needed.add(["disk, for each hour kept", String(format: "%.1f", diskPerHour / 1e9), "GB"])
        needed.add(["bottleneck", plan.bottleneck.name, ""])

        return measured.text + "\n\n" + needed.text + "\n\n"
            + advice.sentences.map(Self.wrapped).joined(separator: "\n")
    }

    private var diskPerHour: Double { (plan.workload.videoBytes + plan.workload.resultBytes) * 3600 }

    var json: [String: JSONOutput.Value] {
        let rates = plan.rates
        return [
            "model": .string(model), "device": .string(device), "precision": .string(precision),
            "measured": .object([
                "cores": .integer(rates.cores), "decode_fps_per_core": .number(rates.decoding),
                "scale_fps_per_core": .number(rates.scaling), "inference_fps": .number(rates.detecting),
                "tracking_fps_per_core": .number(rates.tracking),
                "log_append_bytes_per_second": .number(rates.logAppend),
                "log_read_bytes_per_second": .number(rates.logRead),
            ]),
            "needed": .object([
                "frames_per_second": .number(plan.workload.demand),
                "worker_frames_per_second": .number(plan.speed.rate),
                "videos_per_worker": .integer(plan.videosPerWorker), "workers": .integer(plan.workers),
                "workers_if_even": .integer(plan.evenWorkers), "processors": .integer(plan.speed.processors),
                "partitions": .integer(plan.partitions), "videos_on_fullest_worker": .integer(plan.fullest),
                "video_bytes_per_second": .number(plan.workload.videoBytes),
                "result_bytes_per_second": .number(plan.workload.resultBytes),
                "disk_bytes_per_hour": .number(diskPerHour),
            ]),
            "keeps_up": .boolean(plan.keepsUp), "bottleneck": .string(plan.bottleneck.name),
            "one_more_worker": .object([
                "frames_per_second": .number(plan.workers < plan.mostWorkers ? plan.speed.rate : 0),
                "useful_workers": .integer(plan.mostWorkers),
            ]),
            "advice": .list(advice.sentences.map { .string($0) }),
        ]
    }

    /// A sentence as an item of a list, in lines that fit a terminal.
    private static func wrapped(_ sentence: String) -> String {
        var lines = ["-"]
        for word in sentence.split(separator: " ") {
            if lines[lines.count - 1].count + word.count >= 100 { lines.append(" ") }
            lines[lines.count - 1] += " \(word)"
        }
        return lines.joined(separator: "\n")
    }
}
