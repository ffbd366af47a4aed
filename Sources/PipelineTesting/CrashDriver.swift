public import EventLog
internal import Foundation
public import Inference
internal import Logging
public import Pipeline
internal import Synchronization

/// Brings videos through a log while producers and workers crash between any two steps, and compares the results with
/// those of an undisturbed run.
///
/// A run has one log: a producer submits the videos, one or two workers process them; each crashes at a moment drawn from
/// the seed, and another takes its place at once, until the run has had its crashes and every video has ended.
public struct CrashDriver: Sendable {
    /// Opens the run's log, whose topics are there; called for each "process".
    public var open: @Sendable () throws -> any EventLog
    public var topics: Topics
    /// The videos' files.
    public var videos: [String]
    /// The records of an undisturbed run, cut the same way.
    public var expected: [VideoID: [[UInt8]]]
    public var chunkSeconds: Double
    public var processing: ProcessingConfiguration
    /// Makes a worker's detector, which calls what it is given before each picture.
    public var makeDetector: @Sendable (_ beforeFrame: @escaping () throws -> Void) -> any Detector
    /// A folder for spools.
    public var folder: String
    public var sessionTimeout: Duration
    /// Lets nobody renew a member's lease any more, or again; nil: the log has no such thing, and crashed members leave.
    public var suspendHeartbeats: (@Sendable (any LogConsumer, Bool) -> Void)?
    /// Moments to crash at.
    public var moments: [CrashMoment]
    /// Whether the videos' chunks are spread over all workers.
    public var parallelDetect: Bool

    public init(
        topics: Topics, videos: [String], expected: [VideoID: [[UInt8]]], chunkSeconds: Double,
        processing: ProcessingConfiguration, folder: String, sessionTimeout: Duration,
        moments: [CrashMoment] = CrashMoment.allCases, parallelDetect: Bool = false,
        suspendHeartbeats: (@Sendable (any LogConsumer, Bool) -> Void)? = nil,
        makeDetector: @escaping @Sendable (_ beforeFrame: @escaping () throws -> Void) -> any Detector,
        open: @escaping @Sendable () throws -> any EventLog
    ) {
        self.topics = topics
        self.videos = videos
        self.expected = expected
        self.chunkSeconds = chunkSeconds
        self.processing = processing
        self.folder = folder
        self.sessionTimeout = sessionTimeout
        self.moments = moments
        self.parallelDetect = parallelDetect
        self.suspendHeartbeats = suspendHeartbeats
        self.makeDetector = makeDetector
        self.open = open
    }

    /// One run.
    ///
    /// - Parameter crashes: how many at most; the work may be done before all have come.
    /// - Throws: what a worker or the producer throws that is not the crash.
    public func run(seed: UInt64, crashes: Int) async throws -> CrashTally {
        let run = CrashRun(self, seed: seed, crashes: crashes)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await run.submit() }
            for place in 0..<run.workerCount { group.addTask { try await run.work(place) } }
            group.addTask { try await run.stopAtEnd() }
            try await group.waitForAll()
        }
        var tally = try await run.compare()
        tally.differences = tally.differences.map { "seed \(seed): " + $0 }
        return tally
    }
}
