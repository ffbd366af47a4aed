public import ArgumentParser
import Foundation
import Media
public import Synthesis

/// Makes videos of streets, with the truth about who is where.
struct SynthesizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synthesize",
        abstract: "Render videos of a street, with exact ground truth.",
        discussion: """
            Examples:
              lapwing synthesize --output street.mp4
              lapwing synthesize --output street.mp4 --seed 7 --size 1280x720 --seconds 20 --rate 25 --density 2
              lapwing synthesize --output load/street.mp4 --videos 16 --frames 600 --time dusk --shake 2

            People, bicycles and cars enter, cross, hide each other, stop at the light, and leave. Street, camera, time of day
            and everybody's looks follow from the seed. The same call draws the same pictures on every machine.

            Writes the video, and beside it street/gt/gt.txt and street/seqinfo.ini as MOT17 has them. A line of gt.txt is
              frame,id,x,y,width,height,flag,class,visibility
            Frames are counted from 1, pixels from 0. The class is 1 for a person, 3 for a car, 4 for a bicycle (without its
            rider, who is a person). The box is the object's full extent, hidden parts included, clipped to the picture. The
            flag is 0 for what to leave out: less than \(Scene.minimumVisibility) visible, or a side below \
            \(Int(Scene.minimumSide)) pixels.

            With --videos N the files are street-0001.mp4 and so on; their seeds count up from --seed.
            """)

    @Option(
        name: .long,
        help: ArgumentHelp("The video: .mp4, .mkv, .mov or .avi. An existing file is replaced.", valueName: "file"))
    var output: String

    @Option(name: .long, help: "What is random follows from this number.")
    var seed: UInt64 = 1

    @Option(name: .long, help: ArgumentHelp("The picture's size in pixels, from 32x32 to 8192x8192.", valueName: "WxH"))
    var size = PictureSize(width: 640, height: 360)

    @Option(name: .long, help: "How long, in frames; 300 if neither this nor --seconds is given.")
    var frames: Int?

    @Option(name: .long, help: "How long, in seconds.")
    var seconds: Double?

    @Option(name: .long, help: ArgumentHelp("Frames per second: 15, 29.97 or 30000/1001.", valueName: "rate"))
    var rate = PictureRate(value: Rational(15, 1))

    @Option(name: .long, help: "How busy the street is: 0 empty, 1 usual, 10 crowded; at most 20.")
    var density = 1.0

    @Option(name: .long, help: "The camera's noise, as a standard deviation in levels of 255.")
    var noise = 2.0

    @Option(name: .long, help: "How far the camera shakes, in pixels.")
    var shake = 0.0

    @Option(name: .long, help: "How far brightness and colour drift, 0 to 1.")
    var light = 0.2

    @Option(name: .long, help: "morning, noon, evening, overcast or dusk; the seed chooses if not given.")
    var time: TimeOfDay?

    @Flag(name: .long, help: "Nothing casts a shadow.")
    var noShadows = false

    @Option(name: .long, help: "How many videos, rendered several at a time.")
    var videos = 1

    @Option(name: .long, help: "How pictures are coded: automatic (H.264 where this FFmpeg can), h264 or mpeg4.")
    var codec = VideoEncoder.Codec.automatic

    @Flag(name: .long, help: "What was written as JSON, one object per video.")
    var json = false

    func validate() throws {
        guard frames == nil || seconds == nil else { throw ValidationError("give either --frames or --seconds") }
        if let frames, !(1...10_000_000).contains(frames) {
            throw ValidationError("--frames must be between 1 and 10000000")
        }
        if let seconds {
            guard seconds > 0, seconds * rate.value.value <= 10_000_000 else {
                throw ValidationError("--seconds must be above 0, and give at most 10000000 frames")
            }
        }
        guard (1...9999).contains(videos) else { throw ValidationError("--videos must be between 1 and 9999") }
        do {
            try configuration(seed: seed).validate()
        } catch {
            throw ValidationError(error.detail)
        }
    }

    private var frameCount: Int {
        if let seconds { return max(1, Int((seconds * rate.value.value).rounded())) }
        return frames ?? 300
    }

    private func configuration(seed: UInt64) -> SceneConfiguration {
        SceneConfiguration(
            seed: seed, width: size.width, height: size.height, frames: frameCount, frameRate: rate.value.value,
            density: density, noise: noise, lightChanges: light, shake: shake, hasShadows: !noShadows, timeOfDay: time)
    }

    func run() async throws {
        let started = ContinuousClock.now
        let progress = SynthesisProgress(videos: videos, frames: videos * frameCount)
        let jobs = (0..<videos).map { number in
            SyntheticVideo(
                path: path(number), configuration: configuration(seed: seed &+ UInt64(number)), rate: rate.value,
                codec: codec)
        }
        let workers = max(1, min(videos, ProcessInfo.processInfo.activeProcessorCount))
        var results: [Int: SyntheticVideo.Outcome] = [:]
        await withTaskGroup(of: (Int, SyntheticVideo.Outcome).self) { group in
            var waiting = jobs.enumerated().makeIterator()
            func start() {
                guard let (number, job) = waiting.next() else { return }
                group.addTask { (number, await job.render { progress.frameDone() }) }
            }
            for _ in 0..<workers { start() }
            while let (number, outcome) = await group.next() {
                results[number] = outcome
                progress.videoDone()
                start()
            }
        }
        progress.finish()
        let outcomes = results.sorted { $0.key < $1.key }.map(\.value)
        for outcome in outcomes {
            if let problem = outcome.problem {
                Console.error("\(outcome.path): \(problem)")
            } else if json {
                try JSONOutput.line(outcome.json)
            }
        }
        if !json { printSummary(outcomes, seconds: started.duration(to: .now).seconds) }
        try Failure.check(failed: outcomes.count { $0.problem != nil }, done: outcomes.count { $0.problem == nil })
    }

    /// `street.mp4`, or `street-0001.mp4` for one of several.
    private func path(_ number: Int) -> String {
        guard videos > 1 else { return output }
        let url = URL(fileURLWithPath: output)
        let ending = url.pathExtension
        let stem = ending.isEmpty ? output : String(output.dropLast(ending.count + 1))
        let name = stem + "-" + String(format: "%04d", number + 1)
        return ending.isEmpty ? name : "\(name).\(ending)"
    }

    private func printSummary(_ outcomes: [SyntheticVideo.Outcome], seconds: Double) {
        var table = Table([
            ("VIDEO", .left), ("SEED", .right), ("FRAMES", .right), ("PEOPLE", .right), ("BICYCLES", .right),
            ("CARS", .right), ("GROUND TRUTH", .left),
        ])
        let done = outcomes.filter { $0.problem == nil }
        guard !done.isEmpty else { return }
        for outcome in done {
            table.add(
                [outcome.path, "\(outcome.seed)", Table.grouped(outcome.frames)] + outcome.objects.map(Table.grouped)
                    + [outcome.groundTruth])
        }
        let frames = done.reduce(0) { $0 + $1.frames }
        let speed = String(format: "%.1f", Double(frames) / max(seconds, 0.001))
        print(table.text)
        print(
            "\n\(done.count) \(done.count == 1 ? "video" : "videos"), \(Table.grouped(frames)) frames rendered in \(Table.clock(seconds)) (\(speed) frames/s)"
        )
    }
}

extension TimeOfDay: ExpressibleByArgument {}
