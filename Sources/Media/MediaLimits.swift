/// Bounds on what a file may ask for, checked before memory is allocated or work is done.
public struct MediaLimits: Sendable, Hashable, Codable {
    /// Most pixels a picture may have, as stored; 8192 × 8192 unless told.
    public var maxPixels: Int
    /// Most streams a file may have; 1000 unless told.
    public var maxStreams: Int
    /// Most bytes one packet may have; 256 MiB unless told.
    public var maxPacketBytes: Int
    /// Most packets a chunk may have; 2^21, a day of video without a key frame, unless told.
    public var maxPacketsPerChunk: Int
    /// The longest that one frame may take to come out of the decoder; a minute unless told.
    ///
    /// It is looked at between packets, and is there for pictures that nobody films: one that is real takes thousands of
    /// times less, so that what is decoded does not depend on how fast the machine is.
    public var maxTimePerFrame: Duration

    public init(
        maxPixels: Int = 8192 * 8192, maxStreams: Int = 1000, maxPacketBytes: Int = 1 << 28,
        maxPacketsPerChunk: Int = 1 << 21, maxTimePerFrame: Duration = .seconds(60)
    ) {
        self.maxPixels = maxPixels
        self.maxStreams = maxStreams
        self.maxPacketBytes = maxPacketBytes
        self.maxPacketsPerChunk = maxPacketsPerChunk
        self.maxTimePerFrame = maxTimePerFrame
    }

    public static let `default` = MediaLimits()

    /// Most frames that are held back until earlier ones are out. No codec reorders more than 16.
    static let maxReorderDepth = 32

    /// Most bytes FFmpeg may allocate in one piece: some headers of a few bytes ask for gigabytes.
    static let maxAllocation = 1 << 29

    /// FFmpeg's demuxers that may read a file: containers and streams of video that hold all that is in them.
    ///
    /// Left out are those that open what a file names (playlists, concat scripts, sequences of pictures, session
    /// descriptions), those that read text or sound, and formats of old games.
    static let demuxers = [
        "asf", "av1", "avi", "avs2", "avs3", "cavsvideo", "dhav", "dirac", "dnxhd", "dv", "flv", "gif", "gxf", "h261",
        "h263", "h264", "hevc", "ivf", "ivr", "kux", "lmlm4", "lxf", "m4v", "matroska", "mjpeg", "mjpeg_2000", "mov",
        "mp4", "mpeg", "mpegts", "mpegvideo", "mpjpeg", "mtv", "mxf", "nsv", "nut", "obu", "ogg", "rm", "swf", "vc1",
        "vc1test", "vvc", "webm", "wtv", "yuv4mpegpipe",
    ]
}
