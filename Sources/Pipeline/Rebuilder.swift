public import EventLog
internal import Foundation
public import Logging
internal import Media

/// Puts the chunks of complete videos back into one file each, in a folder.
///
/// A file appears under its name only when it is whole and its packets match what the producer counted. A video whose
/// file is there is done.
public actor Rebuilder: ChunkHandler {
    private let executor = BlockingExecutor(label: "lapwing.rebuilder")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let folder: String
    private let logger: Logger
    private let onFile: @Sendable (_ path: String, _ frames: Int) -> Void
    /// The video in hand; its chunks come one after the other.
    private var current: (id: VideoID, partition: Int, assembler: VideoAssembler)?
    /// Videos of which it was said that they cannot be rebuilt, since their chunks are spread.
    private var spread: Set<VideoID> = []

    /// - Parameters:
    ///   - folder: is made if it is not there.
    ///   - onFile: called for each file that is whole.
    public init(
        folder: String, logger: Logger,
        onFile: @escaping @Sendable (_ path: String, _ frames: Int) -> Void = { _, _ in }
    ) throws(PipelineError) {
        self.folder = folder
        self.logger = logger
        self.onFile = onFile
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw PipelineError(.unwritable, "output folder \(folder): \(error.localizedDescription)")
        }
    }

    public nonisolated var takesVideosByTurns: Bool { false }

    public func restore(
        partition: Int, from log: any EventLog, onProgress: @escaping @Sendable (_ read: Int64, _ total: Int64) -> Void
    ) throws -> RestoredVideos {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        let done = names.filter { !$0.hasSuffix(".part") }
            .compactMap { try? VideoID(URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent) }
        return RestoredVideos(done: Set(done))
    }

    public nonisolated func begin(_ chunk: ChunkAssembly) -> PendingOutcome {
        let outcome = PendingOutcome()
        Task { await append(chunk, outcome) }
        return outcome
    }

    private func append(_ chunk: ChunkAssembly, _ outcome: PendingOutcome) {
        outcome.decide(Result { try append(chunk) })
    }

    private func append(_ chunk: ChunkAssembly) throws -> ChunkOutcome {
        let header = chunk.header
        if header.standsAlone {
            if spread.insert(header.videoID).inserted {
                logger.error(
                    "video cannot be rebuilt",
                    metadata: [
                        "video_id": "\(header.videoID)", "chunk": "\(header.index)",
                        "error": """
                        it was submitted with --parallel-detect, which spreads its chunks over all partitions: submit it \
                        without that under another --topic-prefix
                        """,
                    ])
            }
            return ChunkOutcome(videoID: header.videoID, records: [], videoIsDone: false)
        }
        let name = "\(folder)/\(header.videoID).\(try header.chunkContainer().fileExtension)"
        let partial = name + ".part"
        var outcome = ChunkOutcome(videoID: header.videoID, records: [], videoIsDone: header.isLast, keepsRecords: true)
        do {
            let bytes = try chunk.load()
            if header.index == 0 {
                let assembler = try VideoAssembler(path: partial)
                current = (header.videoID, chunk.topicPartition.partition, assembler)
            }
            guard let current, current.id == header.videoID else {
                throw PipelineError(.invalidRecord, "chunk \(header.index) came before the video's first")
            }
            try current.assembler.append(bytes: bytes, info: try header.decodingInfo())
            if header.isLast {
                let digest = try current.assembler.finish()
                self.current = nil
                guard digest == header.sourceDigest else {
                    throw PipelineError(.invalidRecord, "the rebuilt packets do not match the source's digest")
                }
                guard rename(partial, name) == 0 else {
                    throw PipelineError(.unwritable, "\(name): \(String(cString: strerror(errno)))")
                }
                onFile(name, header.totalFrames ?? 0)
            }
        } catch let error as PipelineError where error.code == .unwritable {
            throw error
        } catch let error as MediaError where error.code == .unwritable {
            throw error
        } catch {
            // The video cannot be rebuilt; its chunks stay what they are, and other videos go on.
            logger.error(
                "video cannot be rebuilt",
                metadata: ["video_id": "\(header.videoID)", "chunk": "\(header.index)", "error": "\(error)"])
            current = nil
            unlink(partial)
            outcome.videoIsDone = true
        }
        return outcome
    }

    public func giveUp(_ video: VideoID, partition: Int, reason: String, frames: Int?, chunks: Int?) -> ChunkOutcome {
        ChunkOutcome(videoID: video, records: [], videoIsDone: true)
    }

    public func drop(partition: Int) {
        if current?.partition == partition { current = nil }
    }
}
