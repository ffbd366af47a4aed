internal import CIsolation
internal import Foundation

/// The other side of ``IsolatedDecoder``: what the process does that it starts.
public enum DecoderChild {
    /// The program's first argument then; no command for people.
    public static let command = "decode-chunks"

    /// Decodes chunks and never returns, if that is what the program was started for. To be called before anything else.
    public static func serveIfAsked() {
        let arguments = CommandLine.arguments
        guard arguments.count > 1, arguments[1] == command else { return }
        var status = stat()
        guard arguments.count == 4, let memory = UInt64(arguments[2]), let threads = Int32(arguments[3]),
            fstat(LAPWING_DECODER_SOCKET, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK
        else {
            FileHandle.standardError.write(
                Data("lapwing: error: \(command) is for Lapwing itself: it is what --isolate-decoder starts\n".utf8))
            _exit(2)
        }
        serve(memory: memory, threads: threads)
    }

    private static func serve(memory: UInt64, threads: Int32) -> Never {
        _ = lapwing_die_with_parent()
        let socket = DecoderSocket(owning: LAPWING_DECODER_SOCKET)
        warmUp()
        let confined = lapwing_confine(addressSpace &+ memory, threads > 1 ? 1 : 0)
        var isAlone = (try? socket.send(.init(.ready, [DecoderMessage.version, Int64(confined)]))) == nil
        var decoding = Decoding()
        // Whatever goes wrong between the two: a new process is better than guesses.
        while !isAlone, let (message, descriptor) = try? socket.receiveWithDescriptor() {
            guard let answer = decoding.answer(message, memory: descriptor) else { continue }
            isAlone = (try? socket.send(answer)) == nil
        }
        _exit(0)
    }

    /// Bytes of address space that the process has now.
    private static var addressSpace: UInt64 {
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ").first
        return (pages.flatMap { UInt64($0) } ?? 0) &* UInt64(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Has the libraries load now what they load when first needed: later they cannot.
    private static func warmUp() {
        FFmpegLibrary.prepare()
        let info = ChunkDecodingInfo(
            name: "none", container: .mp4, firstFrame: 0, frameCount: 1, timestampShift: 0,
            timeBase: Rational(1, 25), exactPTS: [0])
        let request = try? DecoderRequest(info: info, limits: .default, threads: 1).encoded()
        _ = try? request?.withUnsafeBytes { try DecoderRequest(decoding: $0) }
        // Reads nothing, but finds the demuxers, and makes an error of it.
        for container in [ChunkContainer.mp4, .matroska] {
            var info = info
            info.container = container
            do { _ = try ChunkDecoder(bytes: [0], info: info) } catch { _ = DecoderMessage.failed(error).bytes }
        }
        _ = "\(MediaLimits.default.maxTimePerFrame) \(ContinuousClock.now)"
    }
}

/// A decoder's process between two messages.
private struct Decoding {
    private var decoder: ChunkDecoder?
    /// A frame that waits for room.
    private var waiting: DecodedFrame?
    private var slots: [Int64: SharedMemory] = [:]

    /// What to answer; nil: nothing.
    mutating func answer(_ message: DecoderMessage, memory descriptor: Int32) -> DecoderMessage? {
        defer { if descriptor >= 0 { close(descriptor) } }
        do {
            switch message.kind {
            case .open:
                decoder = nil
                waiting = nil
                decoder = try Self.open(message, descriptor)
                return DecoderMessage(.opened)
            case .fill:
                if descriptor >= 0 {
                    slots[message.numbers[0]] = try SharedMemory(
                        mapping: descriptor, count: Int(message.numbers[1]), isWritable: true)
                }
                return try fill(slots[message.numbers[0]])
            case .drop:
                slots[message.numbers[0]] = nil
                return nil
            default:
                return nil
            }
        } catch {
            decoder = nil
            waiting = nil
            return .failed(
                error as? MediaError
                    ?? MediaError(.corrupt, operation: "decode", detail: "a request is not one: \(error)"))
        }
    }

    private static func open(_ message: DecoderMessage, _ descriptor: Int32) throws -> ChunkDecoder {
        let (requestCount, chunkCount) = (Int(message.numbers[0]), Int(message.numbers[1]))
        let memory = try SharedMemory(mapping: descriptor, count: requestCount + chunkCount, isWritable: false)
        let area = UnsafeRawBufferPointer(start: memory.base, count: memory.count)
        let request = try DecoderRequest(decoding: UnsafeRawBufferPointer(rebasing: area[..<requestCount]))
        return try ChunkDecoder(
            bytes: Array(area[requestCount...]), info: request.info, threads: request.threads, limits: request.limits)
    }

    private mutating func fill(_ slot: SharedMemory?) throws -> DecoderMessage {
        guard let slot, let frame = try waiting ?? decoder?.next() else { return DecoderMessage(.nothing) }
        guard let image = frame.image else { return DecoderMessage(.missing, [Int64(frame.index), frame.pts]) }
        let description = PictureDescription(image.pointer.pointee)
        // The decoder has held to the limits.
        let count = description.byteCount(limits: .init(maxPixels: .max)) ?? .max
        guard count <= slot.count else {
            waiting = frame
            return DecoderMessage(
                .tooSmall, [Int64(description.width), Int64(description.height), Int64(description.format)])
        }
        image.copyPixels(to: slot)
        waiting = nil
        return DecoderMessage(.picture, [Int64(frame.index), frame.pts] + description.numbers)
    }
}
