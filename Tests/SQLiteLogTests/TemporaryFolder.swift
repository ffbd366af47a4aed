import Foundation

/// A folder that is gone when the last one who holds it is.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("lapwing-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func file(_ name: String = "log.db") -> String { path + "/" + name }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
