/// Bounds on what a file may ask for, checked before memory is allocated.
public struct MediaLimits: Sendable, Hashable {
    /// Most pixels a picture may have, as stored; 16384 × 16384 unless told.
    public var maxPixels: Int
    /// Most streams a file may have; 1000 unless told.
    public var maxStreams: Int
    /// Most bytes one packet may have; 1 GiB unless told.
    public var maxPacketBytes: Int

    public init(maxPixels: Int = 16384 * 16384, maxStreams: Int = 1000, maxPacketBytes: Int = 1 << 30) {
        self.maxPixels = maxPixels
        self.maxStreams = maxStreams
        self.maxPacketBytes = maxPacketBytes
    }

    public static let `default` = MediaLimits()
}
