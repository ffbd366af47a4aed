import Foundation
import Pipeline
import Testing

@testable import Report

@Suite struct ReportPageTests {
    private func page(title: String = "street.mp4") throws -> ReportPage {
        var report = VideoReport()
        report.add(
            try Records.decode(
                """
                {"schema":1,"type":"video_event","event":"started","video_id":"street","source":{"name":"street.mp4",\
                "codec":"h264","width":640,"height":360,"frame_rate":"25/1"},"model":{"name":"m.onnx","sha256":"ab",\
                "precision":"f32","input_width":512,"input_height":288,"engine":"OpenVINO","device":"CPU"},\
                "tracker":{"name":"sort","parameters":{"max_age":30,"iou_threshold":0.3,"per_class":true}}}
                """))
        for frame in 0..<50 {
            report.add(
                try Records.frame(
                    frame, [Records.object(1, x: Double(frame * 4)), Records.object(2, label: "<b>&\\\"person\\\"")]))
        }
        report.add(
            try Records.decode(
                """
                {"schema":1,"type":"video_event","event":"ended","video_id":"street","ledger":{"frames_expected":50,\
                "frames_decoded":50,"frames_processed":50,"frames_skipped":0,"frames_undecodable":0,"frames_missing":0,\
                "chunks_expected":2,"chunks_processed":2,"chunks_bad":0,"chunks_missing":0},"object_counts":{"car":1}}
                """))
        var page = ReportPage(title: title, report: report, version: "1.2.3") { _ in "#123456" }
        page.shownObjects = report.objects
        return page
    }

    @Test("Names from outside cannot become markup")
    func escaping() throws {
        let html = try page(title: "<script>alert(1)</script>").html()
        #expect(!html.contains("<script"))
        #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(!html.contains("<b>&"))
        #expect(html.contains("&lt;b&gt;&amp;&quot;person&quot;"))
    }

    @Test("The page needs nothing from elsewhere")
    func selfContained() throws {
        var page = try page()
        page.sheet = [.init(frame: 3, milliseconds: 120, jpeg: [0xFF, 0xD8, 1, 2])]
        page.portraits = ["street:1": [0xFF, 0xD8]]
        page.scene = [0xFF, 0xD8, 3]
        let html = page.html()
        #expect(!html.contains("http") && !html.contains("<script") && !html.contains("@import"))
        let sources = html.matches(of: /src="([^"]*)"/).map { $0.1 }
        #expect(sources.count == 3)
        #expect(sources.allSatisfy { $0.hasPrefix("data:image/jpeg;base64,") })
        #expect(html.contains("data:image/jpeg;base64,/9gBAg=="))
    }

    @Test("What is in the records is on the page")
    func content() throws {
        let html = try page().html()
        for text in [
            "50 expected = 50 processed", "2 expected = 2 processed",
            "sort, iou_threshold 0.3, max_age 30, per_class true",
            "m.onnx, input 512 × 288, f32, OpenVINO, CPU", "25/1 frames/s", "100 %", "car 1",
        ] { #expect(html.contains(text), "\(text)") }
        #expect(html.matches(of: /<tr><td class="portrait">/).count == 2)
    }

    @Test("A video without objects, without an end, or without frames still has a page")
    func empty() throws {
        var report = VideoReport()
        #expect(ReportPage(title: "t", report: report, version: "1") { _ in "#000" }.html().contains("not finished"))
        report.add(try Records.frame(0, []))
        let html = ReportPage(title: "t", report: report, version: "1") { _ in "#000" }.html()
        #expect(html.contains("not finished") && !html.contains("nan") && !html.contains("inf"))
    }

    @Test(
        "Numbers are written without a locale",
        arguments: [(0.0, 0, "0"), (1.005, 1, "1.0"), (-0.04, 1, "0.0"), (-2.36, 1, "-2.4"), (12.5, 2, "12.50")])
    func decimals(value: Double, places: Int, text: String) {
        #expect(HTML.decimal(value, places) == text)
    }

    @Test("Times read as clocks")
    func clocks() {
        #expect(HTML.clock(0) == "0:00" && HTML.clock(59_960) == "0:59" && HTML.clock(3_723_000) == "1:02:03")
        #expect(HTML.clock(3440, tenths: true) == "0:03.4" && HTML.clock(.nan) == "–")
        #expect(HTML.grouped(1_234_567) == "1,234,567" && HTML.grouped(-12) == "-12" && HTML.grouped(999) == "999")
    }
}
