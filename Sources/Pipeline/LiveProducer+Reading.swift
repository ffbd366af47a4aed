internal import Foundation
internal import Logging
internal import Media

/// From the source to the queue, on the producer's own thread.
extension LiveProducer {
    /// Reads until the source ends or reading is stopped, then ends the video.
    func read() async throws {
        if let id = givenID {
            let (registration, begin) = try await producer.liveVideo(id)
            if var registration {
                // From now on it is this producer's; another one that lives finds that before its next chunk.
                registration.live?.producer = token
                try await producer.register(registration, Self.nothing) { _ in }
                resumed = registration
                logger.info("going on with a live video", metadata: ["video_id": "\(registration.videoID)"])
            } else if let begin {
                (givenID, givenBefore) = begin
            }
        }
        var failure: (any Error)?
        do {
            try await readConnections()
        } catch {
            failure = error
        }
        if timeline == nil, resumed != nil { try await prepare(startTime: nil) }
        let now = source.isEndless ? timeline?.startTime.map { WallTime.now - $0 } : nil
        if let marker = timeline?.marker(isLast: true, upTo: now) {
            try await put(marker, [])
        } else if failure == nil {
            failure = MediaError(
                .unreadable, operation: "read",
                detail: "'\(source.name)': stopped before the first frame came; nothing was submitted")
        }
        if let failure { throw failure }
    }

    private static let nothing = Producer.Progress(bytesRead: 0, byteCount: nil, frames: 0, chunks: 0, isWaiting: false)

    /// Whether there is a video that a lost source leaves open.
    private var hasBegun: Bool { timeline != nil || resumed != nil }

    private func readConnections() async throws {
        var failures = 0
        lastFrame = .now
        while !interrupt.isStopped {
            let reason: String
            do {
                let demuxer = try source.open(interrupt, patience: settings.patience)
                let hasEnd = source.hasEnd(demuxer)
                if hasEnd, source.canBeOpenedAgain, timeline != nil {
                    // The playlist has been ended meanwhile: nothing was lost.
                    timeline?.forgetOutage()
                    return
                }
                let chunksBefore = timeline?.nextIndex ?? 0
                let ending = try await read(demuxer, isPaced: source.isEndless && !hasEnd)
                if (timeline?.nextIndex ?? 0) > chunksBefore { failures = 0 }
                switch ending {
                case .stopped, nil: return
                case .ended(let words):
                    if hasEnd || !source.canBeOpenedAgain { return }
                    reason = words ?? "it closed the connection"
                    timeline?.interrupt("source lost")
                case .jumped: continue
                case .unusable(let words, let frames):
                    guard hasBegun, source.canBeOpenedAgain else {
                        throw MediaError(.unsupported, operation: "split", detail: "'\(source.name)': \(words)")
                    }
                    reason = words
                    timeline?.interrupt("unusable", frames: frames)
                }
            } catch let error as MediaError {
                if interrupt.isStopped { return }
                // What cannot be opened at all is the user's to know; what was there once may come back.
                guard hasBegun, source.canBeOpenedAgain else { throw error }
                reason = error.detail
            }
            try await pause(after: failures, reason)
            failures += 1
        }
    }

    private func read(_ demuxer: Demuxer, isPaced: Bool) async throws -> LiveSplitter.Ending? {
        var splitter = makeSplitter(demuxer, isPaced: isPaced)
        while true {
            while let chunk = splitter.next() {
                try Task.checkCancellation()
                lastFrame = .now
                try await take(chunk, epoch: isPaced ? splitter.epoch : nil, isPaced: isPaced)
                if splitter.longestGroup > settings.chunkSeconds * 1.05, !saidOfGroups {
                    saidOfGroups = true
                    logger.warning(
                        "chunks are as long as the source's groups of pictures: lower its key frame interval",
                        metadata: [
                            "seconds": "\(String(format: "%.1f", splitter.longestGroup))",
                            "chunk_seconds": "\(settings.chunkSeconds)",
                        ])
                }
                await Task.yield()
            }
            guard splitter.ending == .jumped else { return splitter.ending }
            logger.warning("the source's clock has jumped", metadata: ["source": "\(source.name)"])
            timeline?.interrupt("time jumped")
            let next = makeSplitter(demuxer, isPaced: isPaced)
            next.follow(splitter)
            splitter = next
        }
    }

    private func makeSplitter(_ demuxer: Demuxer, isPaced: Bool) -> LiveSplitter {
        LiveSplitter(
            demuxer: demuxer, targetSeconds: settings.chunkSeconds, maxBytes: settings.maxChunkBytes,
            interrupt: interrupt, patience: source.canBeOpenedAgain ? settings.patience : .seconds(1 << 40),
            isPaced: isPaced)
    }

    /// Finds out where the first chunk belongs.
    private func prepare(startTime: Double?) async throws {
        if let resumed {
            let place = try await producer.place(of: resumed)
            guard !place.hasEnded else {
                throw PipelineError(
                    .invalidVideoID, "\(resumed.videoID) has ended meanwhile: choose another --video-id")
            }
            timeline = LiveTimeline(resuming: place, source: source.name)
        } else {
            let id = try givenID ?? VideoID(source.slug + "-" + StartTime.compact(startTime ?? WallTime.now))
            timeline = LiveTimeline(
                videoID: id, source: source.name, continues: givenBefore, startTime: settings.startTime)
        }
        report { $0.videoID = timeline?.videoID ?? $0.videoID }
    }

    func take(_ chunk: Chunk, epoch: Double?, isPaced: Bool) async throws {
        let wallTime = epoch.map { $0 + Double(chunk.pts) * chunk.stream.timeBase.value }
        if timeline == nil { try await prepare(startTime: wallTime) }
        guard var timeline else { return }
        let time = timeline.time(of: chunk, epoch: epoch)
        if let segment = settings.segmentSeconds, time >= segment, timeline.nextIndex > 0 {
            let before = timeline.startTime.map { $0 + time }
            // The source's clock and the time of day drift apart; a new video begins anew.
            let start = wallTime.map { max($0, (timeline.startTime ?? 0) + (timeline.end ?? 0)) } ?? before
            let next = try await producer.nextID(
                base: givenID?.rawValue ?? source.slug, startTime: start ?? WallTime.now, like: timeline.videoID)
            let marker = timeline.marker(isLast: true, upTo: time, continuedBy: next)
            try await put(marker, [])
            timeline = LiveTimeline(
                videoID: next, source: source.name, continues: timeline.videoID, startTime: start)
        }
        if isPaced, !queue.hasRoom(for: chunk.bytes.count) {
            timeline.drop(chunk, "log full")
            self.timeline = timeline
            if !saidOfRoom {
                saidOfRoom = true
                logger.warning("the log is slow or full, and the buffer too: frames are left out")
            }
            return
        }
        if saidOfRoom, isPaced {
            saidOfRoom = false
            logger.info("the log has room again")
        }
        let header = timeline.place(chunk, epoch: epoch)
        self.timeline = timeline
        report { $0.isLost = false }
        try await put(header, chunk.bytes)
    }

    private func put(_ header: ChunkHeader, _ bytes: [UInt8]) async throws {
        // A live source never gets here without room for its pictures; markers are small.
        if !bytes.isEmpty { try await queue.room(for: bytes.count) }
        lastSaid = .now
        queue.put(header, bytes)
    }

    /// Waits before the source is opened again, longer each time.
    private func pause(after failures: Int, _ reason: String) async throws {
        if let limit = settings.giveUpAfter, .now - lastFrame >= limit {
            throw MediaError(
                .unreadable, operation: "open",
                detail: "'\(source.name)' was given up, as nothing came for \(limit.components.seconds) s: \(reason)")
        }
        let pause = min(settings.pauses.first * (1 << min(failures, 10)), settings.pauses.longest)
        logger.warning(
            "source lost: trying again",
            metadata: [
                "source": "\(source.name)", "reason": "\(reason)", "in_seconds": "\(pause.components.seconds)",
            ])
        report { progress in
            progress.isLost = true
            progress.reconnects += 1
        }
        let until = ContinuousClock.now + pause
        while .now < until, !interrupt.isStopped {
            if .now - lastSaid >= settings.silence, queue.isEmpty, let marker = timeline?.marker(isLast: false) {
                // Workers give a video up of which nothing comes.
                try await put(marker, [])
            }
            try await Task.sleep(for: min(.milliseconds(100), until - .now))
        }
    }
}
