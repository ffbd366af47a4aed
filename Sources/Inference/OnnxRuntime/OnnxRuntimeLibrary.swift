internal import COnnxRuntime
internal import Foundation

/// ONNX Runtime's library, opened when it is first asked for and kept until the process ends.
///
/// Every call goes through its table of functions.
//
// Sendable: nothing here changes after it is made, and ONNX Runtime's environment is meant for all threads.
final class OnnxRuntimeLibrary: @unchecked Sendable {
    /// The functions.
    let api: OrtApi
    /// What all sessions share.
    let environment: OpaquePointer
    /// The release, as in `1.32.0`.
    let version: String
    /// The library's file.
    let path: String
    /// The ways of running networks that this build of the library has, by the names it gives them, as in
    /// `CPUExecutionProvider`.
    let providers: [String]

    /// The first that is found is taken: by `LD_LIBRARY_PATH`, beside the program or where `make setup` puts it, and
    /// among the system's libraries.
    private static let names = ["libonnxruntime.so.1", "libonnxruntime.so"]

    private static let opened = Result<OnnxRuntimeLibrary, InferenceError> { () throws(InferenceError) in
        try OnnxRuntimeLibrary()
    }

    /// - Throws: ``InferenceError`` where there is no library, or one that is too old.
    static func open() throws(InferenceError) -> OnnxRuntimeLibrary { try opened.get() }

    private init() throws(InferenceError) {
        var reasons: [String] = []
        var found: UnsafeMutableRawPointer?
        for name in Self.names where found == nil {
            found = dlopen(name, RTLD_NOW | RTLD_LOCAL)
            if found == nil { reasons.append(dlerror().map { String(cString: $0) } ?? name) }
        }
        guard let found else {
            throw InferenceError(
                .device, operation: "dlopen",
                detail: """
                    ONNX Runtime is not there (\(reasons.first ?? "")); install it with `make setup`, name its folder in \
                    LD_LIBRARY_PATH, or use OpenVINO: --engine openvino
                    """)
        }
        guard let symbol = dlsym(found, "OrtGetApiBase"),
            let base = unsafeBitCast(symbol, to: OrtGetApiBaseFunction.self)()
        else {
            throw InferenceError(
                .device, operation: "OrtGetApiBase",
                detail:
                    "the library \(Self.names[0]) that was found is not ONNX Runtime's; install it with `make setup`")
        }
        var place = LapwingSymbolPlace()
        path = lapwing_dladdr(symbol, &place) != 0 ? place.file.map { String(cString: $0) } ?? "" : ""
        version = String(cString: base.pointee.GetVersionString())
        guard let table = base.pointee.GetApi(UInt32(LapwingOrtApiVersion)) else {
            throw InferenceError(
                .device, operation: "OrtApiBase.GetApi",
                detail: """
                    ONNX Runtime \(version) (\(path)) is too old: 1.\(LapwingOrtApiVersion) or later is needed; install it \
                    with `make setup`
                    """)
        }
        api = table.pointee
        var made: OpaquePointer?
        // What goes wrong is thrown; the library's own words on standard error would only be between the lines.
        try Self.check(
            api.CreateEnv(Int32(LapwingOrtLogFatal), "lapwing", &made), api, .device, "CreateEnv",
            "ONNX Runtime \(version) (\(path)) does not start")
        guard let made else {
            throw InferenceError(.device, operation: "CreateEnv", detail: "ONNX Runtime gave no environment")
        }
        environment = made
        try Self.check(
            api.DisableTelemetryEvents(made), api, .device, "DisableTelemetryEvents", "ONNX Runtime \(version)")
        providers = try Self.listProviders(api)
    }

    /// Throws what ONNX Runtime says when `status` is not success.
    ///
    /// - Parameters:
    ///   - operation: the C function that returned `status`, as the table names it.
    ///   - detail: what it was applied to and how to remedy it; ONNX Runtime's own words follow.
    func check(
        _ status: OpaquePointer?, _ code: InferenceError.Code, _ operation: String,
        _ detail: @autoclosure () -> String
    ) throws(InferenceError) {
        try Self.check(status, api, code, operation, detail())
    }

    private static func check(
        _ status: OpaquePointer?, _ api: OrtApi, _ code: InferenceError.Code, _ operation: String,
        _ detail: @autoclosure () -> String
    ) throws(InferenceError) {
        guard let status else { return }
        defer { api.ReleaseStatus(status) }
        let message = shortened(String(cString: api.GetErrorMessage(status)))
        throw InferenceError(code, operation: operation, detail: "\(detail()): \(message)")
    }

    /// ONNX Runtime's message in one line; its locations in its own sources, and its numbers, are of no use to a user.
    static func shortened(_ message: String) -> String {
        let line = message.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .joined(separator: " ")
        return String(line.replacing(#/.*\[ONNXRuntimeError\] : \d+ : [A-Z_]+ : /#, with: "").prefix(600))
    }

    private static func listProviders(_ api: OrtApi) throws(InferenceError) -> [String] {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        var count: Int32 = 0
        try check(
            api.GetAvailableProviders(&names, &count), api, .device, "GetAvailableProviders", "ONNX Runtime's providers"
        )
        guard let names else { return [] }
        defer { api.discard(api.ReleaseAvailableProviders(names, count)) }
        return (0..<Int(count)).compactMap { names[$0].map { String(cString: $0) } }
    }
}

extension OrtApi {
    /// Drops a status that is of no consequence.
    func discard(_ status: OpaquePointer?) {
        if let status { ReleaseStatus(status) }
    }
}
