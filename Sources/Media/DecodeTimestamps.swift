/// Gives packets decoding times that a muxer accepts: strictly ascending, and never after the presentation time.
///
/// The container's own times are kept where they are such times. Otherwise the decoding times are the presentation times
/// in ascending order, late by as many packets as the stream reorders.
struct DecodeTimestamps {
    private var last: Int64?
    private var newestPTS: [Int64] = []

    /// The greatest number of packets that precede one in decoding order and follow it in presentation order.
    static func reorderDepth(of pts: [Int64]) -> Int {
        var depth = 0
        for (rank, position) in presentationOrder(of: pts).enumerated() { depth = max(depth, position - rank) }
        return depth
    }

    /// Positions of `pts` in ascending order of their values; equal ones in decoding order.
    static func presentationOrder(of pts: [Int64]) -> [Int] {
        pts.indices.sorted { (pts[$0], $0) < (pts[$1], $1) }
    }

    /// - Parameters:
    ///   - pts: presentation times of the next packets, in decoding order.
    ///   - dts: their decoding times as stored, nil where there are none.
    ///   - step: ticks between frames, for times before the first one.
    mutating func assign(pts: [Int64], dts: [Int64?], step: Int64) -> [Int64] {
        guard !pts.isEmpty else { return [] }
        let assigned = kept(pts: pts, dts: dts) ?? made(pts: pts, step: max(1, step))
        last = assigned.last
        newestPTS = (newestPTS + pts).sorted().suffix(64)
        return assigned
    }

    private func kept(pts: [Int64], dts: [Int64?]) -> [Int64]? {
        var previous = last
        var result: [Int64] = []
        result.reserveCapacity(pts.count)
        for (pts, dts) in zip(pts, dts) {
            guard let dts, dts <= pts, previous.map({ $0 < dts }) ?? true else { return nil }
            previous = dts
            result.append(dts)
        }
        return result
    }

    private func made(pts: [Int64], step: Int64) -> [Int64] {
        let sorted = pts.sorted()
        let delay = Self.reorderDepth(of: pts)
        let before = Array(newestPTS.suffix(delay))
        var previous = last
        return pts.indices.map { position in
            var time: Int64
            if position >= delay {
                time = sorted[position - delay]
            } else if position + before.count >= delay {
                time = before[position + before.count - delay]
            } else {
                time = (before.first ?? sorted[0]) - Int64(delay - before.count - position) * step
            }
            if let previous, time <= previous { time = previous + 1 }
            previous = time
            return time
        }
    }
}
