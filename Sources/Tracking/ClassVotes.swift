/// What an object's detections were taken for: each is a vote, and the class with most votes is the object's.
///
/// With as many votes for another class, an object keeps the class that it has: so it changes as seldom as can be, and
/// what it is follows from the order of its detections alone.
struct ClassVotes: Sendable, Hashable {
    /// The votes for one class.
    struct Count: Sendable, Hashable {
        var classID: Int
        /// 1 or more.
        var votes: Int
    }

    /// The class with most votes; before the first vote, the one it began with.
    private(set) var winner: Int
    /// In the order of each class's first vote.
    private(set) var counts: [Count] = []

    init(beginningWith classID: Int) {
        winner = classID
    }

    /// - Returns: nil when no votes give this winner.
    init?(winner: Int, counts: [Count]) {
        self.winner = winner
        self.counts = counts
        guard Set(counts.map(\.classID)).count == counts.count else { return nil }
        let most = counts.map(\.votes).max() ?? 0
        guard counts.isEmpty || votes(for: winner) == most else { return nil }
    }

    mutating func add(_ classID: Int) {
        if let index = counts.firstIndex(where: { $0.classID == classID }) {
            counts[index].votes += 1
        } else {
            counts.append(Count(classID: classID, votes: 1))
        }
        if classID != winner, votes(for: classID) > votes(for: winner) { winner = classID }
    }

    private func votes(for classID: Int) -> Int {
        counts.first { $0.classID == classID }?.votes ?? 0
    }
}
