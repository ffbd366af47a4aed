/// One displayed frame of a video, decoded, or known to be undecodable.
public struct DecodedFrame {
    /// Counts the displayed frames of the video from 0, in presentation order.
    public var index: Int
    /// When the frame is displayed, in the source's time base.
    public var pts: Int64
    /// The picture; nil where the frame could not be decoded.
    public var image: VideoFrame?

    public init(index: Int, pts: Int64, image: VideoFrame?) {
        self.index = index
        self.pts = pts
        self.image = image
    }
}
