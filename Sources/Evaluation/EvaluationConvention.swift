/// Which rows of ground truth and results count.
public enum EvaluationConvention: String, Sendable, CaseIterable {
    /// Each class by itself. Objects of the ground truth with flag 0 need not be found; a result that lies on one of
    /// them, and on no other, is left out. Frames in which an object is ignored or absent do not fragment it.
    case lapwing
    /// MOTChallenge 2015: the ground truth's rows with a flag other than 0, whatever their class, and all results.
    case mot15
    /// MOTChallenge 2016 and 2017: pedestrians with a flag other than 0. Results that lie on people who sit in vehicles,
    /// stand still, are mirrored or drawn (classes 7, 2, 12, 8) are left out. A. Milan, L. Leal-Taixé, I. Reid, S. Roth
    /// and K. Schindler, "MOT16: A Benchmark for Multi-Object Tracking", arXiv:1603.00831, 2016.
    case mot17
    /// MOTChallenge 2020: as ``mot17``, and results that lie on vehicles without a motor (class 6) are left out, too.
    case mot20

    /// MOTChallenge's label of people on foot.
    static let pedestrian = 1

    /// What a box of the ground truth does to the results.
    enum Role {
        /// It is to be found.
        case counted
        /// A result that lies on it is left out.
        case absorbing
        /// It competes for results, which then count as false positives.
        case bystander
        /// It is as if it were not there.
        case absent
    }

    func role(of row: MOTRow) -> Role {
        switch self {
        case .lapwing: row.score != 0 ? .counted : .absorbing
        case .mot15: row.score != 0 ? .counted : .absent
        case .mot17, .mot20:
            switch row.classID {
            case 2, 7, 8, 12: .absorbing
            case 6 where self == .mot20: .absorbing
            case Self.pedestrian where row.score != 0: .counted
            default: .bystander
            }
        }
    }

    /// Whether a box that is to be found gets a result before one that absorbs results.
    var prefersCounted: Bool { self == .lapwing }

    /// Whether results of a class count at all; −1 is any class.
    func accepts(resultClass: Int) -> Bool {
        switch self {
        case .lapwing, .mot15: true
        case .mot17, .mot20: resultClass == Self.pedestrian || resultClass == -1
        }
    }
}
