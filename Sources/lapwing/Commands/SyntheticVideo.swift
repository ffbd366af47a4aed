import Dispatch
import Foundation
import Media
import Synthesis
import Vision

/// One video to be rendered and written, with its ground truth.
struct SyntheticVideo: Sendable {
    let path: String
    let configuration: SceneConfiguration
    let rate: Rational
    let codec: VideoEncoder.Codec

    /// What was written, or why it was not.
    struct Outcome: Sendable {
        var path: String
        var seed: UInt64
        var frames = 0
        /// How many different objects, by class, that count in at least one frame.
        var objects: [Int] = []
        var boxes = 0
        var groundTruth = ""
        var timeOfDay: TimeOfDay?
        var problem: String?

        var json: [String: JSONOutput.Value] {
            let counts = zip(Scene.classNames, objects).map { ($0, JSONOutput.Value.integer($1)) }
            return [
                "video": .string(path), "seed": .string("\(seed)"), "frames": .integer(frames),
                "boxes": .integer(boxes),
                "objects": .object(Dictionary(counts) { first, _ in first }), "ground_truth": .string(groundTruth),
                "time_of_day": .optional(timeOfDay?.rawValue),
            ]
        }
    }

    /// The classes of MOT16's labels, by class ID: 1 is a pedestrian, 4 a bicycle, 3 a car.
    static let motClasses = [1, 4, 3]

    /// Renders on a thread of its own, since encoders wait.
    func render(frameDone: @escaping @Sendable () -> Void) async -> Outcome {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var outcome = Outcome(path: path, seed: configuration.seed)
                do {
                    try write(&outcome, frameDone)
                } catch {
                    outcome.problem = ErrorText.of(error, about: path)
                }
                continuation.resume(returning: outcome)
            }
        }
    }

    private func write(_ outcome: inout Outcome, _ frameDone: () -> Void) throws {
        let video = URL(fileURLWithPath: path)
        let folder = video.deletingPathExtension()
        guard folder.path != video.path else {
            throw Failure.failed("\(path): the name needs an ending; .mp4, .mkv, .mov and .avi can be written")
        }
        try VideoEncoder.check(path: path)
        let truth = folder.appendingPathComponent("gt")
        let new = Folder.missing(in: truth.path)
        do {
            try Folder.make(truth.path, name: "folder", remedy: "choose another place with --output")
            try render(&outcome, folder: folder, frameDone)
        } catch {
            // No empty folders are left behind.
            for folder in new { rmdir(folder) }
            throw error
        }
    }

    private func render(_ outcome: inout Outcome, folder: URL, _ frameDone: () -> Void) throws {
        let encoder = try VideoEncoder(
            path: path, width: configuration.width, height: configuration.height, frameRate: rate, codec: codec)
        var scene = try Scene(configuration)
        let stride = configuration.width * 4
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: stride * configuration.height, alignment: 64)
        defer { buffer.deallocate() }
        var text = ""
        var seen = [Set<Int>](repeating: [], count: Scene.classNames.count)
        for frame in 1...configuration.frames {
            for object in scene.renderNext(into: buffer, stride: stride) {
                let box = object.box
                let numbers = [box.x1, box.y1, box.width, box.height].map { String(format: "%.2f", $0) }.joined(
                    separator: ",")
                let visibility = String(format: "%.4f", object.visibility)
                text +=
                    "\(frame),\(object.id),\(numbers),\(object.isIgnored ? 0 : 1),\(Self.motClasses[object.classID]),\(visibility)\n"
                outcome.boxes += 1
                if !object.isIgnored { seen[object.classID].insert(object.id) }
            }
            try encoder.append(bgra: UnsafeRawBufferPointer(buffer), stride: stride)
            frameDone()
        }
        let ending = URL(fileURLWithPath: path).pathExtension
        let truth = folder.appendingPathComponent("gt/gt.txt")
        do {
            try Data(text.utf8).write(to: truth, options: .atomic)
            try Data(sequenceInformation(folder.lastPathComponent, ending).utf8)
                .write(to: folder.appendingPathComponent("seqinfo.ini"), options: .atomic)
        } catch {
            throw Failure.failed("\(truth.path): it cannot be written (\(ErrorText.cause(error)))")
        }
        try encoder.finish()
        outcome.frames = configuration.frames
        outcome.objects = seen.map(\.count)
        outcome.groundTruth = String(path.dropLast(ending.count + 1)) + "/gt/gt.txt"
        outcome.timeOfDay = scene.timeOfDay
    }

    private func sequenceInformation(_ name: String, _ ending: String) -> String {
        let frameRate = rate.denominator == 1 ? "\(rate.numerator)" : String(format: "%.6f", rate.value)
        return """
            [Sequence]
            name=\(name)
            imDir=../\(name).\(ending)
            frameRate=\(frameRate)
            seqLength=\(configuration.frames)
            imWidth=\(configuration.width)
            imHeight=\(configuration.height)
            imExt=.\(ending)

            """
    }
}
