import ArgumentParser

/// How videos are cut.
struct ChunkOptions: ParsableArguments {
    @Option(
        name: .long,
        help:
            "How long chunks are, in seconds; each ends at the next place where the video can be cut without re-encoding."
    )
    var chunkSeconds = 4.0

    @Option(
        name: .long,
        help: ArgumentHelp("How large chunks may be; a single GOP above it is an error.", valueName: "size"))
    var maxChunkBytes = ByteSize(bytes: 64 << 20)

    @Flag(
        name: .long,
        help: "Detect in all chunks of a video at a time, on all workers and processors; the results are the same.")
    var parallelDetect = false

    func validate() throws {
        guard chunkSeconds > 0, chunkSeconds <= 86400 else {
            throw ValidationError("--chunk-seconds must be above 0, and at most 86400")
        }
        guard maxChunkBytes.bytes >= 1024, maxChunkBytes.bytes <= 1 << 30 else {
            throw ValidationError("--max-chunk-bytes must be between 1KiB and 1GiB")
        }
    }
}
