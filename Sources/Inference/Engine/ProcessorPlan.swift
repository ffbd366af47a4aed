/// Where one of a worker's processors runs: each has a detector of its own, and decodes and tracks in a thread of its own.
public struct ProcessorPlan: Sendable, Hashable {
    /// What runs its networks.
    public var engine: InferenceEngine
    /// As `--device` takes it.
    public var device: String
    /// How many processor threads its networks use; nil leaves it to the engine.
    public var threads: Int?

    public init(engine: InferenceEngine, device: String, threads: Int? = nil) {
        self.engine = engine
        self.device = device
        self.threads = threads
    }

    /// So many cores keep one processor's decoding and tracking busy: these take about 2 ms of a core per frame, the
    /// lightest networks 6 ms, so that one thread feeds some four to eight cores.
    public static let coresPerProcessor = 8

    /// The best use of a machine: one processor per graphics processor, or, without any, one per group of cores.
    ///
    /// All are of one kind, since results depend on the kind: NVIDIA's by CUDA before others.
    ///
    /// - Parameters:
    ///   - devices: what there is, of all engines.
    ///   - cores: how many cores may be used; at least 1.
    ///   - engine: what is to run the networks; `auto`: whatever suits.
    ///   - count: how many processors are wished for, at least 1; nil for as many as suit. There are never more than cores
    ///     where they compute on them. On graphics processors they take turns.
    /// - Returns: one or more.
    public static func best(devices: [InferenceDevice], cores: Int, engine: InferenceEngine = .auto, count: Int? = nil)
        -> [ProcessorPlan]
    {
        precondition(cores >= 1 && (count ?? 1) >= 1)
        let graphics = devices.filter { $0.kind == .graphics && (engine == .auto || $0.engine == engine) }
        let cuda = graphics.filter { $0.name.hasPrefix("cuda") }
        let chosen = cuda.isEmpty ? graphics.filter { $0.engine == .openvino } : cuda
        guard chosen.isEmpty else {
            return (0..<(count ?? chosen.count)).map { index in
                let device = chosen[index % chosen.count]
                return ProcessorPlan(engine: device.engine, device: device.name)
            }
        }
        let groups = min(count ?? max(cores / coresPerProcessor, 1), cores)
        return sharing(cores: cores, among: groups, engine: engine == .auto ? .openvino : engine, device: "CPU")
    }

    /// So many processors that compute on the same cores, which are shared out; each has one at least.
    public static func sharing(
        cores: Int, among count: Int, engine: InferenceEngine, device: String
    ) -> [ProcessorPlan] {
        (0..<count).map { index in
            let threads = cores / count + (index < cores % count ? 1 : 0)
            return ProcessorPlan(engine: engine, device: device, threads: max(threads, 1))
        }
    }
}
