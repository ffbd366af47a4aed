public import ArgumentParser
import EventLog
public import Exports
import Foundation
import Pipeline

/// Reads results.
struct ResultsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "results",
        abstract: "Print what has been found in a video, or write it as a file for other tools.",
        discussion: """
            Examples:
              lapwing results street-3f9a2c1b77aa --log sqlite:lapwing.db
              lapwing results street-3f9a2c1b77aa --log sqlite:lapwing.db --format csv > street.csv
              lapwing results street-3f9a2c1b77aa --log sqlite:lapwing.db --format parquet --output street.parquet
              lapwing results --all --log sqlite:lapwing.db --format parquet --output archive/
              lapwing results --results out/street-3f9a2c1b77aa/results.jsonl --format coco --output street.json

            jsonl         every record as it was published: frames, track events, video events
            csv           one row per box, with supervision's column names
            mot           MOTChallenge: confirmed objects only, frames counted from 1
            coco          a COCO data set: images, annotations, categories, tracks
            coco-results  the list of detections that pycocotools' loadRes reads
            parquet       Apache Parquet: the columns of csv, typed

            docs/exports.md describes their columns and fields. The same results give the same bytes.
            """)

    @Argument(help: "The video's ID, as 'lapwing submit' and 'lapwing status' print it.")
    var video: String?

    @OptionGroup var source: ReadingOptions

    @Option(name: .long, help: "jsonl, csv, mot, coco, coco-results or parquet.")
    var format = ExportFormat.jsonl

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The file to write, or with --all the folder; an existing file is replaced. Standard output if not given.",
            valueName: "path"))
    var output: String?

    @Flag(
        name: .long, help: "Every video of the log that has results, each as a file of its own: OUTPUT/VIDEO.parquet.")
    var all = false

    @Flag(name: .long, help: "Go on until the video has ended.")
    var follow = false

    func validate() throws {
        let remedy = "for example: lapwing results street-3f9a2c1b77aa --log sqlite:lapwing.db"
        if all {
            guard video == nil, source.results == nil, !follow else {
                throw ValidationError("--all is every video of a log: it goes without VIDEO, --results and --follow")
            }
            guard output != nil else { throw ValidationError("--all needs --output FOLDER for its files") }
        } else if source.results != nil {
            guard video == nil, !follow else {
                throw ValidationError(
                    "--results FILE is one video that was read before: VIDEO and --follow are for --log")
            }
        } else if video == nil {
            throw ValidationError("give a video's ID, --all, or --results FILE; \(remedy)")
        }
        if source.results == nil, source.log == nil {
            throw ValidationError("give --log LOG, or --results FILE; \(remedy)")
        }
        if format.isForFiles, output == nil, isatty(STDOUT_FILENO) == 1 {
            throw ValidationError("--format \(format.rawValue) is not for a terminal: give --output FILE")
        }
    }

    func run() async throws {
        if let results = source.results { return try convert(results) }
        let logOptions = try source.logOptions(remedy: "give --log LOG")
        let id = try video.map(VideoID.ofArgument)
        let log = try logOptions.open(mustExist: true)
        do {
            if let id {
                try await export(id, of: log, logOptions)
            } else if let output {
                try await ResultsArchive(log: log, topics: logOptions.topics, format: format, folder: output).write()
            }
        } catch let error as EventLogError where error.code == .unknownTopic {
            throw Failure.failed("\(error.detail); has anything been submitted with this --topic-prefix?")
        }
        await log.close()
    }

    private func export(_ id: VideoID, of log: any EventLog, _ logOptions: LogOptions) async throws {
        var export = ResultExport(format)
        var file: OutputStream?
        do {
            try await ResultsReader(log: log, topics: logOptions.topics).read(id, follow: follow) { json in
                // A video that is not there leaves no file.
                if file == nil { file = try OutputStream(path: output) }
                try file?.write(try export.add(json))
            }
            guard let file else {
                throw TemporaryResults.nothing(about: id, logOptions)
            }
            try finish(&export, file)
        } catch OutputStream.Closed.closed {
            // Whoever read has read enough.
        }
    }

    /// Writes a file of results in another format.
    private func convert(_ results: String) throws {
        if let output, File.isSame(results, output) {
            throw UsageError(message: "--output \(output) is an input of this call; give another name")
        }
        let reader = try ResultsFileReader(path: results)
        var export = ResultExport(format)
        var file: OutputStream?
        do {
            while let record = try reader.next() {
                if file == nil { file = try OutputStream(path: output) }
                try file?.write(try export.add(record, json: reader.json))
            }
            guard let file else {
                throw Failure.failed("\(results): there is no record in it; was the video processed?")
            }
            try finish(&export, file)
        } catch OutputStream.Closed.closed {
            // Whoever read has read enough.
        }
    }

    private func finish(_ export: inout ResultExport, _ file: OutputStream) throws {
        while case let bytes = try export.finish(), !bytes.isEmpty { try file.write(bytes) }
        try file.finish()
        guard let output, !File.isStream(output) else { return }
        if export.end == nil { Console.warning("\(output): the video has not ended; this is what there is so far") }
        let boxes = format == .jsonl ? "" : "\(Table.grouped(export.rows)) boxes  "
        print("\(output)  \(Table.grouped(export.frames)) frames  \(boxes)\(Table.bytes(file.bytes))")
    }
}

extension ExportFormat: ExpressibleByArgument {}
