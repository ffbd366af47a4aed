/// What makes a network a YOLOv8 detector: one picture in, one matrix of boxes and scores out.
struct YOLOv8Contract {
    let inputWidth: Int
    let inputHeight: Int
    let classNames: [String]
    let anchorCount: Int
    let batchSize: Int

    /// Memory for one such picture and its output is allocated per request: 1.3 GB at this size.
    private static let maximumSide = 8192

    private static let expected =
        "expected a YOLOv8 detector as `yolo export format=onnx` writes it (one input [batch, 3, height, width] of f32, "
        + "one output [batch, 4 + classes, anchors] of f32)"

    /// Checks `model`, and fixes its input's shape.
    ///
    /// - Parameters:
    ///   - requestedSize: what the user asked for, if anything; `requestedBatch` likewise.
    init(
        model: any EngineNetwork, metadata: ModelMetadata, file: String,
        requestedSize: DetectorConfiguration.InputSize?, requestedBatch: Int?
    ) throws(InferenceError) {
        if let task = metadata.task, task != "detect" {
            throw Self.wrongModel(file, "its metadata says it is made for the task \"\(task)\", not \"detect\"")
        }
        if metadata.isEndToEnd {
            throw Self.wrongModel(file, "it chooses among its boxes itself (end2end); export it with end2end=False")
        }
        let size = try Self.fixInput(
            of: model, metadata: metadata, file: file, requestedSize: requestedSize, requestedBatch: requestedBatch)
        inputWidth = size.width
        inputHeight = size.height
        batchSize = size.batch
        (classNames, anchorCount) = try Self.checkOutput(of: model, size: size, metadata: metadata, file: file)
    }

    private static func fixInput(
        of model: any EngineNetwork, metadata: ModelMetadata, file: String,
        requestedSize: DetectorConfiguration.InputSize?, requestedBatch: Int?
    ) throws(InferenceError) -> (width: Int, height: Int, batch: Int) {
        guard model.inputCount == 1 else { throw wrongModel(file, "it has \(model.inputCount) inputs") }
        let input = try model.input(0)
        guard input.elementType == "f32" else {
            throw wrongModel(file, "its input is \(input.description); export it without half=True and int8=True")
        }
        guard let dimensions = input.dimensions, dimensions.count == 4, (dimensions[1] ?? 3) == 3 else {
            throw wrongModel(file, "its input is \(input.description)")
        }
        let wish = requestedSize ?? metadata.imageSize ?? .init(width: 640, height: 640)
        let size = DetectorConfiguration.InputSize(
            width: dimensions[3] ?? wish.width, height: dimensions[2] ?? wish.height)
        if let requestedSize, requestedSize != size {
            throw InferenceError(
                .configuration, operation: "choose input size",
                detail: """
                    \(file) takes pictures of \(size.width) × \(size.height) only, not of \(requestedSize.width) × \
                    \(requestedSize.height); export it with dynamic=True, or for that size
                    """)
        }
        let stride = max(metadata.stride ?? 32, 32)
        guard size.width > 0, size.height > 0, size.width % stride == 0, size.height % stride == 0,
            size.width <= maximumSide, size.height <= maximumSide
        else {
            throw InferenceError(
                .configuration, operation: "choose input size",
                detail: """
                    \(file) cannot take pictures of \(size.width) × \(size.height): both sides must be multiples of \
                    \(stride), at most \(maximumSide)
                    """)
        }
        let batch = requestedBatch ?? dimensions[0] ?? 1
        let shape = [batch, 3, size.height, size.width]
        if input.fixedDimensions != shape {
            do throws(InferenceError) {
                try model.reshape(to: shape)
            } catch {
                if let own = dimensions[0], own != batch { throw refusedBatch(file, batch, own) }
                throw wrongModel(
                    file, "its input is \(input.description), which cannot become \(shape): \(error.detail)")
            }
        }
        return (size.width, size.height, batch)
    }

    private static func refusedBatch(_ file: String, _ batch: Int, _ own: Int?) -> InferenceError {
        InferenceError(
            .configuration, operation: "choose batch size",
            detail: """
                \(file) takes batches of \(own ?? 1) only, not of \(batch); use that, or export it with dynamic=True
                """)
    }

    private static func checkOutput(
        of model: any EngineNetwork, size: (width: Int, height: Int, batch: Int), metadata: ModelMetadata, file: String
    ) throws(InferenceError) -> (classNames: [String], anchorCount: Int) {
        guard model.outputCount == 1 else {
            throw wrongModel(file, "it has \(model.outputCount) outputs (a segmentation model, perhaps)")
        }
        let output = try model.output(0)
        guard output.elementType == "f32", let dimensions = output.fixedDimensions, dimensions.count == 3 else {
            throw wrongModel(file, "its output is \(output.description)")
        }
        // A network with its own batch size written into it somewhere may fold other batches into something else.
        guard dimensions[0] == size.batch else { throw refusedBatch(file, size.batch, nil) }
        if dimensions[2] == 6, dimensions[1] <= 1000 {
            throw wrongModel(
                file, "its output \(output.description) is boxes already chosen; export it with nms=False")
        }
        // One anchor per cell of each grid: the plain model's, and those of the P2 and P6 variants.
        let grids = [[8, 16, 32], [4, 8, 16, 32], [8, 16, 32, 64]]
        let anchorCounts = grids.map { $0.reduce(0) { $0 + (size.width / $1) * (size.height / $1) } }
        guard anchorCounts.contains(dimensions[2]), dimensions[1] > 4 else {
            throw wrongModel(
                file,
                "its output is \(output.description) where \(anchorCounts[0]) anchors go with an input of "
                    + "\(size.width) × \(size.height)")
        }
        let classCount = dimensions[1] - 4
        guard let names = metadata.names else {
            return ((0..<classCount).map { "class_\($0)" }, dimensions[2])
        }
        guard names.count == classCount else {
            throw wrongModel(
                file,
                "its output \(output.description) has room for \(classCount) classes where its metadata names "
                    + "\(names.count) (a pose model, perhaps)")
        }
        return (names, dimensions[2])
    }

    private static func wrongModel(_ file: String, _ found: String) -> InferenceError {
        InferenceError(.wrongModel, operation: "check model", detail: "\(file) does not fit: \(expected); \(found)")
    }
}
