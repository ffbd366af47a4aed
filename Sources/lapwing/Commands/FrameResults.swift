import Foundation
import Pipeline

/// Reads the frames' records out of a file of results, one at a time, in order.
final class FrameResults {
    /// The video that the records are about; nil while no record has been read.
    private(set) var videoID: VideoID?
    /// How many frames' records have been read.
    private(set) var count = 0

    private let path: String
    private let file: UnsafeMutablePointer<FILE>
    private var line: UnsafeMutablePointer<CChar>?
    private var capacity = 0
    private var lineNumber = 0
    private var lastFrame = -1
    private var waiting: ResultRecord?

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

    /// The record of the first frame, which stays the next one to be read; nil when there is none.
    func first() throws -> ResultRecord? {
        if waiting == nil, count == 0 { waiting = try next() }
        return waiting
    }

    /// The record of a frame; nil when there is none. Ask for frames in ascending order.
    func record(of frame: Int) throws -> ResultRecord? {
        if waiting == nil { waiting = try next() }
        while let record = waiting, record.frame ?? 0 < frame { waiting = try next() }
        guard let record = waiting, record.frame == frame else { return nil }
        waiting = nil
        return record
    }

    /// Reads up to the end; returns how many records there were for frames after those asked for.
    func countRest() throws -> Int {
        var rest = 0
        if waiting != nil { rest += 1 }
        while try next() != nil { rest += 1 }
        return rest
    }

    private func next() throws -> ResultRecord? {
        while let json = try nextLine() {
            lineNumber += 1
            guard !json.isEmpty else { continue }
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
            guard record.type == .frame else { continue }
            guard let frame = record.frame, frame > lastFrame else {
                throw Failure.failed(
                    "\(path), line \(lineNumber): the frames are not in order; lines were moved or joined")
            }
            lastFrame = frame
            count += 1
            return record
        }
        return nil
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
