internal import CAllocator
internal import Foundation

/// What the C allocator keeps of the memory that was given back to it.
public enum Allocator {
    /// Has it give back to the system sooner, for a process whose memory has a limit; before threads are started.
    ///
    /// glibc makes up to eight arenas for each core, none of which uses what is free in another, and learns to keep blocks of
    /// up to 32 MiB. Chunks, packets and pictures come and go in sizes from kilobytes to megabytes on many threads; so: two
    /// arenas at most, blocks from 128 KiB on straight from the system, and no more than 1 MiB free at an arena's end.
    /// Another allocator stays as it is, and so does glibc's where the environment has settings for it.
    public static func keepLess() {
        let environment = ProcessInfo.processInfo.environment
        guard !environment.keys.contains(where: { $0.hasPrefix("MALLOC_") || $0 == "GLIBC_TUNABLES" }) else { return }
        _ = lapwing_keep_less_memory(2, 128 << 10, 1 << 20)
    }
}
