import EventLog

/// How evenly videos fall on workers: each goes to the partition that its ID's hash says.
///
/// Made-up fleets of videos are given to the real partitioner; the same numbers give the same answer.
struct Spread {
    /// The whole hashes of the videos of each fleet.
    private let fleets: [[Int]]

    init(videos: Int) {
        let count = max(10, min(100, 20_000 / max(videos, 1)))
        fleets = (0..<count).map { fleet in
            (0..<videos).map { Partitioner.partition(forKey: "camera-\(fleet)-\($0)", partitions: 1 << 31) }
        }
    }

    /// How many videos the fullest of some workers has in nine fleets of ten.
    ///
    /// - Parameters:
    ///   - partitions: shared out evenly among the workers.
    ///   - workers: 1 or more.
    func fullest(partitions: Int, workers: Int) -> Int {
        let most = fleets.map { fleet in
            var counts = [Int](repeating: 0, count: workers)
            for hash in fleet { counts[hash % partitions % workers] += 1 }
            return counts.max() ?? 0
        }
        return most.sorted()[(most.count * 9 + 9) / 10 - 1]
    }
}
