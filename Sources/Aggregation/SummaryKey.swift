internal import Pipeline

/// The key of a record in topic `summaries`.
///
/// A video's is its ID, `total/3` that of all videos of partition 3, `camera/NAME/3` that of a camera's. Those of a group
/// other than the usual one begin with `@GROUP/`. A video's ID has no slash, so that no two are the same.
enum SummaryKey: Hashable, Comparable {
    case camera(String, partition: Int)
    case total(partition: Int)
    case video(VideoID)

    /// What the keys of a group begin with.
    static func prefix(group: String?) -> String { group.map { "@\($0)/" } ?? "" }

    /// Reads a key; nil when it is not one of the group's.
    init?(_ text: String, group: String?) {
        let prefix = Self.prefix(group: group)
        guard text.hasPrefix(prefix) else { return nil }
        let rest = text.dropFirst(prefix.count)
        if let video = try? VideoID(String(rest)) {
            self = .video(video)
        } else if rest.hasPrefix("total/"), let partition = Int(rest.dropFirst(6)) {
            self = .total(partition: partition)
        } else if rest.hasPrefix("camera/"), let slash = rest.lastIndex(of: "/"),
            let partition = Int(rest[rest.index(after: slash)...]), rest.index(rest.startIndex, offsetBy: 7) <= slash
        {
            self = .camera(String(rest[rest.index(rest.startIndex, offsetBy: 7)..<slash]), partition: partition)
        } else {
            return nil
        }
    }

    func text(group: String?) -> String {
        let name =
            switch self {
            case .video(let id): id.rawValue
            case .total(let partition): "total/\(partition)"
            case .camera(let camera, let partition): "camera/\(camera)/\(partition)"
            }
        return Self.prefix(group: group) + name
    }
}
