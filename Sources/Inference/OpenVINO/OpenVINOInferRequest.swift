internal import COpenVINO

/// An `ov_infer_request_t` with the tensors that it reads and writes: one picture on its way through the network.
final class OpenVINOInferRequest: InferenceRequest {
    private let inputTensor: OpenVINOTensor
    private let outputTensor: OpenVINOTensor
    private let pointer: OpaquePointer
    private let model: OpenVINOCompiledModel
    private var isRunning = false

    init(model: OpenVINOCompiledModel, input: OpenVINOTensor, output: OpenVINOTensor) throws(InferenceError) {
        var request: OpaquePointer?
        try InferenceError.check(
            ov_compiled_model_create_infer_request(model.pointer, &request), .failed,
            "ov_compiled_model_create_infer_request", "cannot make room for one more picture in flight")
        guard let request else {
            throw InferenceError(
                .failed, operation: "ov_compiled_model_create_infer_request", detail: "no request was made")
        }
        do {
            try InferenceError.check(
                ov_infer_request_set_input_tensor_by_index(request, 0, input.pointer), .failed,
                "ov_infer_request_set_input_tensor_by_index", "the model's input")
            try InferenceError.check(
                ov_infer_request_set_output_tensor_by_index(request, 0, output.pointer), .failed,
                "ov_infer_request_set_output_tensor_by_index", "the model's output")
        } catch {
            ov_infer_request_free(request)
            throw error
        }
        pointer = request
        self.model = model
        inputTensor = input
        outputTensor = output
    }

    var input: UnsafeMutableBufferPointer<Float> { inputTensor.values }
    var output: UnsafeBufferPointer<Float> { UnsafeBufferPointer(outputTensor.values) }

    // The tensors' memory must not go while the network still works on it.
    deinit {
        if isRunning {
            _ = ov_infer_request_cancel(pointer)
            _ = ov_infer_request_wait(pointer)
        }
        ov_infer_request_free(pointer)
    }

    func start() throws(InferenceError) {
        try InferenceError.check(
            ov_infer_request_start_async(pointer), .failed, "ov_infer_request_start_async", "a picture")
        isRunning = true
    }

    func wait() throws(InferenceError) {
        let status = ov_infer_request_wait(pointer)
        isRunning = false
        try InferenceError.check(status, .failed, "ov_infer_request_wait", "a picture")
    }

    func cancel() { _ = ov_infer_request_cancel(pointer) }
}
