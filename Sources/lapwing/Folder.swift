import Foundation

/// Folders that results go into.
enum Folder {
    /// Makes a folder, and those above it, where they are not there yet.
    ///
    /// - Parameters:
    ///   - name: what messages call it: `output folder`.
    ///   - remedy: what to do if it cannot be made.
    static func make(_ path: String, permissions: mode_t = 0o777, name: String, remedy: String) throws(Failure) {
        if let cause = cause(making: path, permissions) {
            throw Failure.failed("\(name) \(path): it cannot be made (\(cause)); \(remedy)")
        }
        guard access(path, W_OK | X_OK) == 0 else {
            throw Failure.failed("\(name) \(path): it cannot be written to; \(remedy)")
        }
    }

    /// Which folders ``make(_:permissions:name:remedy:)`` would make for a path, the innermost first.
    static func missing(in path: String) -> [String] {
        var missing: [String] = []
        var path = path
        while !path.isEmpty, access(path, F_OK) != 0 {
            missing.append(path)
            path = parent(of: path)
        }
        return missing
    }

    /// The folder that a path lies in: empty for the working folder, `/` for `/`.
    ///
    /// Foundation's `deletingLastPathComponent` traps on paths of one character.
    static func parent(of path: String) -> String {
        let bytes = Array(path.utf8)
        let slash = UInt8(ascii: "/")
        guard let last = bytes.lastIndex(where: { $0 != slash }) else { return bytes.isEmpty ? "" : "/" }
        guard let end = bytes[..<last].lastIndex(of: slash) else { return "" }
        guard let parentEnd = bytes[..<end].lastIndex(where: { $0 != slash }) else { return "/" }
        return String(decoding: bytes[...parentEnd], as: UTF8.self)
    }

    /// Why the folder cannot be made; nil when it is there.
    private static func cause(making path: String, _ permissions: mode_t) -> String? {
        if mkdir(path, permissions) == 0 { return nil }
        var code = errno
        if code == ENOENT {
            let parent = parent(of: path)
            if !parent.isEmpty, parent != path, let cause = cause(making: parent, 0o777) { return cause }
            if mkdir(path, permissions) == 0 { return nil }
            code = errno
        }
        guard code == EEXIST else { return String(cString: strerror(code)) }
        var status = stat()
        guard stat(path, &status) == 0 else { return String(cString: strerror(errno)) }
        return status.st_mode & S_IFMT == S_IFDIR ? nil : "a file is in its place"
    }
}
