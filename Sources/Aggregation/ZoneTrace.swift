/// How an object stands to a zone.
///
/// A visit begins when its point is inside, and is over when it is farther outside than the hysteresis: so what jitters on
/// the border makes one visit.
struct ZoneTrace: Sendable, Hashable {
    /// When the visit began, in milliseconds of video time; nil: it is outside.
    var entered: Int?
    /// When it was last seen in the visit.
    var lastInside = 0
    /// Whether it was seen outside before the visit.
    var wasOutside = false
    /// Whether it was counted among the zone's objects.
    var isCounted = false
    /// Visits that are not counted yet, since the object is not confirmed; of these, those that began outside.
    var visits = 0
    var entries = 0
    /// How long those were that are over, in milliseconds.
    var dwell: [Int] = []

    var isInside: Bool { entered != nil }

    /// Moves the object.
    ///
    /// - Parameters:
    ///   - zone: in pixels, with its hysteresis.
    ///   - isCounted: whether the zone counts its class; if not, it is outside.
    mutating func move(to point: ZonePoint, at time: Int, in zone: Zone, counts: Bool) {
        var isInside = counts && zone.contains(point)
        if !isInside, counts, entered != nil { isInside = zone.distanceToBorder(point) <= zone.hysteresis ?? 0 }
        if isInside {
            if entered == nil {
                entered = time
                visits += 1
                if wasOutside { entries += 1 }
            }
            lastInside = time
        } else {
            leave()
            wasOutside = true
        }
    }

    /// Ends the visit, if there is one.
    mutating func leave() {
        guard let start = entered else { return }
        dwell.append(lastInside - start)
        entered = nil
    }

    /// Counts what is not counted yet.
    mutating func count(into tally: inout ZoneTally, label: String) {
        guard visits > 0 || !dwell.isEmpty else { return }
        var counts = tally.classes[label] ?? ZoneTally.ClassCount()
        counts.visits &+= visits
        counts.entries &+= entries
        if !isCounted {
            isCounted = true
            counts.objects &+= 1
        }
        tally.classes[label] = counts
        for milliseconds in dwell { tally.dwell.add(milliseconds) }
        (visits, entries, dwell) = (0, 0, [])
    }
}
