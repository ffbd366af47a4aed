import Evaluation

/// Whether two outputs hold the same boxes in each frame and divide them into tracks alike; identities may differ.
struct TrackComparison: CustomStringConvertible {
    var referenceCount, outputCount: Int
    /// Rows of the reference with a row of the output at the same place.
    var matchedCount = 0
    /// Matched rows that lie in another track than most of their track.
    var strayCount = 0

    var isEqual: Bool { matchedCount == referenceCount && matchedCount == outputCount && strayCount == 0 }

    init(reference: [MOTRow], output: [MOTRow], tolerance: Double = 0.05) {
        referenceCount = reference.count
        outputCount = output.count
        var free = Dictionary(grouping: output, by: \.frame)
        var forward: [Int: [Int: Int]] = [:]
        var backward: [Int: [Int: Int]] = [:]
        for row in reference {
            let candidates = free[row.frame] ?? []
            let errors = candidates.map { Self.error(row, $0) }
            guard let best = errors.indices.min(by: { errors[$0] < errors[$1] }), errors[best] <= tolerance else {
                continue
            }
            let id = candidates[best].id
            free[row.frame]?.remove(at: best)
            matchedCount += 1
            forward[row.id, default: [:]][id, default: 0] += 1
            backward[id, default: [:]][row.id, default: 0] += 1
        }
        for counts in Array(forward.values) + Array(backward.values) {
            strayCount += counts.values.reduce(0, +) - (counts.values.max() ?? 0)
        }
    }

    /// Whether two outputs have the same boxes row by row, to a thousandth of a pixel.
    static func areInSameOrder(_ a: [MOTRow], _ b: [MOTRow]) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { $0.frame == $1.frame && error($0, $1) < 0.001 }
    }

    private static func error(_ a: MOTRow, _ b: MOTRow) -> Double {
        max(abs(a.x - b.x), abs(a.y - b.y), abs(a.width - b.width), abs(a.height - b.height))
    }

    var description: String {
        "rows \(referenceCount) and \(outputCount), same box \(matchedCount), in another track \(strayCount)"
    }
}
