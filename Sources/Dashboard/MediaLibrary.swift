internal import Foundation
internal import Pipeline

/// Finds the files that videos were made of, in folders that the dashboard may show and nowhere else.
///
/// A file belongs to a video when it lies in a folder named after it (an upload), is named after it (`lapwing collect`), or
/// has its source's name and the bytes that its ID was made of.
actor MediaLibrary {
    /// Where uploads go: `<video ID>/<file>`; nil: none are taken.
    let uploads: URL?
    private let folders: [URL]
    private var found: [VideoID: URL] = [:]
    /// IDs of files, so that large ones are read once.
    private var ids: [Fingerprint: VideoID] = [:]
    /// Files by name, in all folders; read again when something is not found.
    private var names: [String: [URL]] = [:]
    private var namesRead: ContinuousClock.Instant?

    private struct Fingerprint: Hashable {
        var path: String
        var size: Int
        var modified: Date?
    }

    init(folders: [URL], uploads: URL?) {
        self.folders = (folders + (uploads.map { [$0] } ?? [])).map { $0.resolvingSymlinksInPath() }
        self.uploads = uploads?.resolvingSymlinksInPath()
    }

    /// The file of a video; nil when there is none here.
    func file(of id: VideoID, source: String?) -> URL? {
        if let known = found[id], FileManager.default.fileExists(atPath: known.path) { return known }
        let file = uploaded(id) ?? collected(id) ?? source.flatMap { original(id, name: $0) }
        found[id] = file
        return file
    }

    private func uploaded(_ id: VideoID) -> URL? {
        guard let folder = uploads?.appendingPathComponent(id.rawValue) else { return nil }
        let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return files?.first { !$0.lastPathComponent.hasPrefix(".") && isAllowed($0) }
    }

    private func collected(_ id: VideoID) -> URL? {
        for ending in ["mp4", "mkv"] {
            if let file = named("\(id).\(ending)").first { return file }
        }
        return nil
    }

    private func original(_ id: VideoID, name: String) -> URL? {
        named(name).first { self.id(of: $0) == id }
    }

    /// The ID that a file would get; nil when it cannot be read.
    private func id(of file: URL) -> VideoID? {
        let facts = try? FileManager.default.attributesOfItem(atPath: file.path)
        let fingerprint = Fingerprint(
            path: file.path, size: facts?[.size] as? Int ?? 0, modified: facts?[.modificationDate] as? Date)
        if let known = ids[fingerprint] { return known }
        let id = try? VideoID.forFile(atPath: file.path)
        ids[fingerprint] = id
        return id
    }

    private func named(_ name: String) -> [URL] {
        if let known = names[name], !known.isEmpty { return known }
        if namesRead.map({ ContinuousClock.now - $0 > .seconds(10) }) ?? true { readNames() }
        return names[name] ?? []
    }

    private func readNames() {
        names = [:]
        var count = 0
        for folder in folders {
            let files = FileManager.default.enumerator(
                at: folder, includingPropertiesForKeys: [.isRegularFileKey], options: [.skipsHiddenFiles])
            while let file = files?.nextObject() as? URL, count < 1_000_000 {
                count += 1
                guard isAllowed(file) else { continue }
                names[file.lastPathComponent, default: []].append(file)
            }
        }
        namesRead = .now
    }

    /// Whether a path leads to a file in one of the folders, also once links are followed.
    private func isAllowed(_ file: URL) -> Bool {
        let real = file.resolvingSymlinksInPath()
        guard folders.contains(where: { real.path.hasPrefix($0.path == "/" ? "/" : $0.path + "/") }) else {
            return false
        }
        return (try? real.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true
    }

    /// The file that a user names, by a path within one of the folders.
    ///
    /// - Returns: nil when there is no such file in any of them.
    func file(atPath path: String) -> URL? {
        for folder in folders {
            let file =
                path.hasPrefix("/") ? URL(fileURLWithPath: path) : folder.appendingPathComponent(path)
            if isAllowed(file) { return file.resolvingSymlinksInPath() }
        }
        return nil
    }
}
