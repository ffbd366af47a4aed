import Media
import Testing
import Tracking

@testable import CameraMotionEstimation

@Suite("Snapshots of the camera's motion")
struct SnapshotTests {
    private static func pictures() -> [TestPicture] {
        (0..<6).map { index in
            let step = Double(index)
            return TestPicture(
                camera: .about(96, 54, scale: 1 + 0.004 * step, sine: 0.003 * step, shift: (2.3 * step, -1.1 * step)),
                object: (20 + 9 * index, 30, 40, 60), noise: 2, seed: UInt64(index))
        }
    }

    @Test("Work goes on from a snapshot to the bit, after any frame")
    func goesOn() throws {
        let frames = try Self.pictures().map { try $0.frame() }
        let whole = CameraMotionEstimator()
        let expected = try frames.map { try whole.motion(to: $0) }
        #expect(expected.dropFirst().allSatisfy { $0 != .identity })
        for cut in 0...frames.count {
            let first = CameraMotionEstimator()
            let before = try frames[..<cut].map { try first.motion(to: $0) }
            let second = try CameraMotionEstimator(restoring: first.snapshot())
            let after = try frames[cut...].map { try second.motion(to: $0) }
            #expect(before + after == expected)
            #expect(second.snapshot() == whole.snapshot())
        }
    }

    @Test("Estimators at work at the same time give the same")
    func concurrent() async throws {
        let results = try await withThrowingTaskGroup(of: [CameraMotion].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let estimator = CameraMotionEstimator()
                    return try Self.pictures().prefix(3).map { try estimator.motion(to: $0.frame()) }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.count == 4 && Set(results).count == 1)
    }

    @Test("Bytes that were changed or cut short are refused")
    func corrupt() throws {
        let estimator = CameraMotionEstimator()
        _ = try estimator.motion(to: TestPicture(width: 40, height: 30).frame())
        let snapshot = estimator.snapshot()
        for index in stride(from: 0, to: snapshot.count, by: 7) {
            var changed = snapshot
            changed[index] ^= 0x11
            #expect(throws: SnapshotError.self) { try CameraMotionEstimator(restoring: changed) }
            #expect(throws: SnapshotError.self) { try CameraMotionEstimator(restoring: Array(snapshot[..<index])) }
        }
        let tracker = SORTTracker().snapshot()
        #expect(throws: SnapshotError.self) { try CameraMotionEstimator(restoring: tracker) }
    }

    @Test("Numbers that no picture has are refused, though the bytes are whole")
    func impossible() throws {
        func snapshot(
            _ width: Int, _ height: Int, _ rotation: Int = 0, _ aspect: Double = 1, count: Int? = nil,
            version: UInt16 = 1,
            more: Int = 0
        ) -> [UInt8] {
            var writer = SnapshotWriter(kind: "camera-motion", version: version)
            writer.append(true)
            writer.append(width)
            writer.append(height)
            writer.append(rotation)
            writer.append(aspect)
            writer.append(bytes: [UInt8](repeating: 9, count: count ?? max(0, width * height)))
            for _ in 0..<more { writer.append(true) }
            return writer.finish()
        }
        #expect(throws: Never.self) { try CameraMotionEstimator(restoring: snapshot(30, 20, 270, 0.5)) }
        for bytes in [
            snapshot(0, 20), snapshot(30, -1), snapshot(16385, 1), snapshot(30, 20, 45), snapshot(30, 20, 360),
            snapshot(30, 20, 0, .nan), snapshot(30, 20, 0, 0), snapshot(30, 20, 0, 1e9), snapshot(30, 20, count: 599),
            snapshot(30, 20, count: 601), snapshot(16384, 16384, count: 5), snapshot(30, 20, version: 2),
            snapshot(30, 20, more: 1),
        ] {
            #expect(throws: SnapshotError.self) { try CameraMotionEstimator(restoring: bytes) }
        }
    }
}
