import Aggregation
import ArgumentParser
import Evaluation
import EventLog
import Foundation
import Media
import Pipeline
import Report

/// One page about a video.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Make one self-contained HTML page of a video's results.",
        discussion: """
            Examples:
              lapwing report street.mp4 --results out/street-3f9a2c1b77aa/results.jsonl --output street.html
              lapwing report street.mp4 --results results.jsonl --output page.html --ground-truth street/gt/gt.txt
              lapwing report street-3f9a2c1b77aa --log sqlite:lapwing.db --output street.html
              lapwing report street-3f9a2c1b77aa --log sqlite:lapwing.db --input street.mp4 --zones zones.yaml \\
                --output street.html

            The page has a contact sheet, how many objects were in view over time, a timeline of the objects with their
            portraits, the ways they went, a heat map, what zones and lines have counted, the ledger and the settings. Without
            the video it has all but its pictures. It needs no other file and no network.
            """)

    @Argument(help: ArgumentHelp("With --results, the video; with --log, its ID.", valueName: "video"))
    var video: String?

    @OptionGroup var source: ReadingOptions

    @Option(
        name: .long,
        help: ArgumentHelp(
            "With --log, the video, if it is at hand. Without it the page has no pictures.", valueName: "file"))
    var input: String?

    @Option(name: .long, help: ArgumentHelp("The page to write; an existing file is replaced.", valueName: "file"))
    var output: String

    @OptionGroup var sceneOptions: SceneOptions

    @Option(
        name: .long,
        help: ArgumentHelp("Ground truth to compare with, MOTChallenge text as in gt.txt.", valueName: "file"))
    var groundTruth: String?

    @Option(name: .long, help: "The page's title; the video's name if not given.")
    var title: String?

    @Option(name: .long, help: "How many pictures the contact sheet has.")
    var pictures = 12

    @Option(name: .long, help: "How many objects the timeline shows: those that were seen longest.")
    var objects = 100

    @Option(name: .long, help: ArgumentHelp("An annotated video to link to.", valueName: "file"))
    var annotated: String?

    @Flag(name: .long, help: "Go on even if the results are of another file: the video was converted or scaled.")
    var force = false

    func validate() throws {
        guard (0...200).contains(pictures) else { throw ValidationError("--pictures must be between 0 and 200") }
        guard (0...10_000).contains(objects) else { throw ValidationError("--objects must be between 0 and 10000") }
        if source.results != nil {
            guard video == nil || input == nil else {
                throw ValidationError(
                    "with --results the video is given once: as \(video ?? "") or as --input \(input ?? "")")
            }
        } else if source.log == nil {
            throw ValidationError(
                "give --results FILE, or a video's ID and --log LOG: what was found is read from there")
        } else if video == nil {
            throw ValidationError("give the ID of a video in the log; 'lapwing status --log LOG' lists them")
        }
    }

    func run() async throws {
        if let results = source.results { return try report(of: results, input: video ?? input) }
        let options = try source.logOptions(remedy: "give --log LOG")
        let id = try VideoID.ofArgument(video ?? "")
        let log = try options.open(mustExist: true)
        let results = try await TemporaryResults(of: id, in: log, options)
        await log.close()
        try withExtendedLifetime(results) { try report(of: results.path, input: input) }
    }

    /// - Parameter input: the video; nil: it is not at hand.
    private func report(of results: String, input: String?) throws {
        let demuxer = try input.map { try Demuxer(path: $0) }
        guard !File.isSame(results, output), !(input.map { File.isSame($0, output) } ?? false) else {
            throw UsageError(message: "--output \(output) is an input of this call; give another name")
        }
        if let input, let demuxer {
            try FrameResults(path: results).check(areOf: input, stream: demuxer.stream, force: force)
        }
        let zones = try sceneOptions.read()
        var report = VideoReport()
        var aggregation: VideoAggregation?
        let reader = try ResultsFileReader(path: results)
        while let record = try reader.next() {
            report.add(record)
            if aggregation == nil {
                aggregation = VideoAggregation(record.videoID, settings: AggregationSettings(zones: zones))
            }
            aggregation?.add(record)
        }

        let name = input.map { URL(fileURLWithPath: $0).lastPathComponent } ?? report.started?.source?.name
        var page = ReportPage(
            title: title ?? name ?? report.videoID?.rawValue ?? "Nothing yet", report: report, version: Version.text,
            color: Annotator.cssColor(ofObject:))
        page.summary = aggregation?.summary
        page.zones = zones
        page.evaluation = try groundTruth.map { try evaluation($0, results: results) }
        page.annotatedVideo = annotated.map { relative($0) }
        let longest = report.objects.sorted { ($1.frames, $0.trackID) < ($0.frames, $1.trackID) }.prefix(objects)
        let shown = Set(longest.map(\.objectID))
        page.shownObjects = report.objects.filter { shown.contains($0.objectID) }
        if let input, let demuxer {
            var photographer = try Photographer(page: page, stream: demuxer.stream, results: results)
            try photographer.takePictures(
                of: ChunkSplitter(demuxer: demuxer, targetSeconds: 1, maxBytes: 1 << 30),
                sheet: Set(report.sheetFrames(pictures)), name: input)
            page = photographer.page
        }
        try File.write(page.html(), to: output)
        let size = Table.bytes((try? FileManager.default.attributesOfItem(atPath: output)[.size] as? Int) ?? 0)
        print("\(output)  \(page.sheet.count) pictures, \(page.shownObjects.count) objects  \(size)")
    }

    /// How the results compare with the ground truth, as `lapwing evaluate` computes it.
    private func evaluation(_ truth: String, results: String) throws -> ReportPage.Evaluation {
        let scores = try TrackingEvaluation(
            [TrackFile.sequence(groundTruth: truth, results: results)], convention: .lapwing)
        let sheet = ScoreSheet(scores)
        let all = scores.combined.all
        func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }
        return ReportPage.Evaluation(
            figures: [
                .init(
                    name: "MOTA", value: percent(all.clear.mota),
                    note: "\(Table.grouped(all.clear.falseNegatives)) missed, "
                        + "\(Table.grouped(all.clear.falsePositives)) too many"),
                .init(
                    name: "IDF1", value: percent(all.identity.idf1),
                    note: "\(Table.grouped(all.clear.identitySwitches)) identity switches"),
                .init(name: "HOTA", value: percent(all.hota.hota), note: "boxes and identities at once"),
            ], header: sheet.header, rows: sheet.cells)
    }

    /// The annotated video as seen from the page's folder.
    private func relative(_ path: String) -> String {
        let target = URL(fileURLWithPath: path).standardizedFileURL.pathComponents
        let base = URL(fileURLWithPath: output).standardizedFileURL.deletingLastPathComponent().pathComponents
        let common = zip(target, base).prefix { $0 == $1 }.count
        let steps = Array(repeating: "..", count: base.count - common) + target[common...]
        return steps.map { $0.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? $0 }
            .joined(separator: "/")
    }
}
