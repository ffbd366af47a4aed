internal import COnnxRuntime

/// An `OrtSession`: a network made ready for a device; several threads may run it at once.
//
// Sendable: nothing here changes after it is made, and ONNX Runtime lets all threads call Run of one session.
final class OnnxRuntimeSession: @unchecked Sendable {
    let pointer: OpaquePointer
    let library: OnnxRuntimeLibrary
    let inputCount: Int
    let outputCount: Int
    /// The names of inputs and outputs, in order; nil where there are none.
    let inputNames: CStrings?
    let outputNames: CStrings?

    /// - Parameters:
    ///   - code: the kind of fault it is should the session not come about.
    ///   - detail: what it is about and how to remedy it.
    init(
        path: String, options: OnnxRuntimeSessionOptions, library: OnnxRuntimeLibrary, _ code: InferenceError.Code,
        _ detail: @autoclosure () -> String
    ) throws(InferenceError) {
        let api = library.api
        var made: OpaquePointer?
        try library.check(
            api.CreateSession(library.environment, path, options.pointer, &made), code, "CreateSession", detail())
        guard let made else {
            throw InferenceError(code, operation: "CreateSession", detail: "no session came out of \(path)")
        }
        do {
            var count = 0
            try library.check(
                api.SessionGetInputCount(made, &count), .wrongModel, "SessionGetInputCount", "the model's inputs")
            inputCount = count
            try library.check(
                api.SessionGetOutputCount(made, &count), .wrongModel, "SessionGetOutputCount", "the model's outputs")
            outputCount = count
            inputNames = try Self.names(inputCount, library) { api.SessionGetInputName(made, $0, $1, $2) }
            outputNames = try Self.names(outputCount, library) { api.SessionGetOutputName(made, $0, $1, $2) }
        } catch {
            api.ReleaseSession(made)
            throw error
        }
        pointer = made
        self.library = library
    }

    deinit { library.api.ReleaseSession(pointer) }

    /// The type and shape of an input, and what its open dimensions are called; empty for those without a name.
    func input(_ index: Int) throws(InferenceError) -> (port: NetworkPort, symbols: [String]) {
        var info: OpaquePointer?
        try library.check(
            library.api.SessionGetInputTypeInfo(pointer, index, &info), .wrongModel, "SessionGetInputTypeInfo",
            "input \(index) of the model")
        return try port(owning: info)
    }

    /// The type and shape of an output.
    func output(_ index: Int) throws(InferenceError) -> NetworkPort {
        var info: OpaquePointer?
        try library.check(
            library.api.SessionGetOutputTypeInfo(pointer, index, &info), .wrongModel, "SessionGetOutputTypeInfo",
            "output \(index) of the model")
        return try port(owning: info).port
    }

    /// The shape of the only output when all of the only input is zero.
    func probe(input dimensions: [Int]) throws(InferenceError) -> [Int] {
        let input = try OnnxRuntimeTensor(dimensions: dimensions, library: library)
        var inputs: OpaquePointer? = input.pointer
        var output: OpaquePointer?
        guard let inputNames, let outputNames else { preconditionFailure("one input, one output") }
        try library.check(
            library.api.Run(pointer, nil, inputNames.pointers, &inputs, 1, outputNames.pointers, 1, &output),
            .wrongModel,
            "Run", "an input of \(NetworkPort.text(dimensions))")
        guard let output else {
            throw InferenceError(.wrongModel, operation: "Run", detail: "the model gave no output")
        }
        defer { library.api.ReleaseValue(output) }
        var info: OpaquePointer?
        try library.check(
            library.api.GetTensorTypeAndShape(output, &info), .wrongModel, "GetTensorTypeAndShape", "the model's output"
        )
        guard let info else { return [] }
        defer { library.api.ReleaseTensorTypeAndShapeInfo(info) }
        return try sizes(info).map(Int.init)
    }

    /// Reads an `OrtTypeInfo` and frees it.
    private func port(owning info: OpaquePointer?) throws(InferenceError) -> (port: NetworkPort, symbols: [String]) {
        guard let info else {
            throw InferenceError(.failed, operation: "OrtTypeInfo", detail: "ONNX Runtime gave no type")
        }
        let api = library.api
        defer { api.ReleaseTypeInfo(info) }
        var tensor: OpaquePointer?  // Part of `info`.
        try library.check(
            api.CastTypeInfoToTensorInfo(info, &tensor), .wrongModel, "CastTypeInfoToTensorInfo", "type of a port")
        guard let tensor else { return (NetworkPort(dimensions: nil, elementType: "no tensor"), []) }
        var type: Int32 = 0
        try library.check(
            api.GetTensorElementType(tensor, &type), .wrongModel, "GetTensorElementType", "type of a port")
        let sizes = try sizes(tensor)
        var symbols = [UnsafePointer<CChar>?](repeating: nil, count: sizes.count)
        try library.check(
            api.GetSymbolicDimensions(tensor, &symbols, sizes.count), .wrongModel, "GetSymbolicDimensions",
            "shape of a port")
        return (
            NetworkPort(dimensions: sizes.map { $0 < 0 ? nil : Int($0) }, elementType: Self.name(ofType: type)),
            symbols.map { $0.map { String(cString: $0) } ?? "" }
        )
    }

    /// One size per dimension; −1 where it is left open.
    private func sizes(_ info: OpaquePointer) throws(InferenceError) -> [Int64] {
        var count = 0
        try library.check(
            library.api.GetDimensionsCount(info, &count), .wrongModel, "GetDimensionsCount", "shape of a tensor")
        var sizes = [Int64](repeating: 0, count: count)
        try library.check(
            library.api.GetDimensions(info, &sizes, count), .wrongModel, "GetDimensions", "shape of a tensor")
        return sizes
    }

    private static func names(
        _ count: Int, _ library: OnnxRuntimeLibrary,
        _ name: (Int, OpaquePointer, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> OpaquePointer?
    ) throws(InferenceError) -> CStrings? {
        var allocator: OpaquePointer?
        try library.check(
            library.api.GetAllocatorWithDefaultOptions(&allocator), .failed, "GetAllocatorWithDefaultOptions",
            "names of the model's inputs and outputs")
        guard let allocator, count > 0 else { return nil }
        var names: [String] = []
        for index in 0..<count {
            var text: UnsafeMutablePointer<CChar>?
            try library.check(
                name(index, allocator, &text), .wrongModel, "SessionGetInputName, SessionGetOutputName",
                "name \(index) of the model")
            guard let text else { continue }
            names.append(String(cString: text))
            library.api.discard(library.api.AllocatorFree(allocator, text))
        }
        return CStrings(names)
    }

    /// The names of ONNX's numbers for types (TensorProto.DataType).
    private static func name(ofType type: Int32) -> String {
        switch type {
        case Int32(LapwingOrtFloat): "f32"
        case 2: "u8"
        case 3: "i8"
        case 6: "i32"
        case 7: "i64"
        case 10: "f16"
        case 11: "f64"
        case 16: "bf16"
        default: "element type \(type)"
        }
    }
}
