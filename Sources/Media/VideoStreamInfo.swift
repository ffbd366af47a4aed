/// What a container says about its video stream.
public struct VideoStreamInfo: Sendable, Hashable {
    /// FFmpeg's name of the codec, such as `h264`.
    public var codec: String
    /// Size in pixels as stored, before rotation.
    public var codedWidth: Int
    public var codedHeight: Int
    /// Clockwise degrees by which pictures must be turned to be displayed: 0, 90, 180 or 270.
    public var rotation: Int
    /// Seconds per tick of every timestamp of the stream.
    public var timeBase: Rational
    /// Average frames per second; nil where the container does not tell.
    public var frameRate: Rational?
    /// FFmpeg's name of the demuxer, such as `mov,mp4,m4a,3gp,3g2,mj2`.
    public var container: String
    /// Seconds, as the container claims. For progress bars only: headers lie.
    public var duration: Double?

    /// Size in pixels as displayed, after rotation.
    public var width: Int { rotation % 180 == 0 ? codedWidth : codedHeight }
    public var height: Int { rotation % 180 == 0 ? codedHeight : codedWidth }

    public init(
        codec: String, codedWidth: Int, codedHeight: Int, rotation: Int, timeBase: Rational, frameRate: Rational?,
        container: String, duration: Double?
    ) {
        self.codec = codec
        self.codedWidth = codedWidth
        self.codedHeight = codedHeight
        self.rotation = rotation
        self.timeBase = timeBase
        self.frameRate = frameRate
        self.container = container
        self.duration = duration
    }
}
