import Aggregation
import ArgumentParser
import Pipeline

/// What is counted where, and by camera.
struct AggregationOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("Zones and counting lines, in YAML. Without it, none.", valueName: "file"))
    var zones: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where a video's camera is read from: video-id:REGEX (its first group is the camera), header (what 'submit "
                + "--camera' says) or header:NAME. Without it, videos have no camera.", valueName: "source"))
    var cameraFrom: String?

    /// - Throws: ``UsageError`` for a file of zones that cannot be used, or no source of cameras.
    func load() throws -> AggregationSettings {
        var settings = AggregationSettings()
        do {
            settings.zones = try zones.map(ZoneFile.init(path:))
        } catch {
            throw UsageError(message: "--zones \(error)")
        }
        do {
            settings.cameraSource = try cameraFrom.map(CameraSource.init)
        } catch {
            throw UsageError(message: "--camera-from \(error.detail)")
        }
        return settings
    }
}
