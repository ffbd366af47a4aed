import ArgumentParser
import Evaluation
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

            The page has a contact sheet, how many objects were in view over time, a timeline of the objects with their
            portraits, the ways they went, the ledger and the settings. It needs no other file and no network.
            """)

    @Argument(help: "The video.")
    var input: String

    @Option(name: .long, help: ArgumentHelp("What was found in it: a results.jsonl.", valueName: "file"))
    var results: String

    @Option(name: .long, help: ArgumentHelp("The page to write; an existing file is replaced.", valueName: "file"))
    var output: String

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
    }

    func run() async throws {
        let demuxer = try Demuxer(path: input)
        guard !File.isSame(input, output), !File.isSame(results, output) else {
            throw UsageError(message: "--output \(output) is an input of this call; give another name")
        }
        try FrameResults(path: results).check(areOf: input, stream: demuxer.stream, force: force)
        var report = VideoReport()
        let reader = try ResultsFileReader(path: results)
        while let record = try reader.next() { report.add(record) }

        var page = ReportPage(
            title: title ?? URL(fileURLWithPath: input).lastPathComponent, report: report, version: Version.text,
            color: Annotator.cssColor(ofObject:))
        page.evaluation = try groundTruth.map(evaluation)
        page.annotatedVideo = annotated.map { relative($0) }
        let longest = report.objects.sorted { ($1.frames, $0.trackID) < ($0.frames, $1.trackID) }.prefix(objects)
        let shown = Set(longest.map(\.objectID))
        page.shownObjects = report.objects.filter { shown.contains($0.objectID) }
        var photographer = try Photographer(page: page, stream: demuxer.stream, results: results)
        try photographer.takePictures(
            of: ChunkSplitter(demuxer: demuxer, targetSeconds: 1, maxBytes: 1 << 30),
            sheet: Set(report.sheetFrames(pictures)), name: input)
        page = photographer.page
        try File.write(page.html(), to: output)
        let size = Table.bytes((try? FileManager.default.attributesOfItem(atPath: output)[.size] as? Int) ?? 0)
        print("\(output)  \(page.sheet.count) pictures, \(page.shownObjects.count) objects  \(size)")
    }

    /// How the results compare with the ground truth, as `lapwing evaluate` computes it.
    private func evaluation(_ truth: String) throws -> ReportPage.Evaluation {
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

/// Takes the pictures that a page needs, out of one pass through the video.
struct Photographer {
    private(set) var page: ReportPage

    private let results: FrameResults
    private let canvas: Canvas
    private let stream: VideoStreamInfo
    private let bar = ProgressBar(unit: "frames")

    init(page: ReportPage, stream: VideoStreamInfo, results: String) throws {
        self.page = page
        self.stream = stream
        self.results = try FrameResults(path: results)
        canvas = try Canvas(width: stream.width, height: stream.height)
    }

    mutating func takePictures(of splitter: ChunkSplitter, sheet: Set<Int>, name: String) throws {
        let portraits = Dictionary(grouping: page.shownObjects, by: \.bestFrame)
        let wanted = sheet.union(portraits.keys).union(page.report.frames > 0 ? [page.report.quietestFrame] : [])
        let threads = max(1, min(8, ProcessInfo.processInfo.activeProcessorCount))
        while let chunk = try splitter.next() {
            try Task.checkCancellation()
            let frames = chunk.firstFrame..<chunk.firstFrame + chunk.frameCount
            // Most chunks of a long video are not decoded at all.
            guard let last = wanted.filter(frames.contains).max() else { continue }
            let decoder = try ChunkDecoder(
                bytes: chunk.bytes, info: chunk.decodingInfo(name: "'\(name)'"), threads: threads)
            while let frame = try decoder.next(), frame.index <= last {
                bar.update(done: frame.index, total: page.report.lastFrame + 1, note: "looking")
                guard wanted.contains(frame.index), let image = frame.image else { continue }
                try canvas.setToPicture(image)
                if frame.index == page.report.quietestFrame {
                    page.scene = try JPEGEncoder.encode(canvas, maximumWidth: 1280)
                }
                for object in portraits[frame.index] ?? [] {
                    page.portraits[object.objectID] = try portrait(of: object)
                }
                if sheet.contains(frame.index) {
                    let time = Double(frame.pts - chunk.startPTS) * stream.timeBase.value * 1000
                    page.sheet.append(try drawn(frame.index, milliseconds: time))
                }
            }
        }
        bar.finish()
    }

    /// The object with some of its surroundings; nil when its box lies outside the picture.
    private func portrait(of object: ObjectHistory) throws -> [UInt8]? {
        let box = object.bestBox
        let scaleX = Double(canvas.width) / Double(max(page.report.width, 1))
        let scaleY = Double(canvas.height) / Double(max(page.report.height, 1))
        let marginX = (box.x2 - box.x1) * 0.08
        let marginY = (box.y2 - box.y1) * 0.08
        let left = Int(max(0, (box.x1 - marginX) * scaleX))
        let top = Int(max(0, (box.y1 - marginY) * scaleY))
        let right = Int(min(Double(canvas.width), (box.x2 + marginX) * scaleX))
        let bottom = Int(min(Double(canvas.height), (box.y2 + marginY) * scaleY))
        guard left < right, top < bottom else { return nil }
        return try JPEGEncoder.encode(
            canvas, region: .init(x: left, y: top, width: right - left, height: bottom - top), maximumWidth: 128,
            maximumHeight: 96)
    }

    private func drawn(_ frame: Int, milliseconds: Double) throws -> ReportPage.Picture {
        let objects =
            try results.record(of: frame)?
            .annotations(width: canvas.width, height: canvas.height, onlyConfirmed: false) ?? []
        Annotator(options: .init(trailFrames: 0)).draw(objects, frame: frame, on: canvas)
        return ReportPage.Picture(
            frame: frame, milliseconds: milliseconds, jpeg: try JPEGEncoder.encode(canvas, maximumWidth: 960))
    }
}
