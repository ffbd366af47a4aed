internal import CFFmpeg

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Lets FFmpeg read a descriptor that cannot be sought in, such as standard input, and be interrupted while it waits.
final class PipeInput {
    private let descriptor: Int32
    private let interrupt: ReadInterrupt
    /// Owned; freed in `deinit`. Its callback points to this object unretained, so the object must outlive its use.
    private(set) var io: UnsafeMutablePointer<AVIOContext>?

    private static let bufferSize: Int32 = 1 << 16

    init(descriptor: Int32, name: String, interrupt: ReadInterrupt) throws(MediaError) {
        self.descriptor = descriptor
        self.interrupt = interrupt
        guard let buffer = av_malloc(Int(Self.bufferSize)) else {
            throw MediaError(.outOfMemory, operation: "av_malloc", detail: "no memory to read \(name)")
        }
        io = avio_alloc_context(
            buffer.assumingMemoryBound(to: UInt8.self), Self.bufferSize, 0, Unmanaged.passUnretained(self).toOpaque(),
            { opaque, buffer, size in
                guard let opaque, let buffer else { return Int32(lapwing_AVERROR_EIO) }
                return Unmanaged<PipeInput>.fromOpaque(opaque).takeUnretainedValue().read(into: buffer, size: size)
            }, nil, nil)
        guard let io else {
            av_free(buffer)
            throw MediaError(.outOfMemory, operation: "avio_alloc_context", detail: "no memory to read \(name)")
        }
        io.pointee.seekable = 0
    }

    deinit {
        // The buffer may have been replaced by FFmpeg, so it is freed through the context.
        if let context = io { av_freep(&context.pointee.buffer) }
        avio_context_free(&io)
    }

    private func read(into buffer: UnsafeMutablePointer<UInt8>, size: Int32) -> Int32 {
        while !interrupt.isDue {
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wanted, 1, 100)
            if ready < 0, errno != EINTR { return lapwing_averror(errno) }
            guard ready > 0 else { continue }
            #if canImport(Darwin)
                let count = Darwin.read(descriptor, buffer, Int(size))
            #elseif canImport(Musl)
                let count = Musl.read(descriptor, buffer, Int(size))
            #else
                let count = Glibc.read(descriptor, buffer, Int(size))
            #endif
            if count > 0 { return Int32(count) }
            if count == 0 { return Int32(lapwing_AVERROR_EOF) }
            if errno != EINTR, errno != EAGAIN { return lapwing_averror(errno) }
        }
        return Int32(lapwing_AVERROR_EXIT)
    }
}
