internal import Tracking

/// What a chunk's outcome adds to a worker's metrics, once it is committed.
struct ChunkTally: Sendable, Hashable {
    /// What the chunk adds to its video's ledger; expected numbers are nil.
    var ledger = Ledger()
    var detections = 0
    var events: [TrackEvent.Kind: Int] = [:]
    var suspectedSwitches = 0
    /// Records put among the dead letters, by why.
    var deadLetters: [DeadLetter.Cause: Int] = [:]
    /// How the video ended; nil: it has not.
    var end: Checkpoint.State?
    /// Whether it is what was found in a chunk, which is not tracked yet.
    var isDetected = false
}

extension Ledger {
    /// What has been counted since an earlier state; expected numbers are nil.
    func since(_ earlier: Ledger) -> Ledger {
        var difference = Ledger()
        difference.framesDecoded = framesDecoded - earlier.framesDecoded
        difference.framesProcessed = framesProcessed - earlier.framesProcessed
        difference.framesSkipped = framesSkipped - earlier.framesSkipped
        difference.framesUndecodable = framesUndecodable - earlier.framesUndecodable
        difference.framesMissing = framesMissing - earlier.framesMissing
        difference.chunksProcessed = chunksProcessed - earlier.chunksProcessed
        difference.chunksBad = chunksBad - earlier.chunksBad
        difference.chunksMissing = chunksMissing - earlier.chunksMissing
        return difference
    }
}
