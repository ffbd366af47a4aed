/// A key packet and the packets after it up to the next one, in decoding order.
struct GroupOfPictures {
    private(set) var packets: [Packet] = []
    private(set) var byteCount = 0
    private(set) var displayedCount = 0
    /// Earliest and latest presentation time among the displayed frames.
    private(set) var earliest: Int64 = .max
    private(set) var latest: Int64 = .min
    /// A decoder configuration that is new from this group on.
    private(set) var newExtradata: [UInt8]?

    /// Presentation time of the first packet.
    var start: Int64 { packets.first?.pts ?? 0 }

    /// Whether no displayed frame that follows the key packet in the file is shown before it. A decoder that starts here
    /// then misses nothing.
    var isClosed: Bool { earliest >= start }

    mutating func append(_ packet: Packet) {
        if packets.isEmpty { newExtradata = packet.newExtradata }
        packets.append(packet)
        byteCount += packet.byteCount
        guard packet.isDisplayed, let pts = packet.pts else { return }
        displayedCount += 1
        earliest = min(earliest, pts)
        latest = max(latest, pts)
    }

    /// About how much room the packets need in a chunk, with their index.
    var room: Int { byteCount + 48 * packets.count }
}
