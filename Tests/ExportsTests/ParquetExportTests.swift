import Foundation
import Pipeline
import Testing

@testable import Exports

@Suite("Exports as Parquet")
struct ParquetExportTests {
    private typealias Cell = ParquetReader.Cell

    @Test("The columns are those of csv, typed, with nulls where nothing is known")
    func mixed() throws {
        let file = try ParquetReader(try exported(Records.mixed, as: .parquet))
        #expect(file.names == CSVEncoder.columns)
        #expect(file.rowCount == 5 && file.groups.count == 1)
        #expect(file.column("x_min") == [.number(10), .number(100), .number(10), .number(1), .number(14.1)])
        #expect(file.column("class_id") == [2, 0, 1, 2, 2].map(Cell.integer))
        #expect(file.column("confidence")[3] == .null)
        #expect(file.column("tracker_id") == [.integer(1), .null, .integer(2), .integer(1), .integer(1)])
        #expect(
            file.column("class_name")
                == ["car", "Ampel, \"rot\"", "Fußgänger 歩行者", "car", "car"].map(Cell.text))
        #expect(file.column("frame_index") == [0, 0, 1, 1, 6].map(Cell.integer))
        #expect(file.column("detection_id")[3] == .null)
        #expect(file.column("state").map(\.description) == ["confirmed", "null", "tentative", "lost", "confirmed"])
        #expect(file.column("predicted") == [false, false, false, true, false].map(Cell.boolean))
        #expect(file.column("video_id") == Array(repeating: .text("street"), count: 5))
        // 2026-11-23T17:59:28.123Z, and 240 ms later.
        #expect(file.column("timestamp").first == .integer(1_795_456_768_123_000))
        #expect(file.column("timestamp").last == .integer(1_795_456_768_363_000))
        #expect(file.metadata["lapwing.video_id"] == "street")
        #expect(file.metadata["lapwing.started"] == Records.mixed.first)
        #expect(file.metadata["lapwing.ended"] == Records.mixed.last)
    }

    @Test("Values are those of csv, row by row")
    func sameAsCSV() throws {
        let lines = try exportedText(Records.mixed, as: .csv).split(separator: "\n").dropFirst()
        let file = try ParquetReader(try exported(Records.mixed, as: .parquet))
        for (index, line) in lines.enumerated() where !line.contains("\"") {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            for (name, field) in zip(file.names, fields) where name != "timestamp" {
                let cell = file.column(name)[index]
                switch cell {
                case .null: #expect(field.isEmpty, "\(name)")
                case .number(let value): #expect(Double(field) == value, "\(name)")
                default: #expect(cell.description == field, "\(name)")
                }
            }
        }
    }

    @Test("Without a row there is a schema all the same", arguments: [[], [Records.started(), Records.failed]])
    func empty(records: [String]) throws {
        let file = try ParquetReader(try exported(records, as: .parquet))
        #expect(file.rowCount == 0 && file.groups.isEmpty && file.names.count == 16)
    }

    @Test("Where nothing is tracked and no time is known, columns are all null")
    func untracked() throws {
        let records = [Records.started()] + (0..<20).map { Records.frame($0, [Records.object(nil, frame: $0)]) }
        let file = try ParquetReader(try exported(records, as: .parquet))
        for name in ["tracker_id", "object_id", "state", "timestamp"] {
            #expect(file.column(name) == Array(repeating: .null, count: 20))
            let index = try #require(file.names.firstIndex(of: name))
            #expect(file.statistics[0][index].nulls == 20 && file.statistics[0][index].least == .null)
        }
    }

    @Test("Rows go into groups, each with its least and greatest values, and every value comes back")
    func groups() throws {
        // 40 objects in 100 frames, in groups of 1,000 rows: four.
        var encoder = ParquetEncoder(groupSize: 1000)
        var bytes: [UInt8] = []
        var expected: [DetectionRow] = []
        for frame in 0..<100 {
            let json = Records.frame(
                frame,
                (0..<40).map { Records.object($0 % 3 == 0 ? nil : $0, x: Double($0 * frame), index: $0, frame: frame) })
            let record = try ResultRecord.decode(Array(json.utf8), what: "test")
            let rows = DetectionRow.rows(of: record)
            expected += rows
            bytes += encoder.add(record, json: Array(json.utf8), rows: rows)
        }
        while case let end = encoder.finish(), !end.isEmpty { bytes += end }
        let file = try ParquetReader(bytes)
        #expect(file.groups.map { $0[0].count } == [1000, 1000, 1000, 1000])
        #expect(file.column("x_min") == expected.map { .number($0.x1) })
        #expect(file.column("tracker_id") == expected.map { row in row.trackID.map { .integer($0) } ?? .null })
        #expect(file.column("detection_id") == expected.map { row in row.detectionID.map { .text($0) } ?? .null })
        #expect(file.column("frame_index") == expected.map { .integer($0.frame) })
        let frame = try #require(file.names.firstIndex(of: "frame_index"))
        #expect(file.statistics.map { $0[frame].least } == [0, 25, 50, 75].map(Cell.integer))
        #expect(file.statistics.map { $0[frame].greatest } == [24, 49, 74, 99].map(Cell.integer))
        // Frames, classes, states and so on repeat; detections' IDs do not.
        #expect(file.dictionaries.allSatisfy { (6...14).contains($0) }, "\(file.dictionaries)")
    }

    @Test("Numbers in runs, in packs and mixed come back", arguments: [1, 2, 3, 7, 8, 9, 12, 17])
    func bitPacking(width: Int) throws {
        // Runs of many lengths, and numbers that change each time between them.
        var values: [Int] = []
        var state: UInt64 = 7
        for length in [1, 7, 8, 9, 3, 100, 1, 1, 1, 20, 2, 15, 16, 17, 5] {
            for index in 0..<length {
                if index == 0 || length % 2 == 1 {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                }
                values.append(Int(state >> 40) & (1 << width - 1))
            }
        }
        var records: [UInt8] = []
        BitPacking.append(values.map(UInt32.init), width: width, to: &records)
        // As the indices of a column of numbers, through the reader of columns.
        #expect(try ParquetReader.hybrid(records, width: width, count: values.count) == values)
    }

    @Test("What is compressed comes back: nothing, repetitions, noise, and more than a piece of 64 KiB")
    func snappy() throws {
        var noise: [UInt8] = []
        var state: UInt32 = 1
        for _ in 0..<150_000 {
            state = state &* 1_664_525 &+ 1_013_904_223
            noise.append(UInt8(state >> 24))
        }
        let ids = (0..<5000).flatMap { Array("street-81b99cfc51de:\($0):00:person".utf8) }
        let inputs: [[UInt8]] = [
            [], [1], [1, 2, 3], Array(repeating: 0, count: 100_000), noise, ids, Array(noise.prefix(61)),
            Array(noise.prefix(256)), Array(noise.prefix(257)), Array(noise.prefix(70_000)) + noise.prefix(70_000),
            Array((0..<60).flatMap { _ in noise.prefix(1000) }),
        ]
        for input in inputs {
            let compressed = Snappy.compress(input)
            #expect(try SnappyReader.decompress(compressed) == input)
            #expect(compressed.count <= input.count + input.count / 60 + 16)
        }
        #expect(Snappy.compress(ids).count < ids.count / 2)
        #expect(Snappy.compress(Array(repeating: 0, count: 100_000)).count < 6000)
    }
}
