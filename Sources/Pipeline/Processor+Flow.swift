internal import DequeModule
internal import Inference
internal import Media
internal import Telemetry
internal import Vision

/// The way of a frame: decoder, detector, tracker, results.
extension Processor {
    /// Fills the detector as far as there are frames.
    func fill() throws {
        while detector.framesInFlight < detector.capacity, jobsRead < jobs.count { try putIn(jobs[jobsRead]) }
    }

    /// Whether what comes out next waits in a batch that is not full, and there is nothing to fill it with.
    var awaitsMore: Bool {
        guard jobsRead == jobs.count, case .inFlight = flow.first?.content else { return false }
        return detector.awaitsMore
    }

    /// Takes out what went in first.
    func step() throws {
        guard let first = flow.popFirst() else { return }
        if case .end = first.content {
            jobs.removeFirst()
            jobsRead -= 1
            try finish(first.job)
        } else {
            try takeOut(first)
        }
    }

    /// Puts a chunk's next frame in, or its end.
    private func putIn(_ job: ChunkJob) throws {
        let content = try job.isWanted ? job.noting { try next(of: job) } ?? .end : .end
        if case .end = content {
            job.close()
            jobsRead += 1
        }
        flow.append(FlowEntry(job: job, content: content, begun: metrics == nil ? nil : .now))
    }

    private func next(of job: ChunkJob) throws -> FlowEntry.Content {
        if job.detections != nil, configuration.needsPictures { throw Self.needsPictures(job.header.videoID) }
        enter(.decoding)
        guard let (image, place) = try job.nextFrame(decoding) else { return .end }
        guard let image else { return .undecodable(place) }
        guard place.index % configuration.every == 0 else { return .skipped(place) }
        enter(.scaling)
        try detector.enqueue { tensor in try scaler.scale(image, into: tensor) }
        if metrics != nil { noteEnqueued() }
        return .inFlight(place, configuration.needsPictures ? image : nil)
    }

    /// Has the tracker see a frame, unless nothing of its chunk is wanted any more.
    private func takeOut(_ entry: FlowEntry) throws {
        let job = entry.job
        var detections: [Detection] = []
        if case .inFlight = entry.content {
            enter(.detecting)
            if metrics != nil { noteBatchAsItIs() }
            detections = try detector.dequeue()
            if let begun = entry.begun { metrics?.inference.observe(.now - begun) }
        }
        enter(.tracking)
        guard job.isWanted else { return }
        try job.noting {
            if job.detections != nil {
                job.detections?.append(entry.content, detections)
            } else {
                try start(job)
                try job.session?.take(entry.content, detections, describer, job.writer, into: &job.values)
            }
            onFrame(job.header.videoID)
        }
    }
}
