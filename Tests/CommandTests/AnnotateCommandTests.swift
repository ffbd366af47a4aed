import Foundation
import Testing

@Suite("lapwing annotate")
struct AnnotateCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    private func contents() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
    }

    /// A box of one frame, as the results list it.
    private struct Found {
        var x1 = 40.0
        var y1 = 24.0
        var x2 = 104.0
        var y2 = 72.0
        var state: String? = "confirmed"
        var object: String? = "clip:000000:00:person"
        var isPredicted = false

        var json: [String: Any] {
            let box = ["x1": x1, "y1": y1, "x2": x2, "y2": y2]
            return [
                "detection_id": "clip:000000:00:person", "object_id": object as Any? ?? NSNull(),
                "track_id": object == nil ? NSNull() : 1, "class_id": 0, "label": "person", "confidence": 0.9,
                "bbox": isPredicted ? NSNull() : box, "track_bbox": box, "state": state as Any? ?? NSNull(),
                "predicted": isPredicted, "age": 1, "hits": 1,
            ]
        }
    }

    private func frame(
        _ number: Int, video: String = "clip", width: Int = 160, height: Int = 96, _ found: [Found] = [Found()],
        _ more: [String: Any] = [:]
    ) throws -> String {
        let record: [String: Any] = [
            "schema": 1, "type": "frame", "video_id": video, "chunk_index": 0, "frame": number, "pts": number,
            "time_ms": Double(number) * 100, "width": width, "height": height, "objects": found.map(\.json),
        ]
        let data = try JSONSerialization.data(
            withJSONObject: record.merging(more) { $1 }, options: [.sortedKeys])
        return String(decoding: data, as: UTF8.self)
    }

    private func results(
        _ name: String = "results.jsonl", frames: Int = 6, video: String = "clip", width: Int = 160, height: Int = 96,
        _ found: [Found] = [Found()]
    ) throws -> String {
        let lines = try (0..<frames).map { try frame($0, video: video, width: width, height: height, found) }
        return try folder.file(name, Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    /// What is drawn into a clip, in the highest quality and without tags unless they are asked for.
    @discardableResult
    private func annotate(
        _ video: String, _ results: String, to name: String = "out.mp4", _ more: [String] = ["--no-labels"]
    ) async throws -> DecodedVideo {
        let outcome = try await Program.succeed(
            ["annotate", video, "--results", results, "--output", path(name), "--quality", "high"] + more)
        #expect(outcome.errors.isEmpty, "\(outcome)")
        #expect(outcome.outputLines.count == 1)
        let drawn = try await DecodedVideo(path(name))
        #expect(outcome.output.hasPrefix("\(path(name))  \(drawn.frames.count) frames  "), "\(outcome)")
        return drawn
    }

    @Test("frames, their size, times and rate stay as they are; boxes are drawn where the objects are")
    func boxes() async throws {
        let clip = try Clips.moving(frames: 6)
        let source = try await DecodedVideo(clip)
        let drawn = try await annotate(clip, try results())
        #expect(drawn.width == 160 && drawn.height == 96)
        #expect(drawn.rate == source.rate)
        #expect(drawn.times.count == 6)
        for (a, b) in zip(drawn.times, source.times) { #expect(abs(a - b) < 0.0011) }
        for (a, b) in zip(drawn.frames, source.frames) {
            // The frame's line is 2 pixels wide; losses of the encoder reach some pixels further.
            let isNear = { (x: Int, y: Int) in
                (36...108).contains(x) && (20...76).contains(y) && !((46...98).contains(x) && (30...66).contains(y))
            }
            #expect(DecodedVideo.difference(a, b, width: 160, where: isNear).largest > 50)
            let rest = DecodedVideo.difference(a, b, width: 160) { !isNear($0, $1) }
            #expect(rest.mean < 6, "\(rest)")
            let edges = DecodedVideo.difference(a, b, width: 160) { x, y in
                (y == 24 || y == 71) && (44..<100).contains(x) || (x == 40 || x == 103) && (28..<68).contains(y)
            }
            #expect(edges.mean > 15, "\(edges)")
        }
    }

    @Test("the same call writes the same bytes")
    func repeatable() async throws {
        let clip = try Clips.moving(frames: 6)
        let found = try results()
        try await annotate(clip, found, to: "one.mkv", ["--timestamps"])
        try await annotate(clip, found, to: "two.mkv", ["--timestamps"])
        #expect(FileManager.default.contentsEqual(atPath: path("one.mkv"), andPath: path("two.mkv")))
    }

    @Test(
        "uneven times stay uneven; files without times get the average rate", arguments: ["mp4", "mkv", "mov", "avi"])
    func times(ending: String) async throws {
        let uneven = try Clips.converted(
            try Clips.moving(frames: 60), to: "uneven-60.mkv",
            ["-vf", "select='lt(n,4)+not(mod(n,11))'", "-vsync", "vfr"])
        let source = try await DecodedVideo(uneven)
        #expect(Set(zip(source.times.dropFirst(), source.times).map { Int((($0 - $1) * 1000).rounded()) }).count > 1)
        let drawn = try await annotate(uneven, try results(frames: source.frames.count), to: "out.\(ending)")
        #expect(drawn.frames.count == source.frames.count)
        guard ending != "avi" else { return }
        for (a, b) in zip(drawn.times, source.times) { #expect(abs(a - b) < 0.0011) }
    }

    @Test("a video that starts later than at 0 keeps the distances between its frames")
    func offset() async throws {
        let late = try Clips.converted(
            try Clips.moving(frames: 6), to: "late.ts", ["-c", "copy", "-output_ts_offset", "1000"])
        let source = try await DecodedVideo(late)
        let drawn = try await annotate(late, try results(frames: source.frames.count))
        #expect(drawn.frames.count == source.frames.count)
        for (a, b) in zip(drawn.times, source.times) { #expect(abs(a - b) < 0.0011) }
    }

    @Test("options say what is drawn")
    func options() async throws {
        let clip = try Clips.moving(frames: 6)
        let none = try await annotate(clip, try results("none.jsonl", []), to: "none.mp4")
        func differs(_ video: DecodedVideo, in rows: Range<Int>) -> Bool {
            zip(video.frames, none.frames).contains { a, b in
                DecodedVideo.difference(a, b, width: 160) { rows.contains($1) }.largest > 50
            }
        }
        let all = try results()
        #expect(differs(try await annotate(clip, all, to: "boxes.mp4"), in: 0..<96))
        let timestamps = try await annotate(
            clip, try results("no.jsonl", []), to: "time.mp4", ["--no-labels", "--timestamps"])
        #expect(differs(timestamps, in: 80..<96) && !differs(timestamps, in: 0..<70))
        // The tag is above the box, which begins at row 24.
        #expect(!differs(try await annotate(clip, all, to: "untagged.mp4"), in: 0..<16))
        #expect(differs(try await annotate(clip, all, to: "tagged.mp4", []), in: 0..<24))

        let tentative = try results("tentative.jsonl", [Found(state: "tentative")])
        #expect(differs(try await annotate(clip, tentative, to: "tentative.mp4"), in: 0..<96))
        for (name, found) in [
            ("tentative", Found(state: "tentative")), ("untracked", Found(state: nil, object: nil)),
        ] {
            let file = try results("\(name).jsonl", [found])
            let drawn = try await annotate(clip, file, to: "only.mp4", ["--no-labels", "--only-confirmed"])
            #expect(!differs(drawn, in: 0..<96), "\(name)")
        }
        let predicted = try results("predicted.jsonl", [Found(state: "lost", isPredicted: true)])
        #expect(differs(try await annotate(clip, predicted, to: "predicted.mp4"), in: 0..<96))
    }

    @Test("an object's way is drawn behind it, unless --trail is 0")
    func trails() async throws {
        let clip = try Clips.moving(frames: 6)
        let lines = try (0..<6).map { number in
            let x = 10 + 20 * Double(number)
            return try frame(number, [Found(x1: x, y1: 20, x2: x + 20, y2: 60)])
        }
        let file = try folder.file("moving.jsonl", Array(lines.joined(separator: "\n").utf8))
        let without = try await annotate(clip, file, to: "without.mp4", ["--no-labels", "--trail", "0"])
        for (trail, reaches) in [("30", true), ("2", false)] {
            let with = try await annotate(clip, file, to: "with.mp4", ["--no-labels", "--trail", trail])
            let beginning = DecodedVideo.difference(with.frames[5], without.frames[5], width: 160) { x, y in
                (24..<36).contains(x) && (56..<64).contains(y)
            }
            #expect((beginning.largest > 30) == reaches, "\(trail): \(beginning)")
        }
    }

    @Test("a frame that was skipped on purpose shows the boxes of the one before it; others without a record none")
    func skipped() async throws {
        let clip = try Clips.moving(frames: 6)
        let none = try await annotate(clip, try results("none.jsonl", []), to: "none.mp4")
        let lines = [
            try frame(0), try frame(1, [], ["skipped": "every"]), try frame(2, []), try frame(3),
            try frame(4, [], ["skipped": "undecodable"]), try frame(5),
        ]
        let file = try folder.file("skipped.jsonl", Array(lines.joined(separator: "\n").utf8))
        let drawn = try await annotate(clip, file, to: "out.mp4", ["--no-labels", "--trail", "0"])
        let isDrawn = zip(drawn.frames, none.frames).map { a, b in
            DecodedVideo.difference(a, b, width: 160).largest > 60
        }
        #expect(isDrawn == [true, true, false, true, false, true])
    }

    @Test(
        "pictures of all sizes: odd ones are one pixel larger",
        arguments: [(1, 1), (2, 2), (64, 48), (161, 97), (3840, 2160)])
    func sizes(width: Int, height: Int) async throws {
        let clip = try Clips.generated(
            "size-\(width)x\(height).mkv",
            [
                "testsrc2=size=\(max(width, 2))x\(max(height, 2)):rate=10", "-frames:v", "2", "-vf",
                "scale=\(width):\(height)", "-c:v", "ffv1", "-pix_fmt", "yuv444p",
            ])
        let found = Found(
            x1: Double(width) / 4, y1: Double(height) / 4, x2: Double(width) * 3 / 4, y2: Double(height) * 3 / 4)
        let file = try results(frames: 2, width: width, height: height, [found])
        let drawn = try await annotate(clip, file, to: "out.mkv", [])
        #expect(drawn.width == (width + 1) / 2 * 2 && drawn.height == (height + 1) / 2 * 2)
        #expect(drawn.frames.count == 2)
    }

    @Test("a turned video is drawn on as it is displayed", arguments: [90, 180, 270])
    func rotation(degrees: Int) async throws {
        let clip = try Clips.converted(
            try Clips.moving(frames: 6), to: "turned-\(degrees).mp4",
            ["-c", "copy", "-metadata:s:v", "rotate=\(degrees)"])
        let (width, height) = degrees == 180 ? (160, 96) : (96, 160)
        // FFmpeg turns pictures when it converts, and forgets that they were turned.
        let upright = try await DecodedVideo(
            try Clips.converted(clip, to: "upright-\(degrees).mkv", ["-c:v", "ffv1", "-metadata:s:v", "rotate=0"]))
        #expect(upright.width == width && upright.height == height)
        let found = Found(x1: 8, y1: 12, x2: 48, y2: 52)
        let drawn = try await annotate(clip, try results(width: width, height: height, [found]))
        #expect(drawn.width == width && drawn.height == height)
        for (a, b) in zip(drawn.frames, upright.frames) {
            let isNear = { (x: Int, y: Int) in (2...54).contains(x) && (6...58).contains(y) }
            #expect(DecodedVideo.difference(a, b, width: width, where: isNear).largest > 50)
            #expect(DecodedVideo.difference(a, b, width: width) { !isNear($0, $1) }.mean < 6)
        }
    }

    @Test("with --force, results of a scaled video are drawn where they belong")
    func scaled() async throws {
        let clip = try Clips.moving(frames: 6)
        let file = try results("large.jsonl", width: 320, height: 192, [Found(x1: 80, y1: 48, x2: 208, y2: 144)])
        let scaled = try await annotate(clip, file, to: "scaled.mp4", ["--no-labels", "--force"])
        let own = try await annotate(clip, try results(), to: "own.mp4")
        #expect(scaled.frames == own.frames)
    }

    @Test("--labels can be taken back everywhere: on the command line, in the environment, in a file")
    func takenBack() async throws {
        let clip = try Clips.moving(frames: 2)
        let file = try results(frames: 2)
        _ = try folder.file("off.yaml", Array("labels: false\n".utf8))
        _ = try folder.file("no.yaml", Array("no-labels: true\n".utf8))
        func bytes(_ more: [String], _ environment: [String: String] = [:]) async throws -> Data {
            try await Program.succeed(
                ["annotate", clip, "--results", file, "--output", "out.mp4"] + more, environment: environment,
                in: folder.path)
            return try Data(contentsOf: folder.url("out.mp4"))
        }
        let with = try await bytes([])
        let without = try await bytes(["--no-labels"])
        #expect(with != without)
        for (more, environment, isLabelled) in [
            (["--labels=false"], [:], false), (["--no-labels=true"], [:], false), (["--no-labels=false"], [:], true),
            (["--config", "off.yaml"], [:], false), (["--config", "no.yaml"], [:], false),
            ([], ["LAPWING_LABELS": "no"], false), ([], ["LAPWING_NO_LABELS": "yes"], false),
            (["--labels"], ["LAPWING_LABELS": "no"], true), (["--labels", "--config", "no.yaml"], [:], true),
            (["--no-labels"], ["LAPWING_LABELS": "yes"], false),
            (["--config", "no.yaml"], ["LAPWING_LABELS": "yes"], true),
            (["--config", "off.yaml"], ["LAPWING_NO_LABELS": "no"], true),
        ] as [([String], [String: String], Bool)] {
            #expect(try await bytes(more, environment) == (isLabelled ? with : without), "\(more) \(environment)")
        }
    }

    @Test("frames without a record, and records without a frame, are a warning")
    func warnings() async throws {
        let clip = try Clips.moving(frames: 6)
        for (frames, says) in [
            (4, "nothing is known of 2 of 6 frames"), (9, "it goes on for 3 frames after the end of \(clip)"),
        ] {
            let file = try results(frames: frames)
            let outcome = try await Program.succeed(
                ["annotate", clip, "--results", file, "--output", path("out.mp4")])
            #expect(outcome.errors == "lapwing: warning: \(file): \(says)\n")
        }
    }

    @Test("results that cannot be used are refused with the line at fault, and nothing is left behind")
    func badResults() async throws {
        let clip = try Clips.moving(frames: 6)
        let good = try (0..<3).map { try frame($0) }
        let remedy = "; give a results.jsonl that 'lapwing run' or 'lapwing results' wrote"
        let other = "clip-0123456789ab"
        let cases: [(lines: [String], says: String)] = [
            ([], ": there is no frame in it; was the video processed?"),
            (good.dropLast() + [String(good[2].dropLast(40))], ", line 3: it is not JSON" + remedy),
            (good + ["hello"], ", line 4: it is not JSON" + remedy),
            (good + ["[1, 2]"], ", line 4: it is a value of the wrong kind" + remedy),
            (good + ["{}"], ", line 4: 'schema' is missing" + remedy),
            (
                good + [try frame(3, [Found()], ["objects": [["label": "car"]]])],
                ", line 4: 'objects.0.class_id' is missing" + remedy
            ),
            (
                good + [try frame(3, [], ["type": "future"])],
                ", line 4: 'type' is not a value that this version knows" + remedy
            ),
            (good + [try frame(3, [], ["width": "wide"])], ", line 4: 'width' is a value of the wrong kind" + remedy),
            (
                good + [try frame(3, [], ["schema": 7])],
                ", line 4: schema 7 is newer than this Lapwing reads (1); use a newer Lapwing"
            ),
            (good + [good[1]], ", line 4: the frames are not in order; lines were moved or joined"),
            (
                good + [try frame(3, video: "other")],
                ", line 4: it holds results of two videos, clip and other; give those of one"
            ),
            (
                [try frame(0, width: 640, height: 480)],
                ": these are results of clip, whose pictures are of 640 × 480; those of \(clip) are of 160 × 96; "
                    + "give the video's own results, or --force to draw them all the same"
            ),
            ([try frame(0, video: other)], ": these are results of \(other), but \(clip) is moving-6-0-"),
        ]
        for (lines, says) in cases {
            let file = try folder.file("bad.jsonl", Array(lines.joined(separator: "\n").utf8))
            let outcome = try await Program.run(["annotate", clip, "--results", file, "--output", path("out.mp4")])
            #expect(outcome.exitCode == 1, "\(outcome)")
            #expect(outcome.output.isEmpty)
            #expect(outcome.errorLines.count == 1, "\(outcome)")
            #expect(outcome.errors.hasPrefix("lapwing: error: \(file)\(says)"), "\(says)\n\(outcome)")
            try #expect(contents() == ["bad.jsonl"], "\(says)")
        }
    }

    @Test("values that no picture has do no harm")
    func extremes() async throws {
        let clip = try Clips.moving(frames: 6)
        var lines = [
            try frame(0, [Found(x1: -1e300, y1: -1e300, x2: 1e300, y2: 1e300)]),
            try frame(1, [Found(x1: 90, y1: 60, x2: 10, y2: 10)]), try frame(2, [Found(x1: 1e18, x2: 2e18)]),
        ]
        lines.append(try frame(3, [], ["width": 0, "height": 0]))
        lines.append(try frame(4, [], ["width": NSNull(), "objects": NSNull()]))
        lines.append(try frame(Int.max, []))
        let file = try folder.file("extreme.jsonl", Array(lines.joined(separator: "\r\n").utf8))
        let outcome = try await Program.succeed(
            ["annotate", clip, "--results", file, "--output", path("out.mp4"), "--trail", "100000"])
        #expect(outcome.output.contains("6 frames"))
    }

    @Test("files that cannot be used are refused, and nothing is left behind")
    func files() async throws {
        let clip = try Clips.moving(frames: 6)
        let copy = try folder.file("clip.mp4", [UInt8](try Data(contentsOf: URL(fileURLWithPath: clip))))
        let found = try results()
        let text = try Clips.file("text.mp4", "This is not a video.\n")
        try FileManager.default.createDirectory(atPath: path("folder.mp4"), withIntermediateDirectories: false)
        let before = try contents()
        let cases: [(input: String, results: String, output: String, code: Int32, says: [String])] = [
            (
                path("none.mp4"), found, "out.mp4", 1,
                ["none.mp4' cannot be opened: No such file or directory", "check"]
            ),
            (folder.path, found, "out.mp4", 1, ["is a directory; give the video files inside it"]),
            (text, found, "out.mp4", 1, ["is not a video that FFmpeg knows", "ffprobe"]),
            (copy, path("none.jsonl"), "out.mp4", 1, ["none.jsonl: No such file or directory; give a results.jsonl"]),
            (copy, folder.path, "out.mp4", 1, ["this is a folder; give the results.jsonl inside it"]),
            (copy, found, "clip.mp4", 2, ["--output \(path("clip.mp4")) is an input of this call"]),
            (copy, found, "results.jsonl", 2, ["is an input of this call"]),
            (copy, found, "out.gif", 1, ["out.gif': the name's ending says what kind of file is written", ".mkv"]),
            (copy, found, "out", 1, ["out': the name's ending", ".mkv"]),
            (copy, found, "none/out.mp4", 1, ["none/out.mp4' cannot be written: No such file or directory"]),
            (copy, found, "folder.mp4", 1, ["folder.mp4' is a folder; give the name of a file"]),
        ]
        for (input, results, output, code, says) in cases {
            let outcome = try await Program.run(["annotate", input, "--results", results, "--output", path(output)])
            #expect(outcome.exitCode == code, "\(outcome)")
            #expect(outcome.output.isEmpty)
            #expect(outcome.errorLines.count == 1, "\(outcome)")
            #expect(outcome.errors.hasPrefix("lapwing: error: "))
            for words in says { #expect(outcome.errors.contains(words), "'\(words)': \(outcome)") }
            try #expect(contents() == before, "\(outcome)")
        }
        let trail = try await Program.run(
            ["annotate", copy, "--results", found, "--output", path("out.mp4"), "--trail=-1"])
        #expect(trail.exitCode == 2)
        #expect(trail.errors.contains("--trail must be between 0 and 100000"))
    }
}
