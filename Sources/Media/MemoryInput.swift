internal import CFFmpeg

/// Lets FFmpeg read an array as if it were a file, without copying it.
final class MemoryInput {
    private let bytes: [UInt8]
    private var position = 0
    /// Owned; freed in `deinit`. Its callbacks point to this object unretained, so the object must outlive its use.
    private(set) var io: UnsafeMutablePointer<AVIOContext>?

    private static let bufferSize: Int32 = 1 << 15

    init(bytes: [UInt8], name: String) throws(MediaError) {
        self.bytes = bytes
        guard let buffer = av_malloc(Int(Self.bufferSize)) else {
            throw MediaError(.outOfMemory, operation: "av_malloc", detail: "no memory to read \(name)")
        }
        io = avio_alloc_context(
            buffer.assumingMemoryBound(to: UInt8.self), Self.bufferSize, 0, Unmanaged.passUnretained(self).toOpaque(),
            { opaque, buffer, size in
                guard let opaque, let buffer else { return Int32(lapwing_AVERROR_EIO) }
                return Unmanaged<MemoryInput>.fromOpaque(opaque).takeUnretainedValue().read(into: buffer, size: size)
            },
            nil,
            { opaque, offset, whence in
                guard let opaque else { return -1 }
                return Unmanaged<MemoryInput>.fromOpaque(opaque).takeUnretainedValue().seek(to: offset, whence: whence)
            })
        if io == nil {
            av_free(buffer)
            throw MediaError(.outOfMemory, operation: "avio_alloc_context", detail: "no memory to read \(name)")
        }
    }

    deinit {
        // The buffer may have been replaced by FFmpeg, so it is freed through the context.
        if let context = io { av_freep(&context.pointee.buffer) }
        avio_context_free(&io)
    }

    private func read(into buffer: UnsafeMutablePointer<UInt8>, size: Int32) -> Int32 {
        let count = min(Int(size), bytes.count - position)
        guard count > 0 else { return Int32(lapwing_AVERROR_EOF) }
        bytes.withUnsafeBytes { source in
            UnsafeMutableRawBufferPointer(start: buffer, count: count)
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[position..<position + count]))
        }
        position += count
        return Int32(count)
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
        guard !overflow, (0...Int64(bytes.count)).contains(target) else { return -1 }
        position = Int(target)
        return target
    }
}
