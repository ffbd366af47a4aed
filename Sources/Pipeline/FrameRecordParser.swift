internal import Foundation

/// Reads frames of topic `results` in the form in which ``ResultWriter`` writes them, many times as fast as a JSON decoder.
///
/// It knows that form only: the order of the keys, no blanks, nothing escaped. Whatever else there may be is left to the
/// decoder, so that both understand the same.
struct FrameRecordParser {
    /// Not in the known form.
    private struct Unknown: Error {}

    private let bytes: UnsafeBufferPointer<UInt8>
    private var place = 0

    /// The record; nil when it is not a frame, or not in that form.
    static func parse(_ bytes: [UInt8]) -> ResultRecord? {
        bytes.withUnsafeBufferPointer { buffer in
            var parser = FrameRecordParser(bytes: buffer)
            return try? parser.record()
        }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    // MARK: - The record

    private mutating func record() throws(Unknown) -> ResultRecord {
        try expect(#"{"schema":1,"type":"frame","video_id":"#)
        let name = try string()
        guard let id = try? VideoID(name) else { throw Unknown() }
        var record = ResultRecord(schema: ResultRecord.currentSchema, type: .frame, videoID: id)
        try expect(#","chunk_index":"#)
        record.chunkIndex = try integer()
        try expect(#","frame":"#)
        record.frame = try integer()
        try expect(#","pts":"#)
        record.pts = Int64(try integer())
        try expect(#","time_ms":"#)
        record.timeMilliseconds = try decimal()
        try expect(#","width":"#)
        record.width = try integer()
        try expect(#","height":"#)
        record.height = try integer()
        if skip(#","skipped":"#) { record.skipped = try string() }
        try expect(#","objects":["#)
        var objects: [ResultRecord.Object] = []
        while next != UInt8(ascii: "]") {
            if !objects.isEmpty { try expect(",") }
            objects.append(try object())
        }
        try expect("]}")
        guard place == bytes.count else { throw Unknown() }
        record.objects = objects
        return record
    }

    private mutating func object() throws(Unknown) -> ResultRecord.Object {
        try expect(#"{"detection_id":"#)
        let detectionID = isNull() ? nil : try string()
        try expect(#","object_id":"#)
        let objectID = isNull() ? nil : try string()
        try expect(#","track_id":"#)
        let trackID = isNull() ? nil : try integer()
        try expect(#","class_id":"#)
        let classID = try integer()
        try expect(#","label":"#)
        let label = try string()
        try expect(#","confidence":"#)
        let confidence = isNull() ? nil : try decimal()
        try expect(#","bbox":"#)
        let box = isNull() ? nil : try self.box()
        try expect(#","track_bbox":"#)
        let trackBox = isNull() ? nil : try self.box()
        try expect(#","state":"#)
        let state = isNull() ? nil : try string()
        try expect(#","predicted":"#)
        let predicted = skip("true")
        if !predicted { try expect("false") }
        try expect(#","age":"#)
        let age = isNull() ? nil : try integer()
        try expect(#","hits":"#)
        let hits = isNull() ? nil : try integer()
        try expect("}")
        return ResultRecord.Object(
            detectionID: detectionID, objectID: objectID, trackID: trackID, classID: classID, label: label,
            confidence: confidence, bbox: box, trackBox: trackBox, state: state, predicted: predicted, age: age,
            hits: hits)
    }

    private mutating func box() throws(Unknown) -> ResultRecord.Box {
        try expect(#"{"x1":"#)
        let x1 = try decimal()
        try expect(#","y1":"#)
        let y1 = try decimal()
        try expect(#","x2":"#)
        let x2 = try decimal()
        try expect(#","y2":"#)
        let y2 = try decimal()
        try expect("}")
        return ResultRecord.Box(x1: x1, y1: y1, x2: x2, y2: y2)
    }

    // MARK: - Values

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func skip(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard bytes.count - place >= count, let start = bytes.baseAddress,
            memcmp(start + place, text.utf8Start, count) == 0
        else { return false }
        place += count
        return true
    }

    private mutating func expect(_ text: StaticString) throws(Unknown) {
        guard skip(text) else { throw Unknown() }
    }

    private mutating func isNull() -> Bool { skip("null") }

    /// Text in which nothing is escaped.
    private mutating func string() throws(Unknown) -> String {
        guard next == UInt8(ascii: "\"") else { throw Unknown() }
        let start = place + 1
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
            guard bytes[end] >= 0x20, bytes[end] != UInt8(ascii: "\\") else { throw Unknown() }
            end += 1
        }
        guard end < bytes.count, let text = String(validating: bytes[start..<end], as: UTF8.self) else {
            throw Unknown()
        }
        place = end + 1
        return text
    }

    private mutating func integer() throws(Unknown) -> Int {
        let (units, decimals) = try number()
        guard decimals == 0 else { throw Unknown() }
        return units
    }

    /// Both parts of the division are exact, so that it gives what a decoder gives: the nearest double.
    private mutating func decimal() throws(Unknown) -> Double {
        let isNegative = next == UInt8(ascii: "-")
        let (units, decimals) = try number()
        // Minus zero is another double.
        if units == 0, isNegative { throw Unknown() }
        return Double(units) / Self.powers[decimals]
    }

    private static let powers: [Double] = [1, 10, 100, 1000, 10_000]

    /// A number of at most 15 digits, of which at most four are decimals, as its units and how many of these there are.
    private mutating func number() throws(Unknown) -> (units: Int, decimals: Int) {
        let isNegative = skip("-")
        let start = place
        var units = 0
        var point: Int?
        while let byte = next {
            if byte == UInt8(ascii: "."), point == nil, place > start {
                point = place
            } else if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                units = units * 10 + Int(byte - UInt8(ascii: "0"))
            } else {
                break
            }
            place += 1
            guard place - start <= 16 else { throw Unknown() }
        }
        let digits = place - start - (point == nil ? 0 : 1)
        let decimals = point.map { place - $0 - 1 } ?? 0
        // A number that begins with a zero and goes on is no JSON; nor is one that ends with its point.
        let startsWell = digits - decimals == 1 || bytes[min(start, bytes.count - 1)] != UInt8(ascii: "0")
        guard (1...15).contains(digits), decimals < Self.powers.count, point == nil || decimals > 0, startsWell,
            digits > decimals
        else { throw Unknown() }
        return (isNegative ? -units : units, decimals)
    }
}
