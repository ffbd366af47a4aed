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
            path = (path as NSString).deletingLastPathComponent
        }
        return missing
    }

    /// Why the folder cannot be made; nil when it is there.
    private static func cause(making path: String, _ permissions: mode_t) -> String? {
        if mkdir(path, permissions) == 0 { return nil }
        var code = errno
        if code == ENOENT {
            let parent = (path as NSString).deletingLastPathComponent
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
