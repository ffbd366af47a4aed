/// When a video's first chunk may be processed.
public enum StartPolicy: String, Sendable, CaseIterable {
    /// Once all its chunks are in.
    case complete
    /// As soon as the chunk is in.
    case streaming
}
