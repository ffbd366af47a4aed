public import EventLog
internal import Foundation
public import Pipeline

/// Where it is read from which camera took a video.
public enum CameraSource: Sendable, Hashable, CustomStringConvertible {
    /// A regular expression for the video's ID, whose first group is the camera (all that matches, where it has none).
    case videoID(pattern: String)
    /// A header of the video's records in topic `results`.
    case header(String)

    /// The header that says which camera took a video, unless another is named.
    public static let headerName = "lapwing-camera"

    /// Reads `video-id:REGEX`, `header` or `header:NAME`.
    ///
    /// - Throws: `PipelineError` with code `.unsuitableSettings` that says what is wrong.
    public init(_ text: String) throws(PipelineError) {
        if text == "header" {
            self = .header(Self.headerName)
        } else if text.hasPrefix("header:"), text.utf8.count > 7 {
            self = .header(String(text.dropFirst(7)))
        } else if text.hasPrefix("video-id:"), text.utf8.count > 9 {
            let pattern = String(text.dropFirst(9))
            do {
                _ = try NSRegularExpression(pattern: pattern)
            } catch {
                throw PipelineError(.unsuitableSettings, "'\(pattern)' is not a regular expression")
            }
            self = .videoID(pattern: pattern)
        } else {
            throw PipelineError(
                .unsuitableSettings, "'\(text)' is none of video-id:REGEX, header and header:NAME")
        }
    }

    public var description: String {
        switch self {
        case .videoID(let pattern): "video-id:\(pattern)"
        case .header(let name): "header:\(name)"
        }
    }

    /// The camera of a video; nil where there is none, or its name is empty or longer than 128 bytes.
    ///
    /// - Parameter record: one of the video's records in topic `results`.
    public func camera(of video: VideoID, record: Record) -> String? {
        let name: String?
        switch self {
        case .header(let header):
            name = record.header(header).map { String(decoding: $0, as: UTF8.self) }
        case .videoID(let pattern):
            let id = video.rawValue
            let match = try? NSRegularExpression(pattern: pattern).firstMatch(
                in: id, range: NSRange(id.startIndex..., in: id))
            name = match.flatMap { match in
                Range(match.range(at: match.numberOfRanges > 1 ? 1 : 0), in: id).map { String(id[$0]) }
            }
        }
        return name.flatMap { (1...128).contains($0.utf8.count) ? $0 : nil }
    }
}
