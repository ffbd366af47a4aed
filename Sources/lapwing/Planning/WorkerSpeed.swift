/// How fast one worker is that has a machine to itself.
struct WorkerSpeed: Sendable {
    /// Frames of video per second, of all its videos together.
    let rate: Double
    /// Frames per second of one video at most, were it alone: it has one processor.
    let ratePerVideo: Double
    /// How many processors it takes for that rate.
    let processors: Int
    /// What keeps it from more.
    let limit: MachineRates.Stage
    /// What part of that limit's time the limiting stage takes, 0…1; of a device, all of it.
    let limitShare: Double

    init(_ rates: MachineRates, every: Int) {
        let costs = MachineRates.Stage.allCases.map { rates.cost(of: $0, every: every) }
        let total = costs.reduce(0, +)
        let byCores = Double(rates.cores) / total
        let byDevice = rates.isOnCPU ? .infinity : rates.detecting * Double(every)
        rate = min(byCores, byDevice)
        if byDevice <= byCores {
            (limit, limitShare) = (.inference, 1)
        } else {
            let most = zip(MachineRates.Stage.allCases, costs).max { $0.1 < $1.1 } ?? (.decoding, 0)
            (limit, limitShare) = (most.0, most.1 / total)
        }
        // What a processor's own thread does, one frame after the other.
        let own = [.decoding, .scaling, .tracking].reduce(0) { $0 + rates.cost(of: $1, every: every) }
        processors = min(max(Int((rate * own).rounded(.up)), 1), rates.cores)
        ratePerVideo = min(rate, 1 / own)
    }
}
