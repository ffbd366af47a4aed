/// What a decoder's process and its parent tell each other: a kind, as many numbers as that has, and maybe a text.
///
/// The parent asks with ``Kind/open``, and then with one ``Kind/fill`` for each picture that it has room for; each of these
/// gets exactly one answer, in order. Pictures and chunks are in memory that both have mapped, never in a message.
struct DecoderMessage: Equatable {
    enum Kind: Int64, CaseIterable {
        // From the parent.
        /// Here is a chunk: bytes of its description, bytes of its own; with the memory that holds both.
        case open = 1
        /// Room for a picture: its number, its bytes; with the memory when the number is new.
        case fill
        /// The room of this number is gone.
        case drop

        // From the decoder.
        /// Here I am: the version of these messages, and what I am kept from.
        case ready = 65
        /// The chunk is one.
        case opened
        /// The picture is there: the frame's index, its time, and ``PictureDescription/numbers``.
        case picture
        /// The frame cannot be decoded: its index, its time.
        case missing
        /// The next picture needs more room: width, height, format.
        case tooSmall
        /// No chunk is being decoded.
        case nothing
        /// The chunk cannot be decoded; the text says why.
        case failed

        var numberCount: Int {
            switch self {
            case .open, .fill, .ready, .missing: 2
            case .drop: 1
            case .picture: 2 + PictureDescription.numberCount
            case .tooSmall: 3
            case .opened, .nothing, .failed: 0
            }
        }
    }

    /// Goes up with every change to messages or to what is in shared memory.
    static let version: Int64 = 1
    /// No message has more bytes.
    static let maxByteCount = 4096

    var kind: Kind
    var numbers: [Int64] = []
    var text = ""

    init(_ kind: Kind, _ numbers: [Int64] = [], text: String = "") {
        precondition(numbers.count == kind.numberCount)
        self.kind = kind
        self.numbers = numbers
        self.text = text
    }

    /// What the bytes say; nil where they are no message.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 8, bytes.count <= Self.maxByteCount else { return nil }
        func number(_ position: Int) -> Int64 {
            Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * position, as: Int64.self))
        }
        guard let kind = Kind(rawValue: number(0)) else { return nil }
        let rest = 8 + 8 * kind.numberCount
        guard kind == .failed ? bytes.count >= rest : bytes.count == rest else { return nil }
        self.kind = kind
        numbers = (0..<kind.numberCount).map { number(1 + $0) }
        text = String(decoding: bytes[rest...], as: UTF8.self)
    }

    /// As it is sent; a text that is too long is cut off.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for number in [kind.rawValue] + numbers {
            withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        }
        bytes.append(contentsOf: text.utf8.prefix(Self.maxByteCount - bytes.count))
        return bytes
    }
}

extension DecoderMessage {
    /// That a chunk cannot be decoded.
    static func failed(_ error: MediaError) -> DecoderMessage {
        DecoderMessage(.failed, text: [error.code.rawValue, error.operation, error.detail].joined(separator: "\0"))
    }

    /// Why a chunk cannot be decoded, as the text says it.
    var error: MediaError {
        let parts = text.split(separator: "\0", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else { return MediaError(.corrupt, operation: "decode", detail: text) }
        return MediaError(.init(rawValue: parts[0]), operation: parts[1], detail: parts[2])
    }
}
