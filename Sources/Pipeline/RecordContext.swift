public import EventLog

/// What travels beside a video's bytes, in the headers of its chunks' records and of all that is written for them: the
/// trace that the video is part of (https://www.w3.org/TR/trace-context/), and the camera that it is from.
///
/// No result's value depends on it. Headers that are not well-formed are taken as not there.
public struct RecordContext: Sendable, Hashable {
    static let traceparentName = "traceparent"
    static let tracestateName = "tracestate"
    /// The header that names the camera.
    public static let cameraName = "lapwing-camera"

    /// `00-<32 hex digits: trace>-<16 hex digits: parent>-<2 hex digits: flags>`.
    public private(set) var traceparent: String?
    /// What tracing systems add; only with ``traceparent``.
    public private(set) var tracestate: String?
    /// 1 to 64 printable ASCII characters.
    public private(set) var camera: String?

    public init() {}

    /// What is not well-formed is left out; see ``isTraceparent(_:)``, ``isTracestate(_:)`` and ``isCamera(_:)``.
    public init(traceparent: String?, tracestate: String? = nil, camera: String? = nil) {
        if let traceparent, Self.isTraceparent(traceparent) {
            self.traceparent = traceparent
            if let tracestate, Self.isTracestate(tracestate) { self.tracestate = tracestate }
        }
        if let camera, Self.isCamera(camera) { self.camera = camera }
    }

    /// What a record's headers say.
    public init(of record: Record) {
        func text(_ name: String) -> String? {
            record.header(name).flatMap { $0.count <= 512 ? String(validating: $0, as: UTF8.self) : nil }
        }
        self.init(
            traceparent: text(Self.traceparentName), tracestate: text(Self.tracestateName),
            camera: text(Self.cameraName))
    }

    public var isEmpty: Bool { traceparent == nil && camera == nil }

    var headers: [Record.Header] {
        [(Self.traceparentName, traceparent), (Self.tracestateName, tracestate), (Self.cameraName, camera)]
            .compactMap { name, value in value.map { Record.Header(name, $0) } }
    }

    /// The trace's 32 hex digits; nil without a trace.
    public var traceID: String? { traceparent.map { String($0.dropFirst(3).prefix(32)) } }

    /// The same, in a new trace where there is none; its identifiers are random, and it is to be recorded.
    public func traced() -> RecordContext {
        guard traceparent == nil else { return self }
        func digits(_ count: Int) -> String {
            // All zeros would be no identifier.
            let number = String(UInt64.random(in: 1 ... .max), radix: 16)
            return String(repeating: "0", count: 16 - number.count) + number + (count > 16 ? digits(count - 16) : "")
        }
        return RecordContext(traceparent: "00-\(digits(32))-\(digits(16))-01", camera: camera)
    }

    /// Whether it is what the recommendation calls valid; versions to come may say more behind.
    public static func isTraceparent(_ text: String) -> Bool {
        let fields = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count <= 256, fields.count >= 4, fields.map(\.utf8.count).starts(with: [2, 32, 16, 2]),
            fields.prefix(4).allSatisfy({ $0.utf8.allSatisfy(isLowercaseHexDigit) }), text.utf8.allSatisfy(isPrintable)
        else { return false }
        let isKnown = fields[0] == "00"
        return fields[0] != "ff" && (!isKnown || fields.count == 4)
            && !fields[1].utf8.allSatisfy { $0 == UInt8(ascii: "0") }
            && !fields[2].utf8.allSatisfy { $0 == UInt8(ascii: "0") }
    }

    /// Whether it is 1 to 512 printable ASCII characters.
    public static func isTracestate(_ text: String) -> Bool {
        (1...512).contains(text.utf8.count) && text.utf8.allSatisfy(isPrintable)
    }

    /// Whether it is 1 to 64 printable ASCII characters, without a blank at its ends.
    public static func isCamera(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(isPrintable) && !text.hasPrefix(" ")
            && !text.hasSuffix(" ")
    }

    private static func isPrintable(_ byte: UInt8) -> Bool { (0x20...0x7e).contains(byte) }

    private static func isLowercaseHexDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
