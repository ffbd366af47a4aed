/// What keeps a worker from doing more.
enum Bottleneck: Hashable {
    case stage(WorkTimes.Stage)
    case shortage(Shortage)

    /// From this share on of the threads' time without a chunk, what keeps the chunks away is the bottleneck.
    static let idleShare = 0.2
    /// From this share on of the time at work, waiting for the network is. A network that is faster than what feeds it is
    /// waited for not at all, but what it found is to be read.
    static let detectingShare = 0.25

    /// - Parameter shortages: how long there was no chunk, and why; of the same time.
    /// - Returns: nil when no time has passed.
    init?(_ times: WorkTimes, shortages: [Shortage: Duration]) {
        guard times.elapsed > .zero else { return nil }
        if times.spent.share(of: .idle) >= Self.idleShare {
            let longest = Shortage.allCases.max { (shortages[$0] ?? .zero) < (shortages[$1] ?? .zero) }
            self = .shortage(longest.flatMap { shortages[$0] ?? .zero > .zero ? $0 : nil } ?? .input)
            return
        }
        var busy = times.spent
        busy[.idle] = nil
        if busy.share(of: .detecting) >= Self.detectingShare {
            self = .stage(.detecting)
        } else {
            let own: [WorkTimes.Stage] = [.decoding, .scaling, .tracking, .writing]
            self = .stage(own.max { (busy[$0] ?? .zero) < (busy[$1] ?? .zero) } ?? .decoding)
        }
    }

    /// Whether it could do more if there were more to do.
    var isNone: Bool {
        switch self {
        case .shortage(.input), .shortage(.lastChunks), .shortage(.partitions): true
        default: false
        }
    }

    /// What ONNX Runtime calls graphics processors.
    private static let onGPU = ["CUDA", "TensorRT"]

    /// As in `bound by the CPU (decoding)`.
    ///
    /// - Parameter device: what the networks run on.
    func name(device: String) -> String {
        switch self {
        case .stage(.detecting): "bound by the \(Self.onGPU.contains(device) ? "GPU" : device) (inference)"
        case .stage(let stage): "bound by the CPU (\(stage.rawValue))"
        case .shortage(.input): "not bound: it waits for video"
        case .shortage(.lastChunks): "not bound: it waits for the last chunks of videos"
        case .shortage(.videos): "bound by the number of videos"
        case .shortage(.partitions): "not bound: it has no partition"
        case .shortage(.memory): "bound by memory"
        case .shortage(.fetching): "bound by the log (fetching)"
        case .shortage(.committing): "bound by the log (committing)"
        }
    }

    /// What would help; nil when nothing needs to.
    func remedy(device: String) -> String? {
        switch self {
        case .stage(.detecting):
            device == "CPU"
                ? "another worker, a GPU, a smaller model or --every 2 would help"
                : "another worker, a smaller model or --every 2 would help"
        case .stage: "another worker would help, or more --processors where cores are free"
        case .shortage(.input): nil
        case .shortage(.lastChunks): "with --start streaming they would be begun before all of them is in"
        case .shortage(.videos): "a video is one processor's: only more videos at a time keep more of them at work"
        case .shortage(.partitions): "there are more workers than partitions"
        case .shortage(.memory): "raise --memory, or cut shorter chunks with --chunk-seconds"
        case .shortage(.fetching): "what it reads the log by is too slow: the network, or the disk"
        case .shortage(.committing): "the log's disk, or its brokers, are too slow for what is written"
        }
    }
}
