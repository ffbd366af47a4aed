internal import CFFmpeg
internal import Synchronization

/// Room for one picture in memory that a decoder's process has mapped, too.
final class PictureSlot: Sendable {
    /// What the two processes call it.
    let number: Int64
    let memory: SharedMemory

    init(number: Int64, memory: SharedMemory) {
        self.number = number
        self.memory = memory
    }
}

/// The slots of one decoder's process that hold no picture at the moment.
///
/// Frames give theirs back from whatever thread they are freed on.
final class FreeSlots: Sendable {
    /// Nil once the process is gone: what comes back then is given back to the system.
    private let slots = Mutex<[PictureSlot]?>([])

    func add(_ slot: PictureSlot) { slots.withLock { $0?.append(slot) } }

    func takeAll() -> [PictureSlot] {
        slots.withLock { slots in
            defer { if slots != nil { slots = [] } }
            return slots ?? []
        }
    }

    func close() { slots.withLock { $0 = nil } }

    var count: Int { slots.withLock { $0?.count ?? 0 } }
}

/// Gives a slot back when FFmpeg frees the last reference to what is in it.
private final class SlotLease {
    private let slot: PictureSlot
    private let free: FreeSlots

    init(_ slot: PictureSlot, _ free: FreeSlots) {
        self.slot = slot
        self.free = free
    }

    deinit { free.add(slot) }
}

extension VideoFrame {
    /// The picture that a decoder's process has put into a slot; the slot goes back to `free` with the last reference to it.
    ///
    /// - Precondition: the slot has room for what `description` says.
    convenience init(
        _ description: PictureDescription, in slot: PictureSlot, returningTo free: FreeSlots, rotation: Int
    ) throws(MediaError) {
        guard let frame = av_frame_alloc() else {
            free.add(slot)
            throw MediaError(.outOfMemory, operation: "av_frame_alloc", detail: "no memory for a frame")
        }
        self.init(owning: frame, rotation: rotation)
        let base = slot.memory.base.assumingMemoryBound(to: UInt8.self)
        let lease = Unmanaged.passRetained(SlotLease(slot, free)).toOpaque()
        frame.pointee.buf.0 = av_buffer_create(
            base, slot.memory.count,
            { opaque, _ in if let opaque { Unmanaged<SlotLease>.fromOpaque(opaque).release() } }, lease,
            AV_BUFFER_FLAG_READONLY)
        guard frame.pointee.buf.0 != nil else {
            Unmanaged<SlotLease>.fromOpaque(lease).release()
            throw MediaError(.outOfMemory, operation: "av_buffer_create", detail: "no memory for a frame")
        }
        frame.pointee.width = description.width
        frame.pointee.height = description.height
        frame.pointee.format = description.format
        frame.pointee.sample_aspect_ratio = AVRational(
            num: description.aspectNumerator, den: description.aspectDenominator)
        frame.pointee.colorspace = AVColorSpace(description.colorSpace)
        frame.pointee.color_range = AVColorRange(description.colorRange)
        frame.pointee.color_primaries = AVColorPrimaries(description.colorPrimaries)
        frame.pointee.color_trc = AVColorTransferCharacteristic(description.colorTransfer)
        frame.pointee.chroma_location = AVChromaLocation(description.chromaLocation)
        let size = lapwing_lay_out(frame, description.format, description.width, description.height, base)
        precondition(size > 0 && size <= slot.memory.count)
    }

    /// Copies the pixels to where ``init(_:in:returningTo:rotation:)`` finds them.
    ///
    /// - Precondition: there is room.
    func copyPixels(to memory: SharedMemory) {
        let size = lapwing_copy_picture(memory.base.assumingMemoryBound(to: UInt8.self), pointer)
        precondition(size > 0 && size <= memory.count)
    }
}
