import ArgumentParser
import EventLog
import Pipeline

/// What a log holds and who works on it.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the videos of a log, how far they are, and who works on them.",
        discussion: """
            Examples:
              lapwing status --log sqlite:lapwing.db
              lapwing status --log sqlite:lapwing.db --json | jq '.videos[] | select(.state == "failed")'
            """)

    @OptionGroup var logOptions: LogOptions

    @Flag(name: .long, help: "One JSON object, on standard output.")
    var json = false

    func run() async throws {
        let log = try logOptions.open(mustExist: true)
        let status = try await PipelineStatus(of: log, topics: logOptions.topics)
        await log.close()
        if json { return try printJSON(status) }

        if status.videos.isEmpty {
            print("No videos.")
        } else {
            var table = Table([
                ("VIDEO", .left), ("STATE", .left), ("CHUNKS", .right), ("FRAMES", .right), ("DONE", .right),
            ])
            for video in status.videos {
                let share = video.framesTotal.map { $0 > 0 ? "\(100 * video.framesDone / $0) %" : "" } ?? ""
                table.add([
                    video.id.rawValue, video.state, fraction(video.chunksDone, video.chunksTotal),
                    fraction(video.framesDone, video.framesTotal), share,
                ])
            }
            print(table.text)
        }

        printUsed(status.partitions, title: "PARTITION")
        // Few videos are spread.
        printUsed(status.detections, title: "DETECTIONS")
        if !status.members.isEmpty {
            var columns: [(String, Table.Alignment)] = [
                ("WORKER", .left), ("PARTITIONS", .right), ("MEMORY", .right), ("BUDGET", .right),
            ]
            // Few workers decode in a process of its own.
            let isolates = !status.decoderRestarts.isEmpty
            if isolates { columns.append(("DECODER RESTARTS", .right)) }
            var table = Table(columns)
            for member in status.members {
                let memory = status.memory[member]
                let restarts = status.decoderRestarts[member].map { "\($0)" } ?? "-"
                table.add(
                    [
                        member, "\(status.partitions.count { $0.member == member })",
                        memory.map { Table.bytes($0.resident) } ?? "-", memory?.budget.map(Table.bytes) ?? "-",
                    ] + (isolates ? [restarts] : []))
            }
            print("\n" + table.text)
        }
        print("")
        let states = Dictionary(grouping: status.videos, by: \.state).map { "\($0.value.count) \($0.key)" }.sorted()
        print(
            count(status.members.count, "worker") + ", " + count(status.videos.count, "video")
                + (states.isEmpty ? "" : ": " + states.joined(separator: ", ")))
    }

    private func printUsed(_ partitions: [PipelineStatus.Partition], title: String) {
        let used = partitions.filter { $0.end > 0 }
        guard !used.isEmpty else { return }
        var table = Table([
            (title, .right), ("COMMITTED", .right), ("END", .right), ("LAG", .right), ("WORKER", .left),
        ])
        for partition in used {
            table.add([
                "\(partition.partition)", partition.committed.map { "\($0)" } ?? "-", "\(partition.end)",
                "\(partition.lag)", partition.member ?? "-",
            ])
        }
        print("\n" + table.text)
    }

    private func json(_ partitions: [PipelineStatus.Partition]) -> JSONOutput.Value {
        .list(
            partitions.map {
                .object([
                    "partition": .integer($0.partition), "committed": .optional($0.committed.map { Int($0) }),
                    "end": .integer(Int($0.end)), "lag": .integer(Int($0.lag)), "member": .optional($0.member),
                ])
            })
    }

    private func count(_ number: Int, _ noun: String) -> String {
        "\(Table.grouped(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    private func fraction(_ done: Int, _ total: Int?) -> String {
        "\(Table.grouped(done))/\(total.map(Table.grouped) ?? "?")"
    }

    private func printJSON(_ status: PipelineStatus) throws {
        try JSONOutput.line([
            "videos": .list(
                status.videos.map {
                    .object([
                        "video_id": .string($0.id.rawValue), "source": .optional($0.source), "state": .string($0.state),
                        "chunks_done": .integer($0.chunksDone), "chunks_total": .optional($0.chunksTotal),
                        "frames_done": .integer($0.framesDone), "frames_total": .optional($0.framesTotal),
                    ])
                }),
            "partitions": json(status.partitions),
            "detections": json(status.detections),
            "members": .list(status.members.map { .string($0) }),
            "memory": .list(
                status.members.compactMap { member in
                    status.memory[member].map {
                        .object([
                            "member": .string(member), "resident_bytes": .integer($0.resident),
                            "peak_bytes": .optional($0.peak), "budget_bytes": .optional($0.budget),
                        ])
                    }
                }),
            "decoders": .list(
                status.members.compactMap { member in
                    status.decoderRestarts[member].map {
                        .object(["member": .string(member), "restarts": .integer($0)])
                    }
                }),
        ])
    }
}
