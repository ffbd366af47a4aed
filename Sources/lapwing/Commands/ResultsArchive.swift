import EventLog
import Exports
import Foundation
import Pipeline

/// Writes the results of every video of a log, each into a file of its own.
///
/// Every partition is read once, whatever the number of videos; a video is in memory, with what its format keeps of it, from
/// its first record to its last.
struct ResultsArchive {
    let log: any EventLog
    let topics: Topics
    let format: ExportFormat
    let folder: String

    /// A video that is being written.
    private struct Open {
        var export: ResultExport
        var file: OutputStream
    }

    private struct Tally {
        var videos = 0
        var frames = 0
        var rows = 0
        var bytes = 0
        var unfinished = 0
        var failed = 0
    }

    func write() async throws {
        guard let partitions = try await log.partitionCount(of: topics.results) else {
            throw EventLogError(
                .unknownTopic, operation: "read", detail: "\(log.name) has no topic '\(topics.results)'",
                recovery: .giveUp)
        }
        try Folder.make(folder, name: "output folder", remedy: "choose another place with --output")
        var ranges: [(partition: TopicPartition, range: Range<Int64>)] = []
        for number in 0..<partitions {
            let partition = TopicPartition(topics.results, number)
            ranges.append((partition, try await log.offsets(of: partition)))
        }
        let total = ranges.reduce(0) { $0 + $1.range.count }
        let bar = ProgressBar(unit: "records")
        var tally = Tally()
        var before = 0
        for (partition, range) in ranges {
            try await write(partition, range, into: &tally) {
                bar.update(done: before + $0, total: total, note: "writing")
            }
            before += range.count
        }
        bar.finish()
        guard tally.videos + tally.failed > 0 else {
            throw Failure.failed("\(log.name): there are no results yet; has a worker run?")
        }
        if tally.unfinished > 0 {
            Console.warning(
                "\(Table.grouped(tally.unfinished)) of the videos have not ended; their files hold what there is so far"
            )
        }
        let boxes = format == .jsonl ? "" : "\(Table.grouped(tally.rows)) boxes  "
        print(
            "\(folder)  \(Table.grouped(tally.videos)) \(tally.videos == 1 ? "video" : "videos")  "
                + "\(Table.grouped(tally.frames)) frames  \(boxes)\(Table.bytes(tally.bytes))")
        try Failure.check(failed: tally.failed, done: tally.videos)
    }

    /// - Parameter progress: is told how many records have been passed.
    private func write(
        _ partition: TopicPartition, _ range: Range<Int64>, into tally: inout Tally, progress: (Int) -> Void
    ) async throws {
        var open: [String: Open] = [:]
        // Nothing counts after a video's end, as for all who read results; nor after what could not be read.
        var closed: Set<String> = []
        var offset = range.lowerBound
        while offset < range.upperBound {
            try Task.checkCancellation()
            let records = try await log.read(partition, from: offset, maxBytes: 4 << 20, wait: .zero)
            guard let last = records.last else { break }
            for logged in records where logged.offset < range.upperBound {
                guard let json = logged.record.value, let key = logged.record.key, !closed.contains(key) else {
                    continue
                }
                do {
                    // Keys are names of files: only what is a video's ID can be one.
                    guard let id = try? VideoID(key) else { continue }
                    var video = try open[key] ?? Open(export: ResultExport(format), file: file(of: id))
                    open[key] = nil
                    try video.file.write(try video.export.add(json))
                    if video.export.end == nil {
                        open[key] = video
                    } else {
                        closed.insert(key)
                        try finish(&video, into: &tally)
                    }
                } catch let error as PipelineError where error.code == .invalidRecord {
                    Console.warning(
                        "\(key): left out, since record \(logged.offset) of \(partition) is none: \(error.detail)")
                    closed.insert(key)
                    open[key] = nil
                    tally.failed += 1
                }
            }
            offset = last.offset + 1
            progress(Int(offset - range.lowerBound))
        }
        for (_, video) in open.sorted(by: { $0.key < $1.key }) {
            var video = video
            tally.unfinished += 1
            try finish(&video, into: &tally)
        }
    }

    private func file(of video: VideoID) throws -> OutputStream {
        try OutputStream(path: "\(folder)/\(video).\(format.fileExtension)")
    }

    private func finish(_ video: inout Open, into tally: inout Tally) throws {
        while case let bytes = try video.export.finish(), !bytes.isEmpty { try video.file.write(bytes) }
        try video.file.finish()
        tally.videos += 1
        tally.frames += video.export.frames
        tally.rows += video.export.rows
        tally.bytes += video.file.bytes
    }
}
