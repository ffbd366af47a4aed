internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Serving

/// A video file on its way to a browser, which asks for pieces of it (RFC 9110, section 14).
struct MediaFile {
    private let file: URL
    private let size: Int
    private let modified: Date?

    /// - Throws: ``Problem`` `no_media` when it is gone.
    init(_ file: URL) throws {
        self.file = file
        guard let facts = try? FileManager.default.attributesOfItem(atPath: file.path),
            let size = facts[.size] as? Int
        else { throw Problem(.notFound, "no_media", "\(file.lastPathComponent) is no longer there") }
        self.size = size
        modified = facts[.modificationDate] as? Date
    }

    /// What browsers can play, by the file's ending.
    static func type(of file: URL) -> String {
        switch file.pathExtension.lowercased() {
        case "mp4", "m4v": "video/mp4"
        case "mov": "video/quicktime"
        case "webm": "video/webm"
        case "mkv": "video/x-matroska"
        case "ogv": "video/ogg"
        case "ts", "mts", "m2ts": "video/mp2t"
        default: "application/octet-stream"
        }
    }

    func response(to request: Request, context: ServingContext) async throws -> Response {
        let tag = "\"\(size)-\(Int((modified?.timeIntervalSince1970 ?? 0) * 1000))\""
        var headers: HTTPFields = [
            .contentType: Self.type(of: file), .acceptRanges: "bytes", .eTag: tag, .cacheControl: "private, no-cache",
        ]
        guard size > 0 else { return Response(status: .ok, headers: headers) }
        let condition = request.headers[.ifRange]
        guard let text = request.headers[.range], condition == nil || condition == tag,
            let range = Self.range(text, size: size)
        else {
            return Response(
                status: .ok, headers: headers, body: try await FileIO().loadFile(path: file.path, context: context))
        }
        guard let range = range else {
            throw Problem(
                .rangeNotSatisfiable, "bad_range", "\(text): the file has \(size) bytes",
                headers: [.contentRange: "bytes */\(size)"])
        }
        headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound)/\(size)"
        return Response(
            status: .partialContent, headers: headers,
            body: try await FileIO().loadFile(path: file.path, range: range, context: context))
    }

    /// The one range that is asked for.
    ///
    /// - Returns: nil for what is no single range of bytes, and then is passed over; a nil range for one that the file does
    ///   not have.
    static func range(_ text: String, size: Int) -> ClosedRange<Int>?? {
        guard text.hasPrefix("bytes=") else { return nil }
        let ends = text.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, !text.contains(",") else { return nil }
        let (first, last) = (Int(ends[0]), Int(ends[1]))
        guard (first != nil || ends[0].isEmpty) && (last != nil || ends[1].isEmpty) else { return nil }
        switch (first, last) {
        case (let first?, let last?):
            guard first <= last else { return nil }
            return .some(first < size ? first...min(last, size - 1) : nil)
        case (let first?, nil): return .some(first < size ? first...(size - 1) : nil)
        case (nil, let count?): return .some(count > 0 ? max(0, size - count)...(size - 1) : nil)
        case (nil, nil): return nil
        }
    }
}
