/// Finds by measurement how many pictures should go through a network together.
///
/// Graphics processors want many. Processors mostly do as well with one: several pictures are then computed side by side,
/// each in the caches of its core.
public struct BatchSearch: Sendable {
    /// What was measured: pictures per second by batch size, in the order in which they were tried.
    public private(set) var rates: [(batchSize: Int, picturesPerSecond: Double)] = []
    /// The smallest that was nearly as fast as the fastest; it takes the least memory, and waits least for more.
    public var choice: Int {
        let best = rates.map(\.picturesPerSecond).max() ?? 0
        return rates.first { $0.picturesPerSecond >= 0.97 * best }?.batchSize ?? 1
    }

    /// What is tried.
    public static let batchSizes = [1, 2, 4, 8]

    init(rates: [(batchSize: Int, picturesPerSecond: Double)]) { self.rates = rates }

    /// Loads the model once for each batch size, and has it look at nothing for a while; takes some seconds.
    ///
    /// - Parameters:
    ///   - configuration: as for ``YOLOv8Detector/init(modelPath:configuration:)``; its batch size does not count.
    ///   - duration: how long each is measured; it is done three times, and the best counts.
    /// - Throws: ``InferenceError`` when the model cannot be used at all. One that takes batches of one size only is
    ///   measured with that.
    public init(
        modelPath: String, configuration: DetectorConfiguration, duration: Duration = .milliseconds(250)
    ) throws {
        for batchSize in Self.batchSizes {
            var configuration = configuration
            configuration.batchSize = batchSize
            do {
                try measure(YOLOv8Detector(modelPath: modelPath, configuration: configuration), duration)
            } catch let error as InferenceError where error.code == .configuration || error.code == .wrongModel {
                continue
            }
        }
        guard rates.isEmpty else { return }
        var configuration = configuration
        configuration.batchSize = nil
        try measure(YOLOv8Detector(modelPath: modelPath, configuration: configuration), duration)
    }

    private mutating func measure(_ detector: YOLOv8Detector, _ duration: Duration) throws {
        try detector.warmUp()
        var best = 0.0
        for _ in 0..<3 {
            let end = ContinuousClock.now + duration
            best = max(best, try detector.rate { _ in .now < end })
        }
        rates.append((detector.batchSize, best))
    }
}
