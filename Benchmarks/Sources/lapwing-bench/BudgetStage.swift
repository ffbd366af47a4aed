import EventLog
import Foundation
import Pipeline
import SQLiteLog

/// Whether a worker stays within its memory budget, whatever comes: many videos, a long one, many at the same time.
///
/// Each case is worked on by a process of its own, whose peak the system counts.
enum BudgetStage {
    static let budget = 256 << 20

    static func measure(_ bench: Bench, into report: inout Report) async throws {
        bench.note("budget")
        let minute = bench.makePath(".mp4")
        try FFmpegTool.run([
            "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=5", "-frames:v", "300", "-c:v", "libx264", "-preset",
            "veryfast", "-b:v", "220k", "-g", "10", "-pix_fmt", "yuv420p", minute,
        ])
        let short = bench.makePath(".mp4")
        try FFmpegTool.run(["-i", minute, "-c", "copy", "-t", "4", short])

        let atOnce = bench.isQuick ? 50 : 200
        try await work("\(atOnce) videos by turns in one partition", partitions: 1, bench, &report) { log, topics in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<atOnce {
                    group.addTask {
                        let producer = Producer(log: log, topics: topics)
                        _ = try await producer.submit(path: minute, id: try VideoID("minute-\(number)"))
                    }
                }
                try await group.waitForAll()
            }
        }
        let many = bench.isQuick ? 200 : 2000
        try await work("\(many) short videos", partitions: 16, bench, &report) { log, topics in
            let producer = Producer(log: log, topics: topics)
            for number in 0..<many { _ = try await producer.submit(path: short, id: try VideoID("short-\(number)")) }
        }
        let hours = bench.isQuick ? 1 : 10
        let long = bench.makePath(".mp4")
        try FFmpegTool.run(["-stream_loop", "\(hours * 60 - 1)", "-i", minute, "-c", "copy", long])
        try await work("a video of \(hours) h", partitions: 16, bench, &report) { log, topics in
            _ = try await Producer(log: log, topics: topics).submit(path: long)
        }
        try FileManager.default.removeItem(atPath: long)
    }

    private static func work(
        _ name: String, partitions: Int, _ bench: Bench, _ report: inout Report,
        submit: (SQLiteLog, Topics) async throws -> Void
    ) async throws {
        let folder = bench.makePath("")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = "\(folder)/log.sqlite"
        let log = try SQLiteLog(path: path)
        let topics = Topics()
        try await log.createTopics(topics.specifications(partitions: partitions))
        try await submit(log, topics)
        let megabytes = Double(log.fileSize) / 1e6

        let start = ContinuousClock.now
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["--budget-log", path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0,
            let figures = try? JSONDecoder().decode(BudgetWorker.Figures.self, from: text)
        else { throw BenchError("\(name): the worker failed") }
        let seconds = start.duration(to: .now).seconds
        let status = try await PipelineStatus(of: log, topics: topics)
        await log.close()
        let frames = status.videos.reduce(0) { $0 + $1.framesDone }
        guard !status.videos.isEmpty,
            status.videos.allSatisfy({ $0.state == "ended" && $0.framesDone == $0.framesTotal })
        else { throw BenchError("\(name): not every video has ended") }
        bench.note(
            String(
                format:
                    "%@: %.0f MB, %d frames in %.0f s; %.0f MiB at the start, %.0f MiB for chunks, %.0f MiB at most",
                name,
                megabytes, frames, seconds, mebibytes(figures.resident), mebibytes(figures.chunks),
                mebibytes(figures.peak)))
        let peak = Samples([mebibytes(figures.peak)])
        report.add(
            Row(
                .budget, "\(name): most memory", "MiB", peak,
                ratio: .init(peak, to: Samples([mebibytes(budget)]), called: "the budget", showsBase: true)))
    }

    private static func mebibytes(_ bytes: Int) -> Double { Double(bytes) / Double(1 << 20) }
}
