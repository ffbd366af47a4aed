import Foundation

/// Files that commands write.
enum File {
    /// Whether two paths name the same file; not, when one of them names none.
    static func isSame(_ a: String, _ b: String) -> Bool {
        var (first, second) = (stat(), stat())
        guard stat(a, &first) == 0, stat(b, &second) == 0 else { return false }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }

    /// Writes a text as a whole or not at all, and makes the folder for it.
    ///
    /// - Parameter option: the option that the path was given to, for messages.
    static func write(_ text: String, to path: String, option: String = "--output") throws(Failure) {
        try write(Data(text.utf8), to: path, option: option)
    }

    /// Writes bytes as a whole or not at all, and makes the folder for them.
    static func write(_ bytes: Data, to path: String, option: String = "--output") throws(Failure) {
        let remedy = "choose another place with \(option)"
        let folder = Folder.parent(of: path)
        if !folder.isEmpty { try Folder.make(folder, name: "folder", remedy: remedy) }
        do {
            if isStream(path) {
                let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
                try handle.write(contentsOf: bytes)
                try handle.close()
            } else {
                try bytes.write(to: URL(fileURLWithPath: path).resolvingSymlinksInPath(), options: .atomic)
            }
        } catch {
            throw Failure.failed("\(path): it cannot be written (\(ErrorText.cause(error))); \(remedy)")
        }
    }

    /// Whether a path is of a device or a pipe, such as /dev/stdout: these are written into. Foundation would put a file in
    /// their place.
    static func isStream(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        let kind = status.st_mode & S_IFMT
        return kind != S_IFREG && kind != S_IFDIR || path.hasPrefix("/dev/") || path.hasPrefix("/proc/")
    }
}
