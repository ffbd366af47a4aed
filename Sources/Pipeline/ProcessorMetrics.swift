internal import Inference
internal import Telemetry

/// What a ``Processor`` measures.
struct ProcessorMetrics: Sendable {
    let decoding, scaling, detecting, tracking, writing: Histogram
    let inference: Histogram
    let batchFrames: Histogram

    init(_ registry: MetricRegistry, batchSize: Int) {
        func stage(_ stage: WorkTimes.Stage) -> Histogram {
            registry.histogram(.stageDuration, [stage.rawValue])
        }
        decoding = stage(.decoding)
        scaling = stage(.scaling)
        detecting = stage(.detecting)
        tracking = stage(.tracking)
        writing = stage(.writing)
        inference = registry.histogram(.inferenceDuration)
        batchFrames = registry.histogram(.batchFrames)
        registry.gauge(.batchLimit).set(batchSize)
    }

    func note(_ stage: WorkTimes.Stage, took time: Duration) {
        switch stage {
        case .decoding: decoding.observe(time)
        case .scaling: scaling.observe(time)
        case .detecting: detecting.observe(time)
        case .tracking: tracking.observe(time)
        case .writing: writing.observe(time)
        case .idle: break
        }
    }
}

/// What the detector does with the pictures that it gets, told from what goes in and out.
extension Processor {
    /// A picture went in: the batch goes when it is full.
    func noteEnqueued() {
        picturesInBatch += 1
        if picturesInBatch == detector.batchSize { noteBatch() }
    }

    /// A picture is about to be asked for: if all that there is waits in a batch that is not full, that goes as it is.
    func noteBatchAsItIs() {
        if detector.awaitsMore, picturesInBatch > 0 { noteBatch() }
    }

    private func noteBatch() {
        metrics?.batchFrames.observe(Double(picturesInBatch))
        picturesInBatch = 0
    }
}
