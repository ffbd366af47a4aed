import Synchronization

/// The progress line of many renderings.
final class SynthesisProgress: Sendable {
    private let bar = ProgressBar(unit: "frames")
    private let videos: Int
    private let frames: Int
    private let state = Mutex((frames: 0, videos: 0))

    init(videos: Int, frames: Int) {
        self.videos = videos
        self.frames = frames
    }

    func frameDone() { update { $0.frames += 1 } }
    func videoDone() { update { $0.videos += 1 } }
    func finish() { bar.finish() }

    private func update(_ change: (inout (frames: Int, videos: Int)) -> Void) {
        let now = state.withLock { state in
            change(&state)
            return state
        }
        bar.update(done: now.frames, total: frames, note: "\(now.videos)/\(videos) videos")
    }
}
