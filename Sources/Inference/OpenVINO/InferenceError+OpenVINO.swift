internal import COpenVINO

extension InferenceError {
    /// Throws what OpenVINO says when `status` is not success.
    ///
    /// - Parameters:
    ///   - operation: the C function that returned `status`.
    ///   - detail: what it was applied to and how to remedy it; OpenVINO's own words follow.
    static func check(
        _ status: ov_status_e, _ code: Code, _ operation: String, _ detail: @autoclosure () -> String
    ) throws(InferenceError) {
        guard status != OK else { return }
        throw InferenceError(code, operation: operation, detail: "\(detail()): \(openVINOMessage(status))")
    }

    /// OpenVINO's message in one line; its locations in OpenVINO's sources are of no use to a user.
    private static func openVINOMessage(_ status: ov_status_e) -> String {
        let name = ov_get_error_info(status).map { String(cString: $0) } ?? "status \(status.rawValue)"
        guard let text = ov_get_last_err_msg() else { return name }
        defer { ov_free(text) }
        let lines = String(cString: text).split(whereSeparator: \.isNewline)
            .map { line in String(line.drop { $0 == " " || $0 == "\t" }) }
            .filter { !$0.isEmpty && !$0.hasPrefix("Exception from src/") }
        let message = lines.joined(separator: " ")
        return message.isEmpty ? name : "\(name): \(message.prefix(600))"
    }
}
