internal import Foundation
public import Telemetry
internal import Tracking

/// What a ``Worker`` measures; its handles are made once.
struct WorkerMetrics: Sendable {
    let member: MemberMetrics
    private let framesProcessed, framesSkipped, framesUndecodable, framesMissing: Counter
    private let chunksProcessed, chunksBad, chunksMissing, chunksDetected: Counter
    private let ended, failed: Counter
    private let detections, switches: Counter
    private let events: [TrackEvent.Kind: Counter]
    private let letters: [DeadLetter.Cause: Counter]
    let chunkWork, chunkLatency, endToEndLatency: Histogram
    let collectorChunks, handlerChunks, commitChunks, intakePaused: Gauge
    let chunkMemory, spooled: Gauge
    private let shortages: [Shortage: Counter]

    /// - Parameter role: `worker` or `tracker`.
    init(_ registry: MetricRegistry, role: String, memoryLimit: Int) {
        member = MemberMetrics(registry, role: role)
        framesProcessed = registry.counter(.frames, ["processed"])
        framesSkipped = registry.counter(.frames, ["skipped"])
        framesUndecodable = registry.counter(.frames, ["undecodable"])
        framesMissing = registry.counter(.frames, ["missing"])
        chunksProcessed = registry.counter(.chunks, ["processed"])
        chunksBad = registry.counter(.chunks, ["bad"])
        chunksMissing = registry.counter(.chunks, ["missing"])
        chunksDetected = registry.counter(.chunks, ["detected"])
        ended = registry.counter(.videos, ["ended"])
        failed = registry.counter(.videos, ["failed"])
        detections = registry.counter(.detections)
        switches = registry.counter(.identitySwitches)
        events = Self.each { registry.counter(.trackEvents, [$0.rawValue]) }
        letters = Self.each { registry.counter(.deadLetters, [$0.rawValue]) }
        chunkWork = registry.histogram(.chunkWork, [role])
        chunkLatency = registry.histogram(.chunkLatency, [role])
        endToEndLatency = registry.histogram(.endToEndLatency, [role])
        collectorChunks = registry.gauge(.queuedChunks, [role, "collector"])
        handlerChunks = registry.gauge(.queuedChunks, [role, "processor"])
        commitChunks = registry.gauge(.queuedChunks, [role, "commit"])
        intakePaused = registry.gauge(.intakePaused, [role])
        chunkMemory = registry.gauge(.chunkMemory)
        spooled = registry.gauge(.spooled)
        registry.gauge(.chunkMemoryLimit).set(memoryLimit)
        // The trackers' group has no processor that could wait.
        shortages = role == "worker" ? Self.each { registry.counter(.shortageTime, [$0.name]) } : [:]
    }

    private static func each<Key: CaseIterable & Hashable, Value>(_ make: (Key) -> Value) -> [Key: Value] {
        Dictionary(uniqueKeysWithValues: Key.allCases.map { ($0, make($0)) })
    }

    /// An outcome has been committed.
    func note(_ outcome: ChunkOutcome) {
        let tally = outcome.tally
        framesProcessed.add(tally.ledger.framesProcessed)
        framesSkipped.add(tally.ledger.framesSkipped)
        framesUndecodable.add(tally.ledger.framesUndecodable)
        framesMissing.add(tally.ledger.framesMissing)
        chunksProcessed.add(tally.ledger.chunksProcessed)
        chunksBad.add(tally.ledger.chunksBad)
        chunksMissing.add(tally.ledger.chunksMissing)
        if tally.isDetected { chunksDetected.add() }
        if tally.end == .ended { ended.add() }
        if tally.end == .failed { failed.add() }
        detections.add(tally.detections)
        switches.add(tally.suspectedSwitches)
        for (kind, count) in tally.events { events[kind]?.add(count) }
        for (cause, count) in tally.deadLetters { letters[cause]?.add(count) }
        guard let origin = outcome.origin else { return }
        chunkLatency.observe(.now - origin.arrival)
        endToEndLatency.observe(max(0, Date.now.timeIntervalSince1970 - Double(origin.timestamp) / 1000))
    }

    /// Records that are no chunk's have been put among the dead letters.
    func note(unreadable count: Int) { letters[.unreadable]?.add(count) }

    func note(_ shortages: [Shortage?: Duration]) {
        for (shortage, time) in shortages {
            if let shortage { self.shortages[shortage]?.set(total: time.inSeconds) }
        }
    }
}

extension Shortage {
    /// As metrics call it.
    fileprivate var name: String { self == .lastChunks ? "last_chunks" : "\(self)" }
}

extension MetricRegistry {
    /// Has the process's memory measured, each time before the metrics are read.
    ///
    /// - Parameter budget: bytes that it may have; nil: nobody has said.
    public func measureMemory(budget: Int?) {
        if let budget { gauge(.memoryBudget).set(budget) }
        let (resident, peak) = (gauge(.memoryResident), gauge(.memoryPeak))
        onRead {
            if let bytes = ResidentMemory.current { resident.set(bytes) }
            if let bytes = ResidentMemory.peak { peak.set(bytes) }
        }
    }

    /// Has the times of a handler's threads read, and how often decoders were started anew.
    func measureWork(of handler: any ChunkHandler, decoderRestarts: (@Sendable () -> Int)?) {
        if let decoderRestarts {
            let restarts = counter(.decoderRestarts)
            onRead { restarts.set(total: Double(decoderRestarts())) }
        }
        guard handler.workTimes != nil else { return }
        let stages = WorkTimes.Stage.allCases.map { ($0, counter(.workTime, [$0.rawValue])) }
        let threads = gauge(.workThreads)
        onRead {
            guard let times = handler.workTimes else { return }
            threads.set(times.threads)
            for (stage, time) in stages { time.set(total: (times.spent[stage] ?? .zero).inSeconds) }
        }
    }
}
