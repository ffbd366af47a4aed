/// What a machine does in a second, each by itself.
struct MachineRates: Sendable {
    /// How many cores there are.
    var cores: Int
    /// Frames of one core.
    var decoding, scaling, tracking: Double
    /// Pictures of the network, on all that its device has.
    var detecting: Double
    /// Whether the network shares the cores with everything else.
    var isOnCPU: Bool
    /// Cores that are at work beside the network's device while it is; on a CPU they are in ``detecting``.
    var coresBesideDevice = 0.0
    /// Bytes into the embedded log and out of it.
    var logAppend, logRead: Double

    /// What a frame is worked on for.
    enum Stage: String, CaseIterable, Sendable {
        case decoding, scaling, inference, tracking
    }

    /// Core-seconds that a frame of video takes in a stage, where every so many-th frame is looked at.
    func cost(of stage: Stage, every: Int) -> Double {
        let share = 1 / Double(every)
        return switch stage {
        case .decoding: 1 / decoding
        case .scaling: share / scaling
        case .inference: share * (isOnCPU ? Double(cores) : coresBesideDevice) / detecting
        case .tracking: share / tracking
        }
    }
}
