internal import EventLog

/// Chunks that stand alone: what is found in them is tracked by a ``DetectionTracker``.
extension Processor {
    /// What is to be committed for such a chunk: its detections, or why it cannot be used.
    func outcome(of job: ChunkJob, _ detections: DetectionsWriter) throws -> ChunkOutcome {
        var header = job.header
        header.configurationHash = configuration.hash
        // Only who decodes it needs them.
        header.hiddenPackets = nil
        header.exactPTS = nil
        let value = job.fault.map(DetectionsWriter.unusable) ?? detections.finish()
        var records = ChunkParts.records(header, value, topic: topics.detections, partition: nil)
        let detected = records.count
        if let reason = job.fault {
            records += try job.chunk.deadLetters(reason: reason).map { $0.outgoing(topics: topics) }
        }
        var tally = ChunkTally(isDetected: true)
        if job.fault != nil { tally.deadLetters[job.cause] = records.count - detected }
        return ChunkOutcome(
            videoID: header.videoID, records: records, videoIsDone: false, tally: tally, fault: job.fault)
    }

    /// The error of a worker whose tracker looks at pictures again, which are not where such a video is tracked.
    static func needsPictures(_ video: VideoID) -> PipelineError {
        PipelineError(
            .unsuitableSettings,
            "video \(video) was submitted with --parallel-detect, and this worker's tracker looks at the pictures "
                + "themselves, which are not there where it is tracked: start the worker with --camera-motion off and "
                + "without --appearance-model, or submit the video without --parallel-detect under another --topic-prefix"
        )
    }
}
