import EventLog
import Foundation
import Pipeline
import PipelineTesting
import SQLiteLog
import Testing

/// The dashboard as its users have it: in a browser.
@Suite(
    "The dashboard in a browser",
    .enabled(
        if: Browser.isThere,
        "needs Debian's chromium and chromium-driver, which start: Scripts/setup.sh --test installs them"))
struct BrowserTests {
    /// Runs a dashboard with a browser before it.
    private func browsing(
        _ rig: DashboardRig, token: String? = nil, isReadOnly: Bool = false, width: Int = 1200, isDark: Bool = false,
        _ body: (Browser, String) async throws -> Void
    ) async throws {
        try await rig.serving(token: token, isReadOnly: isReadOnly) { base async throws in
            let browser = try await Browser.start(in: rig.folder.path, width: width, isDark: isDark)
            do {
                try await body(browser, base)
            } catch {
                await browser.quit()
                throw error
            }
            await browser.quit()
        }
    }

    private func expectNoComplaints(_ browser: Browser, _ location: SourceLocation = #_sourceLocation) async throws {
        let complaints = try await browser.complaints()
        #expect(complaints.isEmpty, "\(complaints)", sourceLocation: location)
    }

    /// A white square on black that is elsewhere in each frame: frame `n` has it at `place(n)`.
    private func square(at path: String, frames: Int) throws {
        try SyntheticClip.ffmpeg([
            "-f", "lavfi", "-i", "color=black:size=256x256:rate=25", "-f", "lavfi", "-i",
            "color=white:size=64x64:rate=25", "-filter_complex",
            "[0][1]overlay=x='mod(t*25*16,192)':y='16*mod(floor(t*25/12),12)':shortest=1", "-frames:v", "\(frames)",
            "-c:v",
            "libx264", "-preset", "veryfast", "-crf", "12", "-g", "25", "-bf", "2", "-pix_fmt", "yuv420p", path,
        ])
    }

    private func place(_ frame: Int) -> [Double] {
        let (x, y) = (Double(frame * 16 % 192), Double(16 * (frame / 12 % 12)))
        return [x, y, x + 64, y + 64]
    }

    /// In pixels of the video: what is bright in the picture that is shown, and what the boxes over it span.
    private static let measure = """
        const done = arguments[arguments.length - 1], video = document.querySelector("video"), layer = document.querySelector(".stage canvas");
        const W = video.videoWidth, H = video.videoHeight;
        function extent(pixels, width, height, scale, left, top, test) {
          let x1 = 1e9, y1 = 1e9, x2 = -1, y2 = -1;
          for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (test(pixels, 4 * (y * width + x))) {
            x1 = Math.min(x1, x); y1 = Math.min(y1, y); x2 = Math.max(x2, x + 1); y2 = Math.max(y2, y + 1);
          }
          return [x1 - left, y1 - top, x2 - left, y2 - top].map(v => v * scale);
        }
        const shot = document.createElement("canvas");
        shot.width = W; shot.height = H;
        const context = shot.getContext("2d");
        context.drawImage(video, 0, 0);
        const picture = extent(context.getImageData(0, 0, W, H).data, W, H, 1, 0, 0, (p, i) => p[i] > 128);
        // The picture is in the middle of its element, as large as it fits.
        const fit = Math.min(layer.width / W, layer.height / H), left = (layer.width - W * fit) / 2, top = (layer.height - H * fit) / 2;
        const boxes = extent(layer.getContext("2d").getImageData(0, 0, layer.width, layer.height).data, layer.width, layer.height, 1 / fit, left, top, (p, i) => p[i + 3] > 100);
        done({ picture, boxes, stroke: 2 * devicePixelRatio / fit });
        """

    @Test("Boxes lie on what is shown, within two pixels, at every time that is gone to")
    func overlay() async throws {
        let rig = try await DashboardRig()
        try square(at: rig.media + "/square.mp4", frames: 100)
        let id = try await rig.producer().submit(path: rig.media + "/square.mp4").registration.videoID
        try await rig.worker(cells: 16).run()
        try await browsing(rig) { browser, base async throws in
            try await browser.open("\(base)/video?id=\(id)")
            try await browser.wait(until: "document.querySelector('.stage canvas')?.dataset.frame === '0'")
            // Boxes alone, of all that was found.
            try await browser.run(
                "for (const box of document.querySelectorAll('.player .check input')) "
                    + "if (box.checked !== ['Boxes', 'Untracked'].includes(box.parentElement.textContent)) box.click()")
            for frame in [0, 1, 7, 24, 25, 49, 50, 63, 99] {
                try await browser.run("document.querySelector('video').currentTime = \(Double(frame) / 25 + 0.005)")
                try await browser.wait(until: "document.querySelector('.stage canvas').dataset.frame === '\(frame)'")
                let seen = try #require(try await browser.runToEnd(Self.measure) as? [String: Any])
                let picture = try #require(seen["picture"] as? [Double])
                let boxes = try #require(seen["boxes"] as? [Double])
                let stroke = try #require(seen["stroke"] as? Double)
                for (index, truth) in place(frame).enumerated() {
                    // A box is drawn with half of its line outside.
                    let edge = boxes[index] + (index < 2 ? stroke / 2 : -stroke / 2)
                    #expect(abs(picture[index] - truth) <= 2, "frame \(frame): picture \(picture)")
                    #expect(abs(edge - truth) <= 2, "frame \(frame): boxes \(boxes), truth \(place(frame))")
                }
            }
            // Playing, too, they are those of the picture that is shown.
            try await browser.run(
                "document.querySelector('video').currentTime = 0; document.querySelector('video').play()")
            try await browser.wait(until: "document.querySelector('video').ended")
            try await browser.wait(until: "document.querySelector('.stage canvas').dataset.frame === '99'")
            try await expectNoComplaints(browser)
            try await browser.picture("overlay")
        }
    }

    @Test("An upload comes into the list, is worked on, and can be played; a file that is no video is refused")
    func upload() async throws {
        let rig = try await DashboardRig()
        let clip = rig.folder.path + "/fresh.mp4"
        try SyntheticClip.make(at: URL(fileURLWithPath: clip), frames: 30)
        let text = try rig.folder.file("text.mp4", Array("this is not a video".utf8))
        let worker = try rig.worker(exitWhenIdle: false)
        let work = Task { try await worker.run() }
        defer { work.cancel() }
        try await browsing(rig) { browser, base async throws in
            try await browser.open("\(base)/")
            try await browser.wait(until: "document.querySelector('.empty')")
            try await browser.picture("empty")
            try await browser.type(clip, into: "input[type=file]")
            try await browser.wait(until: "document.querySelector('tr[data-id] .state')?.textContent === 'ended'")
            let row = try await browser.text("document.querySelector('tr[data-id]').innerText")
            #expect(row.contains("fresh.mp4") && row.contains("complete") && row.contains("30 / 30"), "\(row)")
            try await browser.picture("list")
            try await browser.click("tr[data-id] a")
            try await browser.wait(until: "document.querySelector('.stage canvas')?.dataset.frame === '0'")
            try await expectNoComplaints(browser)

            try await browser.open("\(base)/")
            try await browser.wait(until: "document.querySelector('tr[data-id]')")
            try await browser.type(text, into: "input[type=file]")
            try await browser.wait(until: "document.querySelector('#toast.shown')")
            let toast = try await browser.text("document.querySelector('#toast').textContent")
            #expect(toast.hasPrefix("'text.mp4' is not a video"), "\(toast)")
            #expect(!toast.contains(rig.folder.path))
            // The refusal itself is what the browser complains of.
            #expect(try await browser.complaints().allSatisfy { $0.contains("422") })
            // Nothing of it stays.
            #expect(try FileManager.default.contentsOfDirectory(atPath: rig.uploads).count == 1)
        }
    }

    @Test("A click on an object's lane goes to where it was, by mouse and by keyboard")
    func timeline() async throws {
        let rig = try await DashboardRig()
        try square(at: rig.media + "/square.mp4", frames: 100)
        let id = try await rig.producer().submit(path: rig.media + "/square.mp4").registration.videoID
        try await rig.worker(cells: 4).run()
        try await browsing(rig) { browser, base async throws in
            try await browser.open("\(base)/video?id=\(id)")
            try await browser.wait(until: "document.querySelectorAll('.lane').length > 1")
            try await browser.wait(until: "document.querySelector('.stage canvas')?.dataset.frame === '0'")
            let objects =
                try await Answer.ask("\(base)/api/videos/\(id)/objects").json()["objects"] as? [[String: Any]] ?? []
            let last = try #require(objects.last)
            let first = try #require((last["runs"] as? [[Int]])?.first?.first)
            #expect(first > 0)
            // The keyboard goes to its beginning.
            try await browser.run("document.querySelector('.lane[data-track=\"\(last["track_id"]!)\"]').focus()")
            try await browser.press("\u{E007}")
            try await browser.wait(until: "document.querySelector('.stage canvas').dataset.frame === '\(first)'")
            let isHere =
                "document.querySelector('.lane[data-track=\"\(last["track_id"]!)\"]').classList.contains('here')"
            try await browser.wait(until: isHere)
            // The mouse goes to where it points, within the object's time.
            let other = try #require(objects.first)
            try await browser.click(".lane[data-track=\"\(other["track_id"]!)\"]")
            let (from, to) = (try #require(other["first_ms"] as? Double), try #require(other["last_ms"] as? Double))
            try await browser.wait(
                until: "(t => t >= \(from - 1) && t <= \(to + 2))(document.querySelector('video').currentTime * 1000)")
            try await expectNoComplaints(browser)
        }
    }

    @Test("A dead letter is sent again from its row")
    func replay() async throws {
        let rig = try await DashboardRig()
        try rig.clip("whole.mp4")
        let id = try await rig.producer().submit(path: rig.media + "/whole.mp4").registration.videoID
        // A part that nobody can read.
        let partition = Partitioner.partition(forKey: id.rawValue, partitions: 2)
        try await rig.log.append([
            OutgoingRecord(
                topic: rig.topics.chunks, partition: partition,
                record: Record(key: id.rawValue, value: [1, 2, 3], headers: [.init(ChunkHeader.headerName, "{}")]))
        ])
        try await rig.worker().run()
        let before = try await rig.log.offsets(of: TopicPartition(rig.topics.chunks, partition)).upperBound
        try await browsing(rig) { browser, base async throws in
            try await browser.open("\(base)/dead-letters")
            try await browser.wait(until: "document.querySelector('tr[data-place]')")
            try await browser.click("tr[data-place] input")
            try await browser.click("button.primary")
            try await browser.wait(until: "document.querySelector('.outcome').textContent !== ''")
            #expect(try await browser.text("document.querySelector('.outcome').textContent") == "sent again")
            try await browser.picture("dead-letters")
            try await expectNoComplaints(browser)
        }
        let after = try await rig.log.offsets(of: TopicPartition(rig.topics.chunks, partition)).upperBound
        #expect(after == before + 1)
    }

    @Test("Without the token nothing is shown; with it, all is, the video too")
    func token() async throws {
        let secret = "a-token-of-24-characters"
        let rig = try await DashboardRig()
        try rig.clip("secret.mp4")
        let id = try await rig.producer().submit(path: rig.media + "/secret.mp4").registration.videoID
        try await rig.worker().run()
        try await browsing(rig, token: secret) { browser, base async throws in
            try await browser.open("\(base)/video?id=\(id)")
            try await browser.wait(until: "document.querySelector('#login').open")
            #expect(try await browser.run("return document.querySelector('video')") is NSNull)
            try await browser.type("not-the-token-not-the-token", into: "#token")
            try await browser.press("\u{E007}")
            try await browser.wait(until: "document.querySelector('#login-error').textContent !== ''")
            try await browser.run("document.querySelector('#token').value = ''")
            try await browser.type(secret, into: "#token")
            try await browser.press("\u{E007}")
            try await browser.wait(until: "document.querySelector('.stage canvas')?.dataset.frame === '0'")
            #expect(try await browser.text("document.cookie") == "")
            // What was refused before the token came is all that there is to complain of.
            #expect(try await browser.complaints().allSatisfy { $0.contains("401") })
        }
    }

    @Test("Pages fit a phone, in the dark, and everything in them has a name", arguments: [(390, true), (1200, false)])
    func layout(width: Int, isDark: Bool) async throws {
        let rig = try await DashboardRig()
        try rig.clip("a-video-with-quite-a-long-name-that-has-to-be-broken-somewhere.mp4")
        let id = try await rig.producer().submit(
            path: rig.media + "/a-video-with-quite-a-long-name-that-has-to-be-broken-somewhere.mp4"
        ).registration.videoID
        try await rig.worker().run()
        try await browsing(rig, width: width, isDark: isDark) { browser, base async throws in
            for (name, path) in [
                ("videos", ""), ("video", "video?id=\(id)"), ("workers", "workers"), ("letters", "dead-letters"),
                ("summary", "summary"),
            ] {
                try await browser.open("\(base)/\(path)")
                try await browser.wait(until: "document.querySelector('h1') && !document.querySelector('.loading')")
                if name == "video" {
                    try await browser.wait(until: "document.querySelector('.stage canvas')?.dataset.frame === '0'")
                }
                let overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                #expect(try await browser.run("return \(overflow)") as? Int == 0, "\(path) is too wide")
                #expect(try await browser.text("document.documentElement.dataset.theme") == (isDark ? "dark" : "light"))
                let faults = try await browser.run(AccessibilityCheck.script) as? [String] ?? ["no answer"]
                #expect(faults == [], "\(path)")
                try await expectNoComplaints(browser)
                try await browser.picture("\(name)-\(width)-\(isDark ? "dark" : "light")")
            }
        }
    }
}
