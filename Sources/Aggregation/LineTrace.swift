/// How an object stands to a counting line.
///
/// It is on one of the line's sides once its point is farther from it than the hysteresis. It has crossed when it is then
/// on the other side, and the last time that its way met the line (its points joined by straight lines) was between the
/// line's ends. So what jitters on the line is counted once, and what goes round its end is not.
struct LineTrace: Sendable, Hashable {
    /// The side that it was last clearly on: −1 left, 1 right, 0 none yet.
    var settled = 0
    /// The side that its point was last on, however near the line; 0 none yet.
    var side = 0
    /// Whether its way last met the line between its ends.
    var isWithin = false

    /// Moves the object.
    ///
    /// - Parameters:
    ///   - previous: where it was seen before; nil: nowhere.
    ///   - line: in pixels, with its hysteresis.
    /// - Returns: whether it has crossed inwards; nil when it has not crossed.
    mutating func move(from previous: ZonePoint?, to point: ZonePoint, over line: CountingLine) -> Bool? {
        let distance = line.distance(of: point)
        let newSide = distance > 0 ? 1 : distance < 0 ? -1 : side
        if newSide != side, side != 0, let previous {
            let before = line.distance(of: previous)
            let share = before / (before - distance)
            isWithin = line.spans(
                ZonePoint(
                    x: previous.x + share * (point.x - previous.x), y: previous.y + share * (point.y - previous.y)))
        }
        side = newSide
        guard abs(distance) > line.hysteresis ?? 0 else { return nil }
        defer { settled = newSide }
        return settled == -newSide && isWithin ? newSide > 0 : nil
    }
}
