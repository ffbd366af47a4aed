internal import Foundation
internal import Vision

/// What makes a network a re-identification network: a batch of pictures in, one vector each out.
struct AppearanceContract {
    let input: AppearanceInput
    let batchSize: Int
    let dimension: Int

    /// Sides of a picture in pixels, pictures at a time, numbers per vector.
    static let sides = 1...1024
    static let batchSizes = 1...256
    private static let dimensions = 1...65536

    private static let expected =
        "expected a re-identification network (one input [batch, 3, height, width] of f32, one output [batch, numbers] of "
        + "f32), such as OSNet"

    /// Checks `model`, and fixes its input's shape where it is open.
    init(
        model: any EngineNetwork, file: ModelFile, configuration: EmbedderConfiguration
    ) throws(InferenceError) {
        let sidecar = try configuration.input == nil ? AppearanceSidecar(beside: file.path) : nil
        guard model.inputCount == 1 else { throw Self.wrongModel(file, "it has \(model.inputCount) inputs") }
        let port = try model.input(0)
        guard port.elementType == "f32", let sizes = port.dimensions, sizes.count == 4, (sizes[1] ?? 3) == 3 else {
            throw Self.wrongModel(file, "its input is \(port.description)")
        }
        let wish =
            configuration.input.map { DetectorConfiguration.InputSize(width: $0.width, height: $0.height) }
            ?? sidecar?.size
        guard let height = sizes[2] ?? wish?.height, let width = sizes[3] ?? wish?.width else {
            let yaml = (AppearanceSidecar.path(beside: file.path) as NSString).lastPathComponent
            throw InferenceError(
                .configuration, operation: "choose input size",
                detail: """
                    \(file.name) takes pictures of any size (\(port.description)); say which it was trained with in a \
                    file \(yaml) beside it: `input: 256x128` (height x width)
                    """)
        }
        if let wish, wish.width != width || wish.height != height {
            throw InferenceError(
                .configuration, operation: "choose input size",
                detail: """
                    \(file.name) takes pictures \(height) high and \(width) wide only, not \(wish.height) high and \
                    \(wish.width) wide; correct `input` in the .yaml beside it, or export it for that size
                    """)
        }
        batchSize = sizes[0] ?? configuration.batchSize ?? (model.runsOnGPU ? 8 : 1)
        guard Self.sides.contains(height), Self.sides.contains(width), Self.batchSizes.contains(batchSize) else {
            throw Self.wrongModel(
                file,
                "its input is \(port.description), larger than \(Self.sides.upperBound) pixels or "
                    + "\(Self.batchSizes.upperBound) pictures")
        }
        input =
            configuration.input ?? sidecar?.input(width: width, height: height)
            ?? AppearanceInput(width: width, height: height)
        let shape = [batchSize, 3, height, width]
        if port.fixedDimensions != shape {
            do throws(InferenceError) {
                try model.reshape(to: shape)
            } catch {
                throw Self.wrongModel(
                    file, "its input is \(port.description), which cannot become \(shape): \(error.detail)")
            }
        }
        dimension = try Self.checkOutput(of: model, batchSize: batchSize, file: file)
    }

    private static func checkOutput(
        of model: any EngineNetwork, batchSize: Int, file: ModelFile
    ) throws(InferenceError) -> Int {
        guard model.outputCount == 1 else { throw wrongModel(file, "it has \(model.outputCount) outputs") }
        let output = try model.output(0)
        // Some exports leave the pooled map's height and width, of one pixel.
        guard output.elementType == "f32", let sizes = output.fixedDimensions, sizes.count == 2 || sizes.count == 4,
            sizes[0] == batchSize, sizes.dropFirst(2).allSatisfy({ $0 == 1 }), dimensions.contains(sizes[1])
        else { throw wrongModel(file, "its output is \(output.description) for \(batchSize) pictures") }
        return sizes[1]
    }

    private static func wrongModel(_ file: ModelFile, _ found: String) -> InferenceError {
        InferenceError(
            .wrongModel, operation: "check model", detail: "\(file.name) does not fit: \(expected); \(found)")
    }
}
