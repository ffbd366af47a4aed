import Foundation
import Media
import Pipeline
import Vision

/// Reads the records out of a file of results, one at a time, in order.
final class ResultsFileReader {
    /// The video that the records are about; nil while no record has been read.
    private(set) var videoID: VideoID?
    /// The record that was read last, as it stands in the file.
    private(set) var json: [UInt8] = []

    private let path: String
    private let file: UnsafeMutablePointer<FILE>
    private var line: UnsafeMutablePointer<CChar>?
    private var capacity = 0
    private var lineNumber = 0
    private var lastFrame = -1

    init(path: String) throws {
        self.path = path
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            throw Failure.failed("\(path): this is a folder; give the results.jsonl inside it")
        }
        guard let file = fopen(path, "r") else {
            throw Failure.failed(
                "\(path): \(String(cString: strerror(errno))); give a results.jsonl that 'lapwing run' or 'lapwing results' wrote"
            )
        }
        self.file = file
    }

    deinit {
        free(line)
        fclose(file)
    }

    /// The next record; nil at the end.
    func next() throws -> ResultRecord? {
        repeat {
            guard let line = try nextLine() else { return nil }
            lineNumber += 1
            json = line
        } while json.isEmpty
        let record: ResultRecord
        do {
            record = try ResultRecord.decode(json, what: "\(path), line \(lineNumber)")
        } catch {
            throw Failure.failed(
                "\(ErrorText.of(error)); give a results.jsonl that 'lapwing run' or 'lapwing results' wrote")
        }
        guard record.schema <= ResultRecord.currentSchema else {
            throw Failure.failed(
                "\(path), line \(lineNumber): schema \(record.schema) is newer than this Lapwing reads (\(ResultRecord.currentSchema)); use a newer Lapwing"
            )
        }
        if let videoID, videoID != record.videoID {
            throw Failure.failed(
                "\(path), line \(lineNumber): it holds results of two videos, \(videoID) and \(record.videoID); give those of one"
            )
        }
        videoID = record.videoID
        guard record.type == .frame else { return record }
        guard let frame = record.frame, frame > lastFrame else {
            throw Failure.failed(
                "\(path), line \(lineNumber): the frames are not in order; lines were moved or joined")
        }
        lastFrame = frame
        return record
    }

    private func nextLine() throws -> [UInt8]? {
        let length = getline(&line, &capacity, file)
        guard length >= 0, let line else {
            guard ferror(file) == 0 else { throw Failure.failed("\(path): \(String(cString: strerror(errno)))") }
            return nil
        }
        var bytes = line.withMemoryRebound(to: UInt8.self, capacity: length) {
            Array(UnsafeBufferPointer(start: $0, count: length))
        }
        while let last = bytes.last, last == 10 || last == 13 { bytes.removeLast() }
        return bytes
    }
}

/// Reads the frames' records out of a file of results, one at a time, in order.
final class FrameResults {
    /// The video that the records are about; nil while no record has been read.
    var videoID: VideoID? { reader.videoID }

    private let reader: ResultsFileReader
    private var isAtStart = true
    private var waiting: ResultRecord?

    private let path: String

    init(path: String) throws {
        self.path = path
        reader = try ResultsFileReader(path: path)
    }

    /// Throws if these are not the results of a video, as far as can be told before it is decoded.
    ///
    /// - Parameter force: a video that was converted or scaled is good enough.
    func check(areOf input: String, stream: VideoStreamInfo, force: Bool) throws {
        guard let first = try first(), let videoID else {
            throw Failure.failed("\(path): there is no frame in it; was the video processed?")
        }
        guard !force else { return }
        let remedy = "give the video's own results, or --force to draw them all the same"
        if let width = first.width, let height = first.height, (width, height) != (stream.width, stream.height) {
            throw Failure.failed(
                "\(path): these are results of \(videoID), whose pictures are of \(width) × \(height); those of \(input) "
                    + "are of \(stream.width) × \(stream.height); \(remedy)")
        }
        // IDs that Lapwing makes end with digits of the file's bytes.
        let digits = videoID.rawValue.split(separator: "-").last.map(String.init) ?? ""
        guard digits.count == 12, digits.allSatisfy({ $0.isHexDigit && !$0.isUppercase }), !input.contains("://") else {
            return
        }
        let own = try VideoID.forFile(atPath: input)
        guard own.rawValue.hasSuffix("-" + digits) else {
            throw Failure.failed("\(path): these are results of \(videoID), but \(input) is \(own); \(remedy)")
        }
    }

    /// The record of the first frame, which stays the next one to be read; nil when there is none.
    func first() throws -> ResultRecord? {
        if waiting == nil, isAtStart { waiting = try read() }
        return waiting
    }

    /// The record of a frame; nil when there is none. Ask for frames in ascending order.
    func record(of frame: Int) throws -> ResultRecord? {
        if waiting == nil { waiting = try read() }
        while let record = waiting, record.frame ?? 0 < frame { waiting = try read() }
        guard let record = waiting, record.frame == frame else { return nil }
        waiting = nil
        return record
    }

    /// Reads up to the end; returns how many records there were for frames after those asked for.
    func countRest() throws -> Int {
        var rest = 0
        if waiting != nil { rest += 1 }
        while try read() != nil { rest += 1 }
        return rest
    }

    /// The next frame's record; nil at the end.
    func next() throws -> ResultRecord? {
        guard let record = waiting else { return try read() }
        waiting = nil
        return record
    }

    private func read() throws -> ResultRecord? {
        while let record = try reader.next() {
            guard record.type == .frame else { continue }
            isAtStart = false
            return record
        }
        return nil
    }
}

extension ResultRecord {
    /// The record's boxes, to be drawn into a picture of a size.
    ///
    /// - Parameter onlyConfirmed: neither tentative objects nor detections that are not tracked.
    func annotations(width: Int, height: Int, onlyConfirmed: Bool) -> [AnnotatedObject] {
        // Coordinates are of the picture that was looked at.
        let scaleX = Double(width) / Double(max(self.width ?? width, 1))
        let scaleY = Double(height) / Double(max(self.height ?? height, 1))
        return (objects ?? []).compactMap { object in
            guard let box = object.bbox ?? object.trackBox else { return nil }
            let isConfirmed = object.objectID != nil && object.state != "tentative"
            if onlyConfirmed, !isConfirmed { return nil }
            return AnnotatedObject(
                box: BoundingBox(x1: box.x1 * scaleX, y1: box.y1 * scaleY, x2: box.x2 * scaleX, y2: box.y2 * scaleY),
                label: object.label, confidence: object.predicted ? nil : object.confidence, objectID: object.objectID,
                trackID: object.trackID, isConfirmed: isConfirmed, isPredicted: object.predicted)
        }
    }
}
