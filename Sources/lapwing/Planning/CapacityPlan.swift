/// What a job needs of workers that are all like one machine.
struct CapacityPlan: Sendable {
    let workload: Workload
    let rates: MachineRates
    let speed: WorkerSpeed
    /// With how many videos at once one worker keeps up; 0: not even with one.
    let videosPerWorker: Int
    /// How many workers it takes were the videos shared out evenly.
    let evenWorkers: Int
    /// How many it takes as they are shared out.
    let workers: Int
    let partitions: Int
    /// How many videos the fullest worker has in nine cases of ten; of the workers above, and with one more.
    let fullest, fullestWithOneMore: Int

    /// What part of a worker live video may take; the rest is for busy scenes, restarts and workers that are away.
    static let liveLoad = 0.8
    /// How many times as many workers as would do if evenly shared are taken, so that the fullest keeps up.
    static let mostTimesEven = 4
    /// The most partitions that a topic is made with.
    static let mostPartitions = 4096

    init(_ workload: Workload, on rates: MachineRates) {
        self.workload = workload
        self.rates = rates
        speed = WorkerSpeed(rates, every: workload.every)
        let usable = Self.usableShare(of: workload)
        // Not to lose a video to rounding.
        let share = usable * (1 + 1e-9) / workload.demandPerVideo
        videosPerWorker = speed.ratePerVideo * share < 1 ? 0 : Int(min(speed.rate * share, 1e9))
        let videosEach = videosPerWorker > 0 ? Double(videosPerWorker) : speed.rate * share
        evenWorkers = Int((Double(workload.videos) / videosEach).rounded(.up))

        let spread = Spread(videos: workload.videos)
        func fullest(_ workers: Int) -> Int {
            spread.fullest(partitions: Self.partitions(for: workers), workers: workers)
        }
        // Beyond so many, more workers are the wrong remedy.
        let most = min(Self.mostTimesEven * evenWorkers, Self.mostPartitions)
        var count = evenWorkers
        while videosPerWorker > 0, count <= most, fullest(count) > videosPerWorker { count += max(count / 20, 1) }
        let isFound = count <= most
        workers = isFound ? count : min(evenWorkers, Self.mostPartitions)
        partitions = Self.partitions(for: workers)
        self.fullest = fullest(workers)
        fullestWithOneMore = spread.fullest(partitions: partitions, workers: workers + 1)
    }

    private static func usableShare(of workload: Workload) -> Double { workload.batch == nil ? liveLoad : 1 }

    /// Eight for each worker, so that they stay evenly shared when workers come and go; 16 at least.
    static func partitions(for workers: Int) -> Int {
        let perWorker = max(min(8, mostPartitions / workers), 1)
        let enough = (16 + workers - 1) / workers
        return workers * max(perWorker, enough)
    }

    /// Whether the fullest worker keeps up in nine cases of ten.
    var keepsUp: Bool { fullest <= videosPerWorker }

    /// Frames per second that a worker must be able to do of one video, to be given it.
    var neededForOneVideo: Double { workload.demandPerVideo / Self.usableShare(of: workload) }

    /// Whether some worker has too many videos while others have few, or would have, with half of the workers.
    var hasHotPartition: Bool {
        videosPerWorker > 0 && !hasTooFewPartitions && (!keepsUp || workers >= 2 * max(evenWorkers, 2))
    }

    /// Whether there cannot be as many workers as it takes.
    var hasTooFewPartitions: Bool { evenWorkers > Self.mostPartitions }

    /// From how many workers on more of them do nothing.
    var mostWorkers: Int { min(partitions, workload.videos) }

    /// What part of the fullest worker is taken; above 1 it falls behind.
    var load: Double { Double(fullest) * workload.demandPerVideo / speed.rate }

    /// In how many seconds the fullest worker is done with its videos; nil for live ones.
    func finish(fullest: Int) -> Double? {
        workload.batch.map { Double(fullest) * workload.frameRate * $0.length / speed.rate }
    }

    /// The smallest `--every` with which one worker keeps up with one video; nil when none does.
    var everyForOneVideo: Int? {
        (workload.every...max(workload.every, 30)).first { every in
            let speed = WorkerSpeed(rates, every: every)
            return speed.ratePerVideo * Self.usableShare(of: workload) >= workload.demandPerVideo
        }
    }

    /// Bytes of video per second that a worker takes in when it works as fast as it can.
    var intake: Double { speed.rate / workload.frameRate * workload.bitRate / 8 }

    /// What a network of one gigabit per second carries, in bytes.
    static let gigabitNetwork = 110e6

    /// What the job is bound by.
    enum Bottleneck: Sendable, Hashable {
        case stage(MachineRates.Stage)
        /// A worker takes in more than a gigabit network gives.
        case network
        /// Some worker has more videos than it keeps up with, while others have fewer.
        case hotPartition

        var name: String {
            switch self {
            case .stage(let stage): stage.rawValue
            case .network: "network"
            case .hotPartition: "hot partition"
            }
        }
    }

    var bottleneck: Bottleneck {
        if hasHotPartition { return .hotPartition }
        return intake > Self.gigabitNetwork ? .network : .stage(speed.limit)
    }
}
