/// What the results of a video can be written as.
///
/// What each of them holds is in docs/exports.md.
public enum ExportFormat: String, Sendable, Hashable, CaseIterable {
    /// Every record as it was published.
    case jsonl
    /// One row per box, with the column names of supervision's `CSVSink`.
    case csv
    /// MOTChallenge text: confirmed objects, frames counted from 1.
    case mot
    /// A COCO data set of one video: images, annotations, categories, tracks.
    case coco
    /// The list of detections that pycocotools' `loadRes` reads.
    case cocoResults = "coco-results"
    /// Apache Parquet, with the columns of ``csv``.
    case parquet

    /// What files of this format are called: `parquet` in `street.parquet`.
    public var fileExtension: String {
        switch self {
        case .jsonl: "jsonl"
        case .csv: "csv"
        case .mot: "txt"
        case .coco, .cocoResults: "json"
        case .parquet: "parquet"
        }
    }

    /// The media type, for HTTP.
    public var mediaType: String {
        switch self {
        case .jsonl: "application/jsonl"
        case .csv: "text/csv; charset=utf-8"
        case .mot: "text/plain; charset=utf-8"
        case .coco, .cocoResults: "application/json"
        case .parquet: "application/vnd.apache.parquet"
        }
    }

    /// Whether nobody reads this on a terminal: bytes, or a text of one line.
    public var isForFiles: Bool { self == .parquet || self == .coco || self == .cocoResults }
}
