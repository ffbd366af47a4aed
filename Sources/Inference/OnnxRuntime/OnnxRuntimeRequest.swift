internal import COnnxRuntime
internal import Foundation

/// One picture's, or one batch's, way through a session.
final class OnnxRuntimeRequest: InferenceRequest {
    private let job: OnnxRuntimeJob
    private let threads: OnnxRuntimeThreads
    private var isRunning = false

    init(
        session: OnnxRuntimeSession, threads: OnnxRuntimeThreads, input: [Int], output: [Int]
    ) throws(InferenceError) {
        job = try OnnxRuntimeJob(session: session, input: input, output: output)
        self.threads = threads
    }

    deinit {
        guard isRunning else { return }
        job.cancel()
        _ = try? job.wait()
    }

    var input: UnsafeMutableBufferPointer<Float> { job.input.values }
    var output: UnsafeBufferPointer<Float> { UnsafeBufferPointer(job.output.values) }

    func start() throws(InferenceError) {
        try job.prepare()
        isRunning = true
        threads.start(job)
    }

    func wait() throws(InferenceError) {
        isRunning = false
        try job.wait()
    }

    func cancel() { job.cancel() }
}

/// What a thread does for a request.
//
// Sendable: from its start until the semaphore is signalled it is the thread's, else its request's; a run may be told to
// end from any thread.
final class OnnxRuntimeJob: @unchecked Sendable {
    let input: OnnxRuntimeTensor
    let output: OnnxRuntimeTensor
    private let session: OnnxRuntimeSession
    /// An `OrtRunOptions`.
    private let options: OpaquePointer
    private let isDone = DispatchSemaphore(value: 0)
    private var failure: InferenceError?

    init(session: OnnxRuntimeSession, input: [Int], output: [Int]) throws(InferenceError) {
        let library = session.library
        self.input = try OnnxRuntimeTensor(dimensions: input, library: library)
        self.output = try OnnxRuntimeTensor(dimensions: output, library: library)
        var made: OpaquePointer?
        try library.check(
            library.api.CreateRunOptions(&made), .failed, "CreateRunOptions",
            "cannot make room for one more picture in flight")
        guard let made else {
            throw InferenceError(.failed, operation: "CreateRunOptions", detail: "ONNX Runtime gave no options")
        }
        options = made
        self.session = session
    }

    deinit { session.library.api.ReleaseRunOptions(options) }

    /// Before each run: takes back that it was told to end.
    func prepare() throws(InferenceError) {
        failure = nil
        try session.library.check(
            session.library.api.RunOptionsUnsetTerminate(options), .failed, "RunOptionsUnsetTerminate", "a picture")
    }

    /// Runs the network, in the thread that calls this; nothing is thrown before ``wait()``.
    func run() {
        defer { isDone.signal() }
        guard let inputNames = session.inputNames, let outputNames = session.outputNames else {
            preconditionFailure("one input, one output")
        }
        var inputs: OpaquePointer? = input.pointer
        // Where a tensor is given for the output, the network writes into it.
        var outputs: OpaquePointer? = output.pointer
        do throws(InferenceError) {
            try session.library.check(
                session.library.api.Run(
                    session.pointer, options, inputNames.pointers, &inputs, 1, outputNames.pointers, 1, &outputs),
                .failed, "Run", "a picture")
        } catch {
            failure = error
        }
    }

    func wait() throws(InferenceError) {
        isDone.wait()
        if let failure { throw failure }
    }

    /// Has the run end soon, which then fails.
    func cancel() {
        let api = session.library.api
        api.discard(api.RunOptionsSetTerminate(options))
    }
}
