/// What went wrong with a model or an engine, where, and what to do.
public struct InferenceError: Error, Sendable, CustomStringConvertible {
    /// The kind of fault; open.
    public struct Code: RawRepresentable, Sendable, Hashable {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The model's file cannot be read.
        public static let unreadable = Code(rawValue: "unreadable model")
        /// The file is no model that the engine knows.
        public static let notAModel = Code(rawValue: "not a model")
        /// The model is not what is needed here (not a YOLOv8-style detector, say).
        public static let wrongModel = Code(rawValue: "wrong model")
        /// The device is not there or cannot run the model.
        public static let device = Code(rawValue: "device")
        /// The engine failed while running.
        public static let failed = Code(rawValue: "inference failed")
    }

    public var code: Code
    /// The C function, or the step, that failed.
    public var operation: String
    /// What it was applied to, the cause, and how to remedy it.
    public var detail: String

    public init(_ code: Code, operation: String, detail: String) {
        self.code = code
        self.operation = operation
        self.detail = detail
    }

    public var description: String { "\(code.rawValue): \(detail) (\(operation))" }
}
