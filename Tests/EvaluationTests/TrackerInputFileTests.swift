import Evaluation
import Testing
import Tracking
import Vision

@Suite("Files of embeddings and of camera motion")
struct TrackerInputFileTests {
    private func error(_ body: () throws -> Void) -> MOTFileError? {
        do { try body() } catch { return error as? MOTFileError }
        return nil
    }

    private func bytes(_ values: [Int16]) -> [UInt8] {
        values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }

    @Test("hold 4096ths, as many for each detection")
    func appearance() throws {
        let vectors = try AppearanceFile.parse(bytes([4096, -2048, 0, 1, -32768, 32767]), count: 3, file: "e.i16")
        #expect(vectors.dimension == 2 && vectors.count == 3)
        #expect(vectors.values == [1, -0.5, 0, 1 / 4096, -8, 32767 / 4096])
        #expect(try AppearanceFile.parse([], count: 0, file: "e.i16").count == 0)
    }

    @Test("are refused when they do not fit the detections", arguments: [(12, 5), (7, 1), (0, 3), (6, 0), (3, 3)])
    func wrongSize(byteCount: Int, count: Int) {
        let found = error {
            _ = try AppearanceFile.parse(Array(repeating: 0, count: byteCount), count: count, file: "e.i16")
        }
        #expect(found?.code == .wrongSize)
        #expect(found?.description.contains("e.i16: wrong size: \(byteCount) bytes") == true)
        #expect(found?.description.contains("\(count) detections") == true)
    }

    @Test("go with their detections when those are left out for their score, whatever the order of rows")
    func together() throws {
        let rows = try MOTFile.parse(
            Array("2,-1,1,0,5,5,0.9\n1,-1,2,0,5,5,0.9\n2,-1,3,0,5,5,0.2\n2,-1,4,0,5,5,0.8\n".utf8), file: "det.txt")
        let vectors = AppearanceVectors([1, 1, 2, 2, 3, 3, 4, 4], dimension: 2)
        let motion = CameraMotion(a: 1, b: 0, tx: 5, c: 0, d: 1, ty: 0)
        let detections = MOTDetections(
            rows, minimumScore: 0.5, appearance: vectors, cameraMotion: [.identity, motion])
        #expect(detections.input(1).appearance?.values == [2, 2])
        #expect(detections.input(2).detections.map(\.box.x1) == [1, 4])
        #expect(detections.input(2).appearance?.values == [1, 1, 4, 4])
        #expect(detections.input(3).appearance?.count == 0)
        #expect(detections.input(1).cameraMotion == .identity && detections.input(2).cameraMotion == motion)
        #expect(detections.input(3).cameraMotion == nil && detections.input(0).cameraMotion == nil)
        #expect(MOTDetections(rows).input(2).appearance == nil)
    }

    @Test("hold a line per frame")
    func cameraMotion() throws {
        let text = "0\t1.0\t0\t0\t0\t1\t0\t\r\n\n1 0.5 0.1 -3 0.2 1.5 4e1\n"
        let motions = try CameraMotionFile.parse(Array(text.utf8), frameCount: 2, file: "gmc.txt")
        #expect(motions == [.identity, CameraMotion(a: 0.5, b: 0.1, tx: -3, c: 0.2, d: 1.5, ty: 40)])
        let missing = error { _ = try CameraMotionFile.parse(Array(text.utf8), frameCount: 3, file: "gmc.txt") }
        #expect(missing?.code == .missingFrames)
        #expect(missing?.detail.contains("it has 2 frames, and the detections have 3") == true)
    }

    @Test(
        "are refused with the line at fault",
        arguments: ["1 1 0 0 0 1", "2 1 0 0 0 1 0", "1 1 0 0 0 1 nan", "1 1 0 0 0 1 0 9", "x", "1,1,0,0,0,1,0"])
    func malformed(line: String) {
        let found = error {
            _ = try CameraMotionFile.parse(Array("0 1 0 0 0 1 0\n\(line)\n".utf8), frameCount: 1, file: "gmc.txt")
        }
        #expect(found?.code == .malformed && found?.line == 2)
        #expect(found?.detail.contains("'\(line)'") == true)
    }
}
