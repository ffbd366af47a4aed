internal import CFFmpeg

/// Collects what a muxer writes in one growing array.
final class MemoryOutput {
    private(set) var bytes: [UInt8] = []
    private var position = 0
    private let limit: Int
    /// Owned; freed in `deinit`. Its callbacks point to this object unretained, so the object must outlive its use.
    private(set) var io: UnsafeMutablePointer<AVIOContext>?

    private static let bufferSize: Int32 = 1 << 16

    /// - Parameters:
    ///   - reserve: how many bytes will probably come, so that the array need not move.
    ///   - limit: writes past this size fail.
    init(reserve: Int, limit: Int = .max) throws(MediaError) {
        self.limit = limit
        bytes.reserveCapacity(reserve)
        guard let buffer = av_malloc(Int(Self.bufferSize)) else {
            throw MediaError(.outOfMemory, operation: "av_malloc", detail: "no memory to write a chunk")
        }
        // The buffer's constness differs between FFmpeg versions, so its type is left to inference.
        io = avio_alloc_context(
            buffer.assumingMemoryBound(to: UInt8.self), Self.bufferSize, 1, Unmanaged.passUnretained(self).toOpaque(),
            nil,
            { opaque, buffer, size in
                guard let opaque, let buffer else { return Int32(lapwing_AVERROR_EIO) }
                let written = UnsafeRawBufferPointer(start: buffer, count: Int(size))
                return Unmanaged<MemoryOutput>.fromOpaque(opaque).takeUnretainedValue().write(written)
            },
            { opaque, offset, whence in
                guard let opaque else { return -1 }
                return Unmanaged<MemoryOutput>.fromOpaque(opaque).takeUnretainedValue()
                    .seek(to: offset, whence: whence)
            })
        if io == nil {
            av_free(buffer)
            throw MediaError(.outOfMemory, operation: "avio_alloc_context", detail: "no memory to write a chunk")
        }
    }

    deinit {
        if let context = io { av_freep(&context.pointee.buffer) }
        avio_context_free(&io)
    }

    /// Gives the array away; the object is empty afterwards.
    func takeBytes() -> [UInt8] {
        defer {
            bytes = []
            position = 0
        }
        return bytes
    }

    private func write(_ source: UnsafeRawBufferPointer) -> Int32 {
        guard position + source.count <= limit else { return Int32(lapwing_AVERROR_EIO) }
        if position > bytes.count { bytes.append(contentsOf: repeatElement(0, count: position - bytes.count)) }
        let overwritten = min(source.count, bytes.count - position)
        if overwritten > 0 {
            bytes.withUnsafeMutableBytes { target in
                UnsafeMutableRawBufferPointer(rebasing: target[position..<position + overwritten])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<overwritten]))
            }
        }
        bytes.append(contentsOf: source[overwritten...])
        position += source.count
        return Int32(source.count)
    }

    private func seek(to offset: Int64, whence: Int32) -> Int64 {
        let base: Int64
        switch whence & ~AVSEEK_FORCE {
        case AVSEEK_SIZE: return Int64(bytes.count)
        case SEEK_SET: base = 0
        case SEEK_CUR: base = Int64(position)
        case SEEK_END: base = Int64(bytes.count)
        default: return -1
        }
        let (target, overflow) = base.addingReportingOverflow(offset)
        guard !overflow, target >= 0, target <= Int64(limit) else { return -1 }
        position = Int(target)
        return target
    }
}
