internal import Media

extension ChunkHeader {
    /// What the decoder needs to know to give every frame its index and its time.
    func decodingInfo() throws(PipelineError) -> ChunkDecodingInfo {
        ChunkDecodingInfo(
            name: "chunk \(index) of video \(videoID)", container: try chunkContainer(), firstFrame: firstFrame,
            frameCount: frameCount, prerollFrames: prerollFrames, prerollPackets: prerollPackets,
            hiddenPackets: hiddenPackets ?? [], timestampShift: timestampShift, timeBase: try parsedTimeBase(),
            rotation: rotation, exactPTS: exactPTS)
    }

    /// The place of a frame.
    ///
    /// - Parameter size: of its picture; nil: it has none.
    func place(
        frame: Int, pts: Int64, size: (width: Int, height: Int)?, timeBase: Rational
    ) -> FramePlace {
        FramePlace(
            index: frame, pts: pts, timeMilliseconds: Double(pts - startPTS) * 1000 * timeBase.value,
            width: size?.width ?? width, height: size?.height ?? height)
    }

    /// About how many frames there are in so much time, as far as this chunk tells.
    func framesWithin(milliseconds: Int) -> Int {
        var rate = 0.0
        if frameCount > 0, duration > 0, let timeBase = try? parsedTimeBase() {
            rate = Double(frameCount) / (Double(duration) * timeBase.value)
        } else if let parts = frameRate?.split(separator: "/").map({ Double($0) ?? 0 }), parts.count == 2, parts[1] > 0
        {
            rate = parts[0] / parts[1]
        }
        let frames = Double(milliseconds) / 1000 * rate
        return Int(exactly: min(max(frames, 0), 1e9).rounded()) ?? 0
    }

    func chunkContainer() throws(PipelineError) -> ChunkContainer {
        guard let known = ChunkContainer(rawValue: container) else {
            throw PipelineError(.invalidRecord, "container '\(container)' is not one that chunks come in")
        }
        return known
    }

    func parsedTimeBase() throws(PipelineError) -> Rational {
        let parts = timeBase.split(separator: "/").map { Int32($0) }
        guard parts.count == 2, let numerator = parts[0], let denominator = parts[1], numerator > 0, denominator > 0
        else {
            throw PipelineError(.invalidRecord, "time base '\(timeBase)' is not a fraction of two positive numbers")
        }
        return Rational(Int(numerator), Int(denominator))
    }
}

extension Rational {
    /// `1/25000`, as FFmpeg prints it.
    var text: String { "\(numerator)/\(denominator)" }
}
