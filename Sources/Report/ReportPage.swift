public import Aggregation
internal import Pipeline

/// One self-contained page about a video: a contact sheet, its objects on a timeline, where they were, figures, the ledger.
///
/// Needs no other file, no script and no network; dark or light as the reader's system is.
public struct ReportPage: Sendable {
    /// A frame of the contact sheet.
    public struct Picture: Sendable {
        public var frame: Int
        public var milliseconds: Double
        public var jpeg: [UInt8]

        public init(frame: Int, milliseconds: Double, jpeg: [UInt8]) {
            self.frame = frame
            self.milliseconds = milliseconds
            self.jpeg = jpeg
        }
    }

    /// A number worth showing large.
    public struct Figure: Sendable {
        public var name: String
        public var value: String
        public var note: String

        public init(name: String, value: String, note: String = "") {
            self.name = name
            self.value = value
            self.note = note
        }
    }

    /// What the video was compared with, and how well it did.
    public struct Evaluation: Sendable {
        public var figures: [Figure]
        /// A table: its header, and rows with as many cells.
        public var header: [String]
        public var rows: [[String]]

        public init(figures: [Figure], header: [String], rows: [[String]]) {
            self.figures = figures
            self.header = header
            self.rows = rows
        }
    }

    public var title: String
    public var report: VideoReport
    /// The contact sheet.
    public var sheet: [Picture] = []
    /// What objects look like, by object ID, as JPEGs.
    public var portraits: [String: [UInt8]] = [:]
    /// A picture of the scene without drawings, as a JPEG, for the objects' ways.
    public var scene: [UInt8]?
    /// The objects that the timeline shows; there may be more in the video.
    public var shownObjects: [ObjectHistory] = []
    /// What was counted, for the heat map and the zones; nil: neither is shown.
    public var summary: VideoSummary?
    /// The zones and lines that ``summary`` was counted with.
    public var zones: ZoneFile?
    public var evaluation: Evaluation?
    /// A link to the annotated video, relative to the page.
    public var annotatedVideo: String?
    public var version: String
    /// The colour of an object, in CSS; the annotated video uses the same.
    public var color: @Sendable (String) -> String

    public init(
        title: String, report: VideoReport, version: String, color: @escaping @Sendable (_ objectID: String) -> String
    ) {
        self.title = title
        self.report = report
        self.version = version
        self.color = color
    }

    /// The whole page.
    public func html() -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="generator" content="Lapwing \(HTML.escape(version))">
        <title>\(HTML.escape(title)) – Lapwing</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        \(header)
        <main>
        \(figures)
        \(contactSheet)
        \(chart)
        \(timeline)
        \(ways)
        \(heatMap)
        \(evaluationTable)
        \(facts)
        </main>
        <footer>Made by Lapwing \(HTML.escape(version)) from the records of
        <code>\(HTML.escape(report.videoID?.rawValue ?? ""))</code>. This page needs no other file.</footer>
        </body>
        </html>

        """
    }

    // MARK: Header and figures

    private var header: String {
        var parts = ["\(HTML.grouped(report.frames)) frames", HTML.clock(report.lastTime, tenths: true)]
        if report.width > 0 { parts.append("\(report.width) × \(report.height)") }
        if let model = report.started?.model?.name { parts.append(HTML.escape(model)) }
        if let tracker = report.started?.tracker?.name { parts.append(HTML.escape(tracker)) }
        let link =
            annotatedVideo.map {
                "<p><a href=\"\(HTML.escape($0))\">Watch it with boxes, names and ways drawn in</a></p>"
            } ?? ""
        return """
            <header>
            <h1>\(HTML.escape(title))</h1>
            <p>\(parts.joined(separator: " · "))</p>
            \(link)
            </header>
            """
    }

    private var figures: String {
        var all: [Figure] = []
        let classes = report.objectsByClass
        let total = classes.reduce(0) { $0 + $1.count }
        all.append(
            Figure(
                name: total == 1 ? "object" : "objects", value: HTML.grouped(total),
                note: classes.prefix(4).map { "\(HTML.grouped($0.count)) \($0.label)" }.joined(separator: ", ")
                    + (classes.count > 4 ? ", …" : "")))
        all.append(
            Figure(
                name: "at once, at most", value: HTML.grouped(report.mostObjects),
                note: "in frame \(HTML.grouped(report.busiestFrame))"))
        all.append(
            Figure(
                name: "detections", value: HTML.grouped(report.detections),
                note: report.frames > 0
                    ? "\(HTML.decimal(Double(report.detections) / Double(report.frames), 1)) in a frame" : ""))
        if let ledger = report.ended?.ledger {
            let lost = ledger.framesUndecodable + ledger.framesMissing
            all.append(
                Figure(
                    name: "frames accounted for",
                    value: ledger.isBalanced ? "100 %" : "not all",
                    note: lost == 0
                        ? "\(HTML.grouped(ledger.framesProcessed)) of \(HTML.grouped(ledger.framesExpected ?? 0)) processed"
                        : "\(HTML.grouped(lost)) could not be"))
        }
        all += evaluation?.figures ?? []
        let tiles = all.map { figure in
            """
            <div class="tile"><b>\(HTML.escape(figure.value))</b><span>\(HTML.escape(figure.name))</span>
            <small>\(HTML.escape(figure.note))</small></div>
            """
        }
        return "<section class=\"tiles\" aria-label=\"Figures\">\n\(tiles.joined(separator: "\n"))\n</section>"
    }

    // MARK: Pictures

    private var contactSheet: String {
        guard !sheet.isEmpty else { return "" }
        let pictures = sheet.map { picture in
            let time = HTML.clock(picture.milliseconds, tenths: true)
            return """
                <figure id="frame-\(picture.frame)"><a href="#frame-\(picture.frame)" title="Larger"><img alt="Frame \
                \(picture.frame), at \(time)" src="\(HTML.jpeg(picture.jpeg))" loading="lazy"></a>
                <figcaption>\(time) <span>frame \(HTML.grouped(picture.frame))</span>
                <a class="close" href="#sheet">close</a></figcaption></figure>
                """
        }
        return """
            <section id="sheet"><h2>Contact sheet</h2>
            <div class="sheet">
            \(pictures.joined(separator: "\n"))
            </div></section>
            """
    }

    // MARK: Tables

    private var evaluationTable: String {
        guard let evaluation, !evaluation.rows.isEmpty else { return "" }
        let header = evaluation.header.enumerated().map { index, cell in
            "<th scope=\"col\"\(index > 0 ? " class=\"number\"" : "")>\(HTML.escape(cell))</th>"
        }
        let rows = evaluation.rows.map { row in
            "<tr>"
                + row.enumerated().map { index, cell in
                    index == 0
                        ? "<th scope=\"row\">\(HTML.escape(cell))</th>"
                        : "<td class=\"number\">\(HTML.escape(cell))</td>"
                }.joined() + "</tr>"
        }
        return """
            <section><h2>Against the ground truth</h2>
            <div class="scroll"><table><thead><tr>\(header.joined())</tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div></section>
            """
    }

    private var facts: String {
        var rows: [(String, String)] = []
        if let source = report.started?.source {
            let size = [source.width, source.height].compactMap { $0 }.map(String.init).joined(separator: " × ")
            rows.append(
                (
                    "source",
                    [source.name, source.codec, size, source.frameRate.map { "\($0) frames/s" }].compactMap { $0 }
                        .joined(separator: ", ")
                ))
        }
        if let model = report.started?.model {
            let input = [model.inputWidth, model.inputHeight].compactMap { $0 }.map(String.init).joined(
                separator: " × ")
            rows.append(
                (
                    "model",
                    [model.name, "input \(input)", model.precision, model.engine, model.device].compactMap { $0 }
                        .joined(separator: ", ")
                ))
            if let digest = model.sha256 { rows.append(("model’s SHA-256", digest)) }
        }
        if let tracker = report.started?.tracker {
            let parameters = (tracker.parameters ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            rows.append(("tracker", ([tracker.name ?? ""] + parameters).joined(separator: ", ")))
        }
        if let ledger = report.ended?.ledger {
            rows.append(
                (
                    "frames",
                    """
                    \(HTML.grouped(ledger.framesExpected ?? 0)) expected = \(HTML.grouped(ledger.framesProcessed)) processed \
                    + \(HTML.grouped(ledger.framesSkipped)) skipped + \(HTML.grouped(ledger.framesUndecodable)) undecodable + \
                    \(HTML.grouped(ledger.framesMissing)) missing
                    """
                ))
            rows.append(
                (
                    "chunks",
                    """
                    \(HTML.grouped(ledger.chunksExpected ?? 0)) expected = \(HTML.grouped(ledger.chunksProcessed)) processed + \
                    \(HTML.grouped(ledger.chunksBad)) bad + \(HTML.grouped(ledger.chunksMissing)) missing
                    """
                ))
        }
        if let ended = report.ended, ended.event == "failed" {
            rows.append(("failed", ended.reason ?? "for a reason that was not recorded"))
        } else if report.ended == nil {
            rows.append(("state", "not finished: these are the records so far"))
        }
        let lines = rows.map { "<tr><th scope=\"row\">\(HTML.escape($0))</th><td>\(HTML.escape($1))</td></tr>" }
        return """
            <section><h2>Ledger and settings</h2>
            <div class="scroll"><table class="facts"><tbody>
            \(lines.joined(separator: "\n"))
            </tbody></table></div></section>
            """
    }
}
