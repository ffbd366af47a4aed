import Foundation
import Serving

/// A file with what clients of a server must know.
enum TokenFile {
    /// - Throws: ``Failure`` when it cannot be read, or what it holds is no token.
    static func read(_ path: String) throws -> AccessToken {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw Failure.failed("--token-file \(path): it cannot be read (\(ErrorText.cause(error)))")
        }
        do {
            return try AccessToken(text.trimmingCharacters(in: .whitespacesAndNewlines))
        } catch {
            throw Failure.failed("--token-file \(path): \(error)")
        }
    }
}
