extension InferenceError.Code {
    /// A setting is out of its range or names something that the model does not have.
    public static let configuration = InferenceError.Code(rawValue: "configuration")
}
