import Aggregation
import ArgumentParser

/// What of the scene is shown: zones and counting lines.
struct SceneOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Zones and counting lines to draw and count, in YAML, as 'lapwing aggregate' takes them.", valueName: "file"
        ))
    var zones: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The camera that took the video: decides which zones and lines are its own.", valueName: "name"))
    var camera: String?

    /// The zones and lines of the video's camera; nil: none are asked for.
    func read() throws -> ZoneFile? {
        guard let zones else { return nil }
        var file: ZoneFile
        do {
            file = try ZoneFile(path: zones).forCamera(camera)
        } catch {
            throw UsageError(message: "--zones \(error)")
        }
        if file.zones.isEmpty, file.lines.isEmpty {
            Console.warning(
                "\(zones): none of its zones and lines is for "
                    + (camera.map { "camera \($0)" } ?? "a video without a camera: give --camera"))
        }
        // Those that are left are for this video.
        for index in file.zones.indices { file.zones[index].cameras = nil }
        for index in file.lines.indices { file.lines[index].cameras = nil }
        return file
    }
}
