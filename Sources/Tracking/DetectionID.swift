/// The name of one detection: `video:frame:index:class`, such as `car-detection-3f9a2c1b77aa:000123:02:car`.
///
/// - `video` is the video's ID;
/// - `frame` is the frame's index in the video, from 0, of at least 6 digits;
/// - `index` is the position in the detector's output for that frame, from 0, of at least 2 digits;
/// - `class` is the class's label: a blank becomes `-`, any other byte outside `[A-Za-z0-9._-]` becomes `%` and two
///   hexadecimal digits, and an empty label becomes `_`.
///
/// Video, frame and index alone make it unique; that two labels can be written alike does no harm. Video IDs hold no
/// colon, so the parts can be told apart.
public struct DetectionID: Sendable, Hashable, CustomStringConvertible {
    /// The ID of its video.
    public var videoID: String
    /// The index of its frame in the video, from 0.
    public var frame: Int
    /// The position in the detector's output, from 0.
    public var index: Int
    /// The label as the name writes it; see ``sanitise(_:)``.
    public var label: String

    /// The name of a detection.
    ///
    /// - Parameters:
    ///   - videoID: the video's ID, `[A-Za-z0-9._-]{1,128}`.
    ///   - frame: the frame's index in the video, 0 or more.
    ///   - index: the position in the detector's output, 0 or more.
    ///   - label: the class's label, as the model has it.
    public static func make(videoID: String, frame: Int, index: Int, label: String) -> String {
        make(videoID: videoID.utf8, frame: frame, index: index, sanitisedLabel: sanitise(label).utf8)
    }

    /// Takes a name apart; nil for a text that ``make(videoID:frame:index:label:)`` does not write.
    public static func parse(_ text: String) -> DetectionID? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4, !parts[0].isEmpty, !parts[3].isEmpty,
            let frame = number(parts[1], digits: frameDigits), let index = number(parts[2], digits: indexDigits),
            parts[3].utf8.allSatisfy({ isPlain($0) || $0 == UInt8(ascii: "%") })
        else { return nil }
        return DetectionID(videoID: String(parts[0]), frame: frame, index: index, label: String(parts[3]))
    }

    /// The name, put together again.
    public var description: String {
        Self.make(videoID: videoID.utf8, frame: frame, index: index, sanitisedLabel: label.utf8)
    }

    /// A class's label as names write it: only `[A-Za-z0-9._%-]`, never empty.
    public static func sanitise(_ label: String) -> String {
        guard !label.isEmpty else { return "_" }
        var bytes: [UInt8] = []
        for byte in label.utf8 {
            if isPlain(byte) {
                bytes.append(byte)
            } else if byte == UInt8(ascii: " ") {
                bytes.append(UInt8(ascii: "-"))
            } else {
                bytes.append(UInt8(ascii: "%"))
                bytes.append(hexadecimalDigit(byte >> 4))
                bytes.append(hexadecimalDigit(byte & 0xF))
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let frameDigits = 6
    private static let indexDigits = 2

    /// As ``make(videoID:frame:index:label:)``, for a caller who names many detections.
    static func make(
        videoID: String.UTF8View, frame: Int, index: Int, sanitisedLabel: String.UTF8View
    ) -> String {
        // Two numbers of up to 20 characters and three colons.
        String(unsafeUninitializedCapacity: videoID.count + sanitisedLabel.count + 43) { buffer in
            var end = 0
            func append(_ byte: UInt8) {
                buffer[end] = byte
                end += 1
            }
            func append(_ value: Int, digits: Int) {
                if value < 0 { append(UInt8(ascii: "-")) }
                let start = end
                var rest = value.magnitude
                repeat {
                    append(UInt8(ascii: "0") + UInt8(rest % 10))
                    rest /= 10
                } while rest > 0 || end - start < digits
                buffer[start..<end].reverse()
            }
            for byte in videoID { append(byte) }
            append(UInt8(ascii: ":"))
            append(frame, digits: frameDigits)
            append(UInt8(ascii: ":"))
            append(index, digits: indexDigits)
            append(UInt8(ascii: ":"))
            for byte in sanitisedLabel { append(byte) }
            return end
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    /// A number in the one way it is written: at least so many digits, and no zero in front beyond these.
    private static func number(_ text: Substring, digits: Int) -> Int? {
        guard text.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
            text.utf8.count == digits || (text.utf8.count > digits && text.utf8.first != UInt8(ascii: "0"))
        else { return nil }
        return Int(text)
    }
}
