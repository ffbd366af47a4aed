public import EventLog
internal import Synchronization

/// Several processors behind one door: all chunks of a video go to the same one; those that stand alone, to the one that has
/// the least to do.
///
/// A video's results do not depend on which one that is.
public actor ProcessorPool: ChunkHandler {
    /// Whose a video is, from its first chunk, or the restoring of its checkpoint, until it is done.
    private struct Places {
        struct Place {
            let processor: Int
            let partition: Int
            /// Tells it from the place that the video has when its partition comes back.
            let number: Int
        }

        private(set) var videos: [VideoID: Place] = [:]
        /// How many videos each processor has.
        private var counts: [Int]
        private var given = 0

        init(processors: Int) { counts = Array(repeating: 0, count: processors) }

        private var leastBusy: Int { counts.indices.min { (counts[$0], $0) < (counts[$1], $1) } ?? 0 }

        mutating func place(of video: VideoID, partition: Int) -> Place {
            if let place = videos[video] { return place }
            given += 1
            let place = Place(processor: leastBusy, partition: partition, number: given)
            videos[video] = place
            counts[place.processor] += 1
            return place
        }

        /// Who takes a chunk that stands alone, which counts as a video of its own.
        mutating func beginAlone() -> Int {
            let processor = leastBusy
            counts[processor] += 1
            return processor
        }

        mutating func endAlone(_ processor: Int) { counts[processor] -= 1 }

        /// Gives a video to whoever had the one that it goes on with.
        mutating func follow(_ video: VideoID, _ before: Place) {
            guard videos[video] == nil else { return }
            given += 1
            videos[video] = Place(processor: before.processor, partition: before.partition, number: given)
            counts[before.processor] += 1
        }

        mutating func leave(_ video: VideoID, _ place: Place) {
            guard videos[video]?.number == place.number else { return }
            videos[video] = nil
            counts[place.processor] -= 1
        }
    }

    private nonisolated let processors: [Processor]
    private nonisolated let places: Mutex<Places>

    /// - Parameter processors: one or more, of one configuration and with the same topics.
    public init(_ processors: [Processor]) {
        precondition(!processors.isEmpty)
        precondition(processors.allSatisfy { $0.configuration.hash == processors[0].configuration.hash })
        self.processors = processors
        places = Mutex(Places(processors: processors.count))
    }

    public func restore(
        partition: Int, from log: any EventLog, onProgress: @escaping @Sendable (_ read: Int64, _ total: Int64) -> Void
    ) async throws -> RestoredVideos {
        let (restored, checkpoints) = try await processors[0].read(
            partition: partition, from: log, onProgress: onProgress)
        for checkpoint in checkpoints {
            let heir = checkpoint.isLegacy ? checkpoint.continuedBy : nil
            let place = place(of: heir ?? checkpoint.videoID, partition)
            await processors[place.processor].adopt(checkpoint, partition: partition)
        }
        return restored
    }

    public nonisolated func begin(_ chunk: ChunkAssembly) -> PendingOutcome {
        if chunk.header.standsAlone {
            let processor = places.withLock { $0.beginAlone() }
            return forward(processors[processor].begin(chunk)) { places, _ in places.endAlone(processor) }
        }
        let id = chunk.header.videoID
        let place = place(of: id, chunk.topicPartition.partition)
        return forward(processors[place.processor].begin(chunk)) { places, decided in
            guard let decided, decided.videoIsDone else { return }
            places.leave(id, place)
            if let next = decided.continuedBy { places.follow(next, place) }
        }
    }

    /// Passes an outcome on once it is decided, and notes that.
    private nonisolated func forward(
        _ pending: PendingOutcome, _ note: @escaping @Sendable (inout Places, ChunkOutcome?) -> Void
    ) -> PendingOutcome {
        let outcome = PendingOutcome()
        Task {
            do {
                let decided = try await pending.value()
                places.withLock { note(&$0, decided) }
                outcome.decide(.success(decided))
            } catch {
                outcome.decide(.failure(error))
            }
        }
        return outcome
    }

    public func giveUp(_ video: VideoID, partition: Int, reason: String, frames: Int?, chunks: Int?) async throws
        -> ChunkOutcome
    {
        let place = place(of: video, partition)
        let outcome = try await processors[place.processor].giveUp(
            video, partition: partition, reason: reason, frames: frames, chunks: chunks)
        places.withLock { $0.leave(video, place) }
        return outcome
    }

    public func drop(partition: Int) async {
        places.withLock { places in
            for (video, place) in places.videos where place.partition == partition { places.leave(video, place) }
        }
        for processor in processors { await processor.drop(partition: partition) }
    }

    public nonisolated func workingBytes(for header: ChunkHeader) -> Int { processors[0].workingBytes(for: header) }

    public nonisolated var chunksInHand: Int { processors.reduce(0) { $0 + $1.chunksInHand } }
    public nonisolated var chunksInHandPerVideo: Int { processors[0].chunksInHandPerVideo }

    public nonisolated var workTimes: WorkTimes? {
        processors.dropFirst().compactMap(\.workTimes).reduce(into: processors[0].workTimes) { $0?.add($1) }
    }

    private nonisolated func place(of video: VideoID, _ partition: Int) -> Places.Place {
        places.withLock { $0.place(of: video, partition: partition) }
    }
}
