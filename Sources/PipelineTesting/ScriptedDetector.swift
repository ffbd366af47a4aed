public import Inference
public import Vision

/// A detector without a network: what it finds follows from the pixels by a plain rule.
///
/// The picture is divided into a grid; each cell whose mean brightness is above the threshold is one detection, which
/// fills the cell. So a wrong frame, a frame out of order or a wrong decode changes the results.
public final class ScriptedDetector: Detector {
    public let model: ModelDescription
    public let capacity: Int
    public let batchSize: Int
    public var framesInFlight: Int { waiting.count }
    public var awaitsMore: Bool { !waiting.isEmpty && waiting.count == filled }

    private let cells: Int
    private let threshold: Float
    private var tensors: [UnsafeMutableBufferPointer<Float>]
    private var next = 0
    private var waiting: [[Detection]] = []
    /// How many pictures are in the batch that is started next.
    private var filled = 0
    private let classID: (Int, Int, Float) -> Int
    private let beforeFrame: () throws -> Void
    private let onBatch: (Int) -> Void

    /// - Parameters:
    ///   - capacity: pictures in flight, at least 1.
    ///   - batchSize: how many of them make a batch; `capacity` is a multiple of it.
    ///   - onBatch: called for each batch that is started, with the number of pictures in it.
    ///   - cells: cells per side of the grid.
    ///   - threshold: what a cell's mean brightness, 0…1, must exceed.
    ///   - beforeFrame: called for each picture; what it throws is an engine's failure.
    ///   - classID: the class, 0 or 1, of the cell in a row and a column with some brightness; a checkerboard by default.
    public init(
        capacity: Int = 2, batchSize: Int = 1, inputSize: Int = 64, cells: Int = 4, threshold: Float = 0.5,
        beforeFrame: @escaping () throws -> Void = {}, onBatch: @escaping (Int) -> Void = { _ in },
        classID: @escaping (_ row: Int, _ column: Int, _ brightness: Float) -> Int = { row, column, _ in
            (row + column) % 2
        }
    ) {
        precondition(capacity >= 1 && capacity % batchSize == 0 && inputSize >= cells && cells >= 1)
        self.capacity = capacity
        self.batchSize = batchSize
        self.onBatch = onBatch
        self.cells = cells
        self.threshold = threshold
        self.classID = classID
        self.beforeFrame = beforeFrame
        model = ModelDescription(
            name: "scripted", sha256: String(repeating: "0", count: 64), precision: "f32", inputWidth: inputSize,
            inputHeight: inputSize, classNames: ["even", "odd"], engine: "scripted", device: "none")
        tensors = (0..<capacity).map { _ in .allocate(capacity: 3 * inputSize * inputSize) }
        for tensor in tensors { tensor.initialize(repeating: 0) }
    }

    deinit {
        for tensor in tensors { tensor.deallocate() }
    }

    public func enqueue(_ prepare: (UnsafeMutableBufferPointer<Float>) throws -> Letterbox) throws {
        precondition(waiting.count < capacity)
        try beforeFrame()
        let tensor = tensors[next]
        next = (next + 1) % capacity
        let letterbox = try prepare(tensor)
        waiting.append(detections(in: tensor, letterbox))
        filled += 1
        if filled == batchSize { startBatch() }
    }

    private func startBatch() {
        onBatch(filled)
        filled = 0
    }

    public func dequeue() throws -> [Detection] {
        precondition(!waiting.isEmpty)
        if awaitsMore { startBatch() }
        return waiting.removeFirst()
    }

    private func detections(in tensor: UnsafeMutableBufferPointer<Float>, _ letterbox: Letterbox) -> [Detection] {
        let side = model.inputWidth
        let cell = side / cells
        var found: [Detection] = []
        for row in 0..<cells {
            for column in 0..<cells {
                var sum: Float = 0
                for channel in 0..<3 {
                    for y in row * cell..<(row + 1) * cell {
                        for x in column * cell..<(column + 1) * cell { sum += tensor[(channel * side + y) * side + x] }
                    }
                }
                let mean = sum / Float(3 * cell * cell)
                guard mean > threshold else { continue }
                let box = letterbox.toSource(
                    x1: Float(column * cell), y1: Float(row * cell), x2: Float((column + 1) * cell),
                    y2: Float((row + 1) * cell))
                found.append(Detection(box: box, confidence: Double(mean), classID: classID(row, column, mean)))
            }
        }
        return found.sorted { $0.confidence > $1.confidence }
    }
}
