internal import EventLog
internal import Media

/// What the log knows of live videos.
extension Producer {
    /// The video to go on with under an ID: itself, or the last of those that go on with its objects; nil where there is
    /// none yet.
    ///
    /// - Returns: its registration, and the ID under which it is to begin where it has none.
    /// - Throws: ``PipelineError`` when it has ended, or is a file's.
    func liveVideo(_ id: VideoID) async throws -> (registration: VideoRegistration?, begin: (VideoID, after: VideoID)?)
    {
        var id = id
        var before: VideoID?
        while true {
            guard let found = try await knownRegistration(of: id) else { return (nil, before.map { (id, $0) }) }
            guard let live = found.live else {
                throw PipelineError(.invalidVideoID, "\(id) is the ID of a file in this log: choose another --video-id")
            }
            var next = live.continuedBy
            if found.state == .submitting {
                let place = try await place(of: found)
                guard place.hasEnded else { return (found, nil) }
                next = place.continuedBy
            }
            guard let next else {
                throw PipelineError(
                    .invalidVideoID,
                    "\(id) has ended: choose another --video-id, or leave it out to have one made of the time")
            }
            before = id
            id = next
        }
    }

    /// Where a live video stands: how far the log and the workers have come.
    ///
    /// - Throws: ``PipelineError`` when the log ends in the middle of a chunk.
    func place(of registration: VideoRegistration) async throws -> LivePlace {
        let id = registration.videoID
        var place = LivePlace(registration: registration, nextChunk: 0, nextFrame: 0, end: 0)
        try await log.readAll(partition(of: id, topic: topics.checkpoints)) { logged in
            guard let found = try Checkpoint.decode(logged), found.videoID == id else { return }
            (place.nextChunk, place.nextFrame, place.end) = (found.nextChunk, found.nextFrame, nil)
            if found.state != .running { (place.hasEnded, place.continuedBy) = (true, found.continuedBy) }
        }
        var parts: [Int: Set<Int>] = [:]
        var headers: [Int: ChunkHeader] = [:]
        try await log.readAll(partition(of: id, topic: topics.chunks)) { logged in
            guard logged.record.key == id.rawValue, let header = try? ChunkHeader(of: logged) else { return }
            parts[header.index, default: []].insert(header.part)
            headers[header.index] = header
        }
        for (index, header) in headers.sorted(by: { $0.key < $1.key }) where index >= place.nextChunk - 1 {
            guard parts[index]?.count == header.parts else {
                throw PipelineError(
                    .invalidRecord,
                    "\(id): its submission broke off in the middle of a chunk, so that nobody can go on with it: choose "
                        + "another --video-id")
            }
            place.nextChunk = index + 1
            place.nextFrame = header.firstFrame + header.frameCount
            place.end = header.endSeconds
            place.last = header
            if header.isLast { (place.hasEnded, place.continuedBy) = (true, header.continuedBy) }
        }
        return place
    }

    /// Whether a live video is still this producer's to submit.
    ///
    /// - Throws: ``PipelineError`` when another one has taken it over.
    func checkHolder(of id: VideoID, is producer: String) async throws {
        guard let holder = try await knownRegistration(of: id)?.live?.producer, holder != producer else { return }
        throw PipelineError(.unsuitableSettings, "\(id): another 'lapwing submit' has taken this live video over")
    }

    /// The ID of the video that goes on with another one's objects: of the same partition, so that whoever has the one has
    /// the other.
    func nextID(base: String, startTime: Double, like home: VideoID) async throws -> VideoID {
        let partition = try await partition(of: home, topic: topics.chunks)
        let stem = String(base.prefix(100)) + "-" + StartTime.compact(startTime)
        var number = 0
        while true {
            let id = try VideoID(number == 0 ? stem : "\(stem)-\(number)")
            if id != home, try await self.partition(of: id, topic: topics.chunks) == partition,
                try await knownRegistration(of: id) == nil
            {
                return id
            }
            number += 1
        }
    }
}

extension ChunkHeader {
    /// The video's time after the chunk, in seconds.
    var endSeconds: Double? {
        guard let timeBase = try? parsedTimeBase() else { return nil }
        return Double(pts + duration - startPTS) * timeBase.value
    }
}
