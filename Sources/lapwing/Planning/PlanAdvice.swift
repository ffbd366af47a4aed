import Foundation

/// What a plan means, in sentences.
struct PlanAdvice {
    let plan: CapacityPlan
    /// The model's name, what it runs on, and what it computes in.
    let model, device, precision: String

    var sentences: [String] { [worker, number, oneMore, log] }

    /// What a worker does, and what would make it faster.
    private var worker: String {
        let speed = plan.speed
        let rate = "A worker like this machine does \(Self.rate(speed.rate)) frames/s"
        let share = "\(Int((speed.limitShare * 100).rounded())) % of its cores' time"
        if plan.bottleneck == .network {
            return
                "\(rate), and so takes in \(Table.bytes(Int(plan.intake))) of video a second: more than a gigabit network "
                + "gives. The network is the bottleneck: connect workers and brokers by ten gigabits."
        }
        return switch speed.limit {
        case .inference where !plan.rates.isOnCPU:
            "\(rate): as many as \(model) on \(device) does; its cores could do more. A faster device, a smaller model or "
                + "--every \(2 * plan.workload.every) helps, more cores do not."
        case .inference:
            "\(rate), and \(model) takes \(share). A GPU, \(precision.hasPrefix("i8") ? "" : "INT8, ")a smaller model or "
                + "--every \(2 * plan.workload.every) helps most."
        case .decoding:
            "\(rate), and decoding takes \(share). More cores or smaller pictures help; a faster device or model does not."
        case .scaling:
            "\(rate), and scaling pictures takes \(share). Smaller pictures or more cores help; of 4K or 10-bit video, "
                + "so does --preprocess fast."
        case .tracking:
            "\(rate), and tracking takes \(share). A simpler tracker, such as --tracker sort, helps."
        }
    }

    /// Why it takes so many workers.
    private var number: String {
        let workload = plan.workload
        let videos = Self.count(workload.videos, "video")
        guard plan.videosPerWorker > 0 else {
            let every = plan.everyForOneVideo.map { "--every \($0) makes it keep up; so does a faster device" }
            return
                "That is too slow for even one video, which needs \(Self.rate(plan.neededForOneVideo)) frames/s, and a video "
                + "is one worker's. \(every ?? "A faster device or smaller pictures are needed"); --parallel-detect spreads a "
                + "video's detection over all workers, \(plan.workers) or more."
        }
        let keepsUp =
            "It keeps up with \(Self.count(plan.videosPerWorker, "video"))"
            + (workload.batch == nil ? ", a fifth of its time kept free" : " in that time")
        if plan.workers == 1, plan.keepsUp {
            return "\(keepsUp), so one is enough for \(videos): it is busy \(Self.percent(plan.load)) of the time."
        }
        guard !plan.hasTooFewPartitions else {
            return
                "\(keepsUp), so it takes \(Self.count(plan.evenWorkers, "worker")): more than there can be partitions. Divide "
                + "the videos among several --topic-prefix."
        }
        let hash = "the hash of a video's ID decides where it goes, and"
        let even = "\(Self.count(plan.evenWorkers, "worker")) would do if they were evenly shared"
        let remedy = "Workers that keep up with more videos each even that out"
        if !plan.keepsUp {
            return "\(keepsUp). \(even), but \(hash) of \(plan.workers) workers the fullest has "
                + "\(Self.count(plan.fullest, "video")) in nine cases of ten: a hot partition. \(remedy), more of these do not; "
                + "or give each worker a --topic-prefix of its own, and submit to them by hand."
        }
        guard plan.workers > plan.evenWorkers else {
            return
                "\(keepsUp); \(hash) of \(plan.workers) workers the fullest has no more than "
                + "\(plan.fullest) in nine cases of ten."
        }
        return "\(keepsUp); \(even), but \(hash) it takes \(plan.workers) for the fullest to have no more than "
            + "\(plan.fullest) in nine cases of ten.\(plan.hasHotPartition ? " \(remedy)." : "")"
    }

    /// What one more worker brings.
    private var oneMore: String {
        guard plan.workers < plan.mostWorkers else {
            let videos = plan.workload.videos
            guard videos <= plan.partitions else { return "There cannot be more workers than partitions." }
            return
                "One more worker would bring nothing: there \(videos == 1 ? "is" : "are") \(Self.count(videos, "video")), "
                + "and each is one worker's; only --parallel-detect shares one out."
        }
        let gain =
            "One more worker adds \(Self.rate(plan.speed.rate)) frames/s (\(Self.percent(1 / Double(plan.workers))) more)"
        let bound = plan.workload.videos <= plan.partitions ? "as many as there are videos" : "one for each partition"
        let limit = "that holds up to \(plan.mostWorkers) workers, \(bound)."
        if let now = plan.finish(fullest: plan.fullest), let then = plan.finish(fullest: plan.fullestWithOneMore) {
            let gained =
                then < now
                ? "and all is done after \(Table.clock(then)) instead of \(Table.clock(now))"
                : "but the fullest worker, which is done last, keeps its videos"
            return "\(gain), \(gained); \(limit)"
        }
        guard plan.keepsUp else {
            let videos = Self.count(plan.fullestWithOneMore, "video")
            let change =
                plan.fullestWithOneMore < plan.fullest ? "\(videos) instead of \(plan.fullest)" : "\(videos) still"
            return "\(gain), but the fullest has \(change); \(limit)"
        }
        return "\(gain), or room for \(Self.count(plan.videosPerWorker, "more video")); \(limit)"
    }

    /// What the log has to take.
    private var log: String {
        let bytes = plan.workload.videoBytes + plan.workload.resultBytes
        let slowest = min(plan.rates.logAppend, plan.rates.logRead)
        let isEnough = bytes < slowest / 2
        return
            "The log takes in \(Table.bytes(Int(bytes))) a second, and gives the video out once; on Kafka, every further "
            + "copy is as much again. The embedded log did \(Table.bytes(Int(slowest))) a second here, which is "
            + (isEnough ? "enough for workers on one machine." : "too little to be safe: use Kafka.")
    }

    /// `1 video`, `3 videos`.
    private static func count(_ number: Int, _ what: String) -> String {
        "\(Table.grouped(number)) \(what)\(number == 1 ? "" : "s")"
    }

    private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

    /// Without what does not count, or is not there: `1,235`, `34.6`, `25`.
    static func rate(_ value: Double) -> String {
        value >= 100 || value == value.rounded() ? Table.grouped(Int(value.rounded())) : String(format: "%.1f", value)
    }
}
