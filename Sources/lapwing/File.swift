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
    static func write(_ text: String, to path: String) throws(Failure) {
        try write(Data(text.utf8), to: path)
    }

    /// Writes bytes as a whole or not at all, and makes the folder for them.
    static func write(_ bytes: Data, to path: String) throws(Failure) {
        let folder = Folder.parent(of: path)
        if !folder.isEmpty { try Folder.make(folder, name: "folder", remedy: "choose another place with --output") }
        do {
            try bytes.write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw Failure.failed(
                "\(path): it cannot be written (\(ErrorText.cause(error))); choose another place with --output")
        }
    }
}
