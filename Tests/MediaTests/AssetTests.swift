import Foundation
import Testing

@testable import Media

/// Where the real videos are: `LAPWING_ASSETS`, or `shared/assets` beside the package or above it.
enum Assets {
    static let directory: String? = {
        if let path = ProcessInfo.processInfo.environment["LAPWING_ASSETS"], !path.isEmpty { return path }
        var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appendingPathComponent("shared/assets").path
            if FileManager.default.fileExists(atPath: candidate + "/videos") { return candidate }
            folder = folder.deletingLastPathComponent()
        }
        return nil
    }()

    static let videos = ["car-detection", "one-by-one-person-detection"]
    static let areThere = directory.map { FileManager.default.fileExists(atPath: $0 + "/videos") } ?? false
}

@Suite("Real videos")
struct AssetTests {
    @Test(
        "are cut, decoded and put together without a difference",
        .enabled(if: Assets.areThere, "set LAPWING_ASSETS to the folder with videos/ to run these"),
        arguments: Assets.videos)
    func roundTrip(name: String) throws {
        let path = try #require(Assets.directory) + "/videos/\(name).mp4"
        let expected = try FFmpegTool.frames(of: path)
        let digest = try FFmpegTool.packetDigest(of: path)
        let pieces = try chunks(of: path, seconds: 4)
        #expect(pieces.count > 1)
        let frames = try pieces.flatMap { try decode($0, threads: 2) }
        #expect(frames.map(\.index) == Array(expected.indices))
        #expect(frames.map(\.md5) == expected.map(\.md5))
        #expect(pieces.last?.sourceDigest == digest)
        let output = Clip.path("\(name).mp4")
        #expect(try assemble(pieces, path: output) == digest)
        #expect(try FFmpegTool.frames(of: output) == expected)
        #expect(try FFmpegTool.packetDigest(of: output) == digest)
    }
}
