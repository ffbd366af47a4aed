import Foundation
import Testing

@testable import lapwing

@Suite("Folders")
struct FolderTests {
    @Test(
        "know what they lie in",
        arguments: [
            ("", ""), ("/", "/"), ("//", "/"), ("o", ""), ("o/", ""), ("é", ""), ("out", ""), ("a/o", "a"),
            ("a//o//", "a"), ("/o", "/"), ("/o/", "/"), ("/a/o", "/a"), ("../o", ".."), ("a/b/c", "a/b"),
        ])
    func parent(path: String, parent: String) {
        #expect(Folder.parent(of: path) == parent)
    }

    @Test("with names of one character take results")
    func shortName() async throws {
        let folder = try TemporaryFolder()
        let outcome = try await Program.run(
            ["run", "x.mp4", "--model", "there-is-none.onnx", "--output", "o"], in: folder.path)
        // It got as far as to look for the video, or the model.
        #expect(outcome.exitCode == 1 || outcome.exitCode == 2, "\(outcome)")
        #expect(outcome.errors.contains("error"), "\(outcome)")
    }
}
