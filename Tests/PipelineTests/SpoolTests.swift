import EventLog
import Foundation
import Testing

@testable import Pipeline

@Suite("The spool")
struct SpoolTests {
    private func entries(_ folder: TemporaryFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test("is gone when its owner is, and another's stays")
    func owned() throws {
        let root = try TemporaryFolder()
        var first: Spool? = try Spool(root: root.path)
        let path = try #require(first).makePath()
        try #require(first).write([1, 2, 3], to: path, at: 0)
        var second: Spool? = try Spool(root: root.path)
        #expect(try Spool.read(path, count: 3) == [1, 2, 3])
        #expect(try entries(root).count == 4)
        second = nil
        #expect(try Spool.read(path, count: 3) == [1, 2, 3])
        first = nil
        #expect(try entries(root).isEmpty)
        _ = (first, second)
    }

    @Test("takes away what was left by one that died, whatever its process ID was")
    func leftBehind() throws {
        let root = try TemporaryFolder()
        // What a killed process leaves: the folder, and the file that nobody holds.
        try FileManager.default.createDirectory(
            atPath: root.path + "/lapwing-spool-x", withIntermediateDirectories: false)
        try Data([1]).write(to: URL(fileURLWithPath: root.path + "/lapwing-spool-x/chunk"))
        try Data().write(to: URL(fileURLWithPath: root.path + "/lapwing-spool-x.lock"))
        try Data().write(to: URL(fileURLWithPath: root.path + "/other.lock"))
        let spool = try Spool(root: root.path)
        #expect(try entries(root).count { $0.contains("spool-x") } == 0)
        #expect(try entries(root).contains("other.lock"))
        withExtendedLifetime(spool) {}
    }
}
