internal import CFFmpeg
internal import CIsolation
internal import Foundation

/// A decoder's process as its parent sees it: asks for frames, and believes nothing of what is answered.
///
/// After any ``Fault`` but ``Fault/chunk(_:)`` the connection is of no more use. It belongs to one thread at a time.
final class DecoderConnection {
    /// Why there is no answer to go on with.
    enum Fault: Error {
        /// The chunk cannot be decoded; the decoder can go on with others.
        case chunk(MediaError)
        /// The other side is gone.
        case closed
        /// It did not answer in time.
        case late
        /// It answered what a sound decoder would not.
        case violation(String)
    }

    private enum Question {
        case open
        case fill(PictureSlot)
    }

    private struct Chunk {
        var info: ChunkDecodingInfo
        /// Frames that have been given out.
        var given = 0
        /// Fills that have not been answered.
        var asked = 0
        /// Why there are no more frames.
        var error: MediaError?
    }

    private let socket: DecoderSocket
    private let limits: MediaLimits
    private let patience: Duration
    private let picturesAhead: Int

    private var questions: [Question] = []
    private var chunk: Chunk?
    private let free = FreeSlots()
    private var nextSlot: Int64 = 0
    /// Bytes that the last picture took; 0 while none has come.
    private var pictureBytes = 0

    /// - Parameters:
    ///   - patience: how long an answer may take.
    ///   - picturesAhead: how many frames are asked for before they are wanted; 1 or more.
    init(socket: DecoderSocket, limits: MediaLimits, patience: Duration, picturesAhead: Int) {
        self.socket = socket
        self.limits = limits
        self.patience = patience
        self.picturesAhead = max(1, picturesAhead)
    }

    deinit { free.close() }

    /// Slots that hold no picture.
    var freeSlotCount: Int { free.count }

    /// Gives up what is left of a chunk, and waits for what has been asked; whether the decoder can go on with another.
    func settle() -> Bool {
        chunk = nil
        let deadline = ContinuousClock.now + patience
        while !questions.isEmpty {
            guard let (question, message) = try? answer(deadline), case .fill(let slot) = question else { return false }
            switch message.kind {
            case .picture, .missing, .tooSmall: free.add(slot)
            case .nothing, .failed:
                pictureBytes = 0
                if (try? drop(slot, deadline)) == nil { return false }
            default: return false
            }
        }
        // It says nothing that it is not asked; and is it there?
        return !socket.isReadable
    }

    /// Waits until the decoder is there; returns what it says that it is kept from.
    func awaitReady() throws(Fault) -> DecoderProtection {
        let message = try receive(.now + patience)
        guard message.kind == .ready, message.numbers[0] == DecoderMessage.version,
            let bits = Int(exactly: message.numbers[1])
        else { throw .violation("it is of another version") }
        return DecoderProtection(rawValue: bits).intersection(.full)
    }

    /// Begins with a chunk.
    ///
    /// - Precondition: ``settle()`` was the last call, or nothing has been opened.
    func open(_ bytes: [UInt8], info: ChunkDecodingInfo, threads: Int) throws(Fault) {
        let deadline = ContinuousClock.now + patience
        precondition(questions.isEmpty)
        chunk = nil
        do {
            let request = try DecoderRequest(info: info, limits: limits, threads: threads).encoded()
            try SharedMemory.withNew(count: request.count + bytes.count) { descriptor in
                let memory = try SharedMemory(
                    mapping: descriptor, count: request.count + bytes.count, isWritable: true)
                let area = UnsafeMutableRawBufferPointer(start: memory.base, count: memory.count)
                area.copyBytes(from: request)
                UnsafeMutableRawBufferPointer(rebasing: area[request.count...]).copyBytes(from: bytes)
                try send(.init(.open, [Int64(request.count), Int64(bytes.count)]), memory: descriptor, deadline)
            }
        } catch let fault as Fault {
            throw fault
        } catch {
            throw .chunk(Self.mediaError(error))
        }
        questions.append(.open)
        let (question, message) = try answer(deadline)
        switch (question, message.kind) {
        case (.open, .opened): chunk = Chunk(info: info)
        case (.open, .failed): throw .chunk(Self.error(message))
        default: throw .violation("it answers what it was not asked")
        }
    }

    /// The chunk's next frame; nil after the last one.
    func next() throws(Fault) -> DecodedFrame? {
        guard var current = chunk else { return nil }
        defer { chunk = current }
        if let error = current.error { throw .chunk(error) }
        let deadline = ContinuousClock.now + patience
        while current.given < current.info.frameCount {
            try ask(&current, deadline)
            let (question, message) = try answer(deadline)
            guard case .fill(let slot) = question else {
                throw .violation("it answers what it was not asked")
            }
            current.asked -= 1
            switch message.kind {
            case .picture:
                let frame = try frame(message, in: slot, current)
                current.given += 1
                // It goes on while the caller looks at this one.
                try ask(&current, deadline)
                return frame
            case .missing:
                free.add(slot)
                let place = try place(message, current)
                current.given += 1
                return DecodedFrame(index: place.index, pts: place.pts, image: nil)
            case .tooSmall:
                let numbers = message.numbers
                guard
                    let count = PictureDescription.byteCount(
                        width: numbers[0], height: numbers[1], format: numbers[2], limits: limits),
                    count > slot.memory.count
                else { throw .violation("it says that a picture needs more room than there can be") }
                pictureBytes = count
                try drop(slot, deadline)
            case .failed:
                // It may have failed over the slot.
                try drop(slot, deadline)
                pictureBytes = 0
                let error = Self.error(message)
                current.error = error
                throw .chunk(error)
            default:
                throw .violation("it answers what it was not asked")
            }
        }
        return nil
    }

    // MARK: Asking

    /// Asks for as many frames as are to be on their way.
    private func ask(_ chunk: inout Chunk, _ deadline: ContinuousClock.Instant) throws(Fault) {
        // Before the first picture nobody knows how much room one takes: asking that once is enough.
        let most = min(pictureBytes == 0 ? 1 : picturesAhead, chunk.info.frameCount - chunk.given)
        while chunk.asked < most {
            let slot = try fill(deadline)
            questions.append(.fill(slot))
            chunk.asked += 1
        }
    }

    private func fill(_ deadline: ContinuousClock.Instant) throws(Fault) -> PictureSlot {
        let wanted = max(pictureBytes, 1)
        var found: PictureSlot?
        for slot in free.takeAll() {
            // What is far too large is from another video; what is left over, from a time when more frames were held.
            if found == nil, (wanted...4 * wanted + (1 << 16)).contains(slot.memory.count) {
                found = slot
            } else if free.count < picturesAhead, slot.memory.count >= wanted,
                slot.memory.count / 4 <= wanted + (1 << 14)
            {
                free.add(slot)
            } else {
                try drop(slot, deadline)
            }
        }
        if let found {
            try send(.init(.fill, [found.number, Int64(found.memory.count)]), deadline)
            return found
        }
        let number = nextSlot
        nextSlot += 1
        do {
            return try SharedMemory.withNew(count: wanted) { descriptor in
                let memory = try SharedMemory(mapping: descriptor, count: wanted, isWritable: false)
                try send(.init(.fill, [number, Int64(wanted)]), memory: descriptor, deadline)
                return PictureSlot(number: number, memory: memory)
            }
        } catch let fault as Fault {
            throw fault
        } catch {
            throw .chunk(Self.mediaError(error))
        }
    }

    private func drop(_ slot: PictureSlot, _ deadline: ContinuousClock.Instant) throws(Fault) {
        try send(.init(.drop, [slot.number]), deadline)
    }

    // MARK: Answers

    private func answer(
        _ deadline: ContinuousClock.Instant
    ) throws(Fault) -> (question: Question, message: DecoderMessage) {
        let message = try receive(deadline)
        guard !questions.isEmpty else { throw .violation("it answers what it was not asked") }
        return (questions.removeFirst(), message)
    }

    private func frame(_ message: DecoderMessage, in slot: PictureSlot, _ chunk: Chunk) throws(Fault) -> DecodedFrame {
        let place = try place(message, chunk)
        guard let description = PictureDescription(numbers: Array(message.numbers[2...])),
            let count = description.byteCount(limits: limits), count <= slot.memory.count
        else { throw .violation("its picture is not one, or larger than its room") }
        pictureBytes = count
        do {
            let image = try VideoFrame(description, in: slot, returningTo: free, rotation: chunk.info.rotation)
            image.pointer.pointee.pts = place.pts
            return DecodedFrame(index: place.index, pts: place.pts, image: image)
        } catch {
            throw .chunk(error)
        }
    }

    /// Which frame an answer is about: the next one, at a time that there can be.
    private func place(_ message: DecoderMessage, _ chunk: Chunk) throws(Fault) -> (index: Int, pts: Int64) {
        let index = chunk.info.firstFrame + chunk.given
        guard message.numbers[0] == Int64(index), sensibleTimes.contains(message.numbers[1]) else {
            throw .violation("its frames are not the chunk's")
        }
        return (index, message.numbers[1])
    }

    /// Why a chunk cannot be decoded, as far as a decoder can say that.
    private static func error(_ message: DecoderMessage) -> MediaError {
        var error = message.error
        let known: [MediaError.Code] = [
            .unreadable, .notAVideo, .noVideoStream, .unsupported, .corrupt, .limitExceeded, .outOfMemory,
        ]
        if !known.contains(error.code) { error.code = .corrupt }
        return error
    }

    private static func mediaError(_ error: any Error) -> MediaError {
        error as? MediaError ?? MediaError(.corrupt, operation: "decode", detail: "\(error)")
    }

    private func send(
        _ message: DecoderMessage, memory: Int32 = -1, _ deadline: ContinuousClock.Instant
    ) throws(Fault) {
        do { try socket.send(message, memory: memory, deadline: deadline) } catch { throw Self.fault(error) }
    }

    private func receive(_ deadline: ContinuousClock.Instant) throws(Fault) -> DecoderMessage {
        do { return try socket.receive(deadline: deadline) } catch { throw Self.fault(error) }
    }

    private static func fault(_ obstacle: DecoderSocket.Obstacle) -> Fault {
        switch obstacle {
        case .closed: .closed
        case .late: .late
        case .malformed: .violation("it says what is no message")
        }
    }
}
