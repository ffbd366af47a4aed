extension ModelMetadata {
    /// Reads the metadata of an ONNX file, whose parts are named in `onnx.proto3` of the ONNX specification.
    init(onnx bytes: [UInt8], file: String, purpose: ModelPurpose = .detector) throws(InferenceError) {
        var properties: [String: String] = [:]
        var hasGraph = false
        var isQuantized = false
        do throws(ProtobufReader.Malformed) {
            var model = ProtobufReader(bytes)
            while let (field, value) = try model.next() {
                guard case .bytes(let range) = value else { continue }
                switch field {
                case 7:  // ModelProto.graph
                    hasGraph = true
                    isQuantized = try Self.hasQuantization(graph: ProtobufReader(bytes, in: range))
                case 14:  // ModelProto.metadata_props
                    let (key, text) = try Self.entry(ProtobufReader(bytes, in: range))
                    properties[key] = text
                default: break
                }
            }
        } catch {
            throw InferenceError(
                .notAModel, operation: "read ONNX",
                detail: """
                    \(file) is not an ONNX model, or is cut off: its structure breaks at byte \(error.offset) of \
                    \(bytes.count); copy it again, or export it with \(purpose.exportCommand())
                    """)
        }
        guard hasGraph else {
            throw InferenceError(
                .notAModel, operation: "read ONNX",
                detail: "\(file) holds no ONNX graph; export the model with \(purpose.exportCommand())")
        }
        try self.init(properties: purpose == .detector ? properties : [:], file: file)
        self.isQuantized = isQuantized
    }

    /// A StringStringEntryProto: key 1, value 2.
    private static func entry(_ message: ProtobufReader) throws(ProtobufReader.Malformed) -> (String, String) {
        var message = message
        var key = ""
        var text = ""
        while let (field, value) = try message.next() {
            guard case .bytes(let range) = value else { continue }
            if field == 1 { key = message.text(range) }
            if field == 2 { text = message.text(range) }
        }
        return (key, text)
    }

    /// Whether a GraphProto's nodes (1) have an operator (4) that turns floats into integers.
    private static func hasQuantization(graph: ProtobufReader) throws(ProtobufReader.Malformed) -> Bool {
        var graph = graph
        while let (field, value) = try graph.next() {
            guard field == 1, case .bytes(let range) = value else { continue }
            var node = ProtobufReader(graph.bytes, in: range)
            while let (field, value) = try node.next() {
                guard field == 4, case .bytes(let range) = value else { continue }
                if ["QuantizeLinear", "QLinearConv", "FakeQuantize"].contains(node.text(range)) { return true }
            }
        }
        return false
    }
}
