import Foundation
import Media
import Testing

/// What the frame scaler's tests need from outside: FFmpeg's command line as the reference, and the real videos.
enum FrameScalerFixture {
    static let assets: URL? = {
        if let path = ProcessInfo.processInfo.environment["LAPWING_ASSETS"] { return URL(fileURLWithPath: path) }
        var folder = URL(fileURLWithPath: #filePath)
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            let assets = folder.appendingPathComponent("../shared/assets").standardizedFileURL
            if FileManager.default.fileExists(atPath: assets.path) { return assets }
        }
        return nil
    }()

    static let hasAssets = assets.map { FileManager.default.fileExists(atPath: $0.path) } ?? false
    static let hasFFmpeg = (try? ffmpeg(["-version"])) != nil

    /// What `ffmpeg` writes to its standard output, given `input`.
    static func ffmpeg(_ arguments: [String], input: [UInt8]? = nil) throws -> [UInt8] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lapwing-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["ffmpeg", "-nostdin", "-v", "error"] + arguments
        if let input {
            let file = folder.appendingPathComponent("input.raw")
            try Data(input).write(to: file)
            process.arguments = process.arguments?.map { $0 == "INPUT" ? file.path : $0 }
        }
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        struct Failure: Error {}
        guard process.terminationStatus == 0 else { throw Failure() }
        return Array(data)
    }

    /// A picture without structure, the same everywhere.
    static func noise(width: Int, height: Int) -> [UInt8] {
        (0..<UInt32(width * height * 3)).map {
            UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761 &+ ($0 >> 7) &* 40503) >> 24)
        }
    }

    /// The detector's input back in bytes: rows of BGR pixels.
    static func bgr(_ tensor: [Float], width: Int, height: Int) -> [UInt8] {
        let plane = width * height
        var bytes = [UInt8](repeating: 0, count: 3 * plane)
        for index in 0..<plane {
            bytes[3 * index] = UInt8((tensor[2 * plane + index] * 255).rounded())
            bytes[3 * index + 1] = UInt8((tensor[plane + index] * 255).rounded())
            bytes[3 * index + 2] = UInt8((tensor[index] * 255).rounded())
        }
        return bytes
    }

    /// `frame` as the scaler writes it, every value of which it must write.
    static func tensor(_ scaler: FrameScaler, _ frame: VideoFrame) throws -> [Float] {
        var tensor = [Float](repeating: -1, count: 3 * scaler.width * scaler.height)
        _ = try tensor.withUnsafeMutableBufferPointer { try scaler.scale(frame, into: $0) }
        return tensor
    }

    /// RFC 1321.
    static func md5(_ message: [UInt8]) -> String {
        let shifts: [UInt32] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
        let table = (1...64).map { UInt32(abs(sin(Double($0))) * 4_294_967_296) }
        var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476]
        var bytes = message + [0x80]
        while bytes.count % 64 != 56 { bytes.append(0) }
        bytes += (0..<8).map { UInt8(truncatingIfNeeded: UInt64(message.count * 8) >> (8 * UInt64($0))) }
        var words = [UInt32](repeating: 0, count: 16)
        for block in stride(from: 0, to: bytes.count, by: 64) {
            for i in 0..<16 {
                let at = block + 4 * i
                words[i] =
                    UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16
                    | UInt32(bytes[at + 3]) << 24
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            for i in 0..<64 {
                var f: UInt32
                var g: Int
                switch i / 16 {
                case 0: (f, g) = ((b & c) | (~b & d), i)
                case 1: (f, g) = ((d & b) | (~d & c), (5 * i + 1) % 16)
                case 2: (f, g) = (b ^ c ^ d, (3 * i + 5) % 16)
                default: (f, g) = (c ^ (b | ~d), (7 * i) % 16)
                }
                f = f &+ a &+ table[i] &+ words[g]
                (a, d, c) = (d, c, b)
                let shift = shifts[4 * (i / 16) + i % 4]
                b = b &+ ((f << shift) | (f >> (32 - shift)))
            }
            state[0] &+= a
            state[1] &+= b
            state[2] &+= c
            state[3] &+= d
        }
        return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) } }
            .map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
