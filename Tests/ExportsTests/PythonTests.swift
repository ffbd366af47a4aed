import Foundation
import Testing

@testable import Exports

/// Whether another program's reader is there.
private enum Python {
    /// `LAPWING_TEST_PYTHON` names an interpreter that has what is asked for; `python3` if not set.
    static let path = ProcessInfo.processInfo.environment["LAPWING_TEST_PYTHON"] ?? "python3"

    /// What a script prints; nil when it fails.
    static func run(_ script: String, _ arguments: [String] = []) throws -> String? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [path, "-c", script] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? String(decoding: text, as: UTF8.self) : nil
    }

    static func has(_ module: String) -> Bool { (try? run("import \(module)")) ?? nil != nil }
}

@Suite("Exports, read by others")
struct PythonTests {
    private func file(_ format: ExportFormat, _ records: [String]) throws -> URL {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "lapwing-tests-\(UUID().uuidString).\(format.fileExtension)")
        try Data(try exported(records, as: format)).write(to: url)
        return url
    }

    /// More than one row group.
    private var long: [String] {
        let frames = (0..<1400).map { frame in
            Records.frame(
                frame,
                (0..<50).map {
                    Records.object(
                        $0 % 5 == 0 ? nil : $0, label: "c\($0 % 7)", classID: $0 % 7, index: $0, frame: frame)
                })
        }
        return [Records.started(startTime: "2026-11-23T17:59:28.123Z")] + frames + [Records.ended]
    }

    @Test(
        "pyarrow reads what is in a Parquet file",
        .enabled(if: Python.has("pyarrow"), "needs a Python with pyarrow: python3, or LAPWING_TEST_PYTHON"))
    func pyarrow() throws {
        for records in [Records.mixed, [Records.started(), Records.failed], long] {
            let file = try file(.parquet, records)
            defer { try? FileManager.default.removeItem(at: file) }
            let output = try Python.run(
                """
                import sys, pyarrow.parquet as pq
                f = pq.ParquetFile(sys.argv[1]); t = f.read(); t.validate(full=True)
                print(f.num_row_groups, t.num_rows, t.column('tracker_id').null_count, t.schema.field('timestamp').type,
                      sum(t.column('frame_index').to_pylist()), *t.column('class_name').unique().to_pylist(), sep='|')
                """, [file.path])
            let line = try #require(output).trimmingCharacters(in: .newlines)
            switch records.count {
            case Records.mixed.count:
                #expect(line == "1|5|1|timestamp[us, tz=UTC]|8|car|Ampel, \"rot\"|Fußgänger 歩行者")
            case 2: #expect(line == "0|0|0|timestamp[us, tz=UTC]|0")
            default:
                #expect(line == "2|70000|14000|timestamp[us, tz=UTC]|\(1399 * 700 * 50)|c0|c1|c2|c3|c4|c5|c6")
            }
        }
    }

    @Test(
        "pandas reads the same from csv and Parquet",
        .enabled(
            if: Python.has("pandas") && Python.has("pyarrow"),
            "needs a Python with pandas and pyarrow: python3, or LAPWING_TEST_PYTHON"))
    func pandas() throws {
        let (csv, parquet) = (try file(.csv, Records.mixed), try file(.parquet, Records.mixed))
        defer { for url in [csv, parquet] { try? FileManager.default.removeItem(at: url) } }
        let output = try Python.run(
            """
            import sys, pandas as pd
            c = pd.read_csv(sys.argv[1], parse_dates=['timestamp']); p = pd.read_parquet(sys.argv[2])
            assert list(c.columns) == list(p.columns)
            for name in c.columns:
                assert ((c[name] == p[name]) | (c[name].isna() & p[name].isna())).all(), name
            print(len(c), c.class_name[1])
            """, [csv.path, parquet.path])
        #expect(output == "5 Ampel, \"rot\"\n")
    }

    @Test(
        "pycocotools reads the data set and the list of detections",
        .enabled(
            if: Python.has("pycocotools.coco"), "needs a Python with pycocotools: python3, or LAPWING_TEST_PYTHON"))
    func pycocotools() throws {
        let (dataSet, results) = (try file(.coco, Records.mixed), try file(.cocoResults, Records.mixed))
        defer { for url in [dataSet, results] { try? FileManager.default.removeItem(at: url) } }
        let output = try Python.run(
            """
            import sys, contextlib, io
            from pycocotools.coco import COCO
            with contextlib.redirect_stdout(io.StringIO()):
                c = COCO(sys.argv[1]); r = c.loadRes(sys.argv[2])
            same = all(c.anns[i]['bbox'] == r.anns[i]['bbox'] for i in c.anns)
            print(len(c.imgs), len(c.anns), len(r.anns), same, c.cats[2]['name'], len(c.getAnnIds(imgIds=[1], catIds=[3])))
            """, [dataSet.path, results.path])
        #expect(output == "3 4 4 True Fußgänger 歩行者 1\n")
    }
}
