import Testing
import Vision

@testable import Tracking

@Suite("Snapshots")
struct SnapshotTests {
    private func error(_ body: () throws -> Void) -> SnapshotError? {
        do { try body() } catch { return error as? SnapshotError }
        return nil
    }

    private func someTracker(_ kind: TrackerKind = .sort) throws -> any Tracker {
        var generator = SeededGenerator(seed: 1)
        var tracker = try kind.make()
        for frame in generator.scene(frames: 5, objects: 4) {
            let looks = AppearanceVectors(frame.indices.flatMap { [Float($0), 1, 2] }, dimension: 3)
            _ = tracker.update(
                TrackerInput(
                    frame, appearance: looks, cameraMotion: CameraMotion(a: 1, b: 0.01, tx: 1, c: 0.01, d: 1, ty: 1)))
        }
        return tracker
    }

    @Test("keep every value to the bit")
    func values() throws {
        let integers = [0, 1, -1, .max, .min, 63, 64, -64, -65, 1 << 40]
        let doubles = [0.0, -0.0, 1.5, .pi, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
        var writer = SnapshotWriter(kind: "test", version: 7)
        for value in integers {
            writer.append(value)
            writer.appendCompact(value)
        }
        for value in doubles { writer.append(value) }
        writer.append(Double.nan)
        writer.append(true)
        writer.append("Kiebitz – 🐦")
        writer.append(nil as Int?)
        writer.append(5 as Int?)
        var reader = try SnapshotReader(writer.finish(), kind: "test", versions: 1...7)
        #expect(reader.version == 7)
        for value in integers {
            #expect(try reader.readInt() == value)
            #expect(try reader.readCompact(in: .min ... .max) == value)
        }
        for value in doubles { #expect(try reader.readDouble().bitPattern == value.bitPattern) }
        #expect(try reader.readDouble().isNaN)
        #expect(try reader.readBool())
        #expect(try reader.readString() == "Kiebitz – 🐦")
        #expect(try reader.readOptionalInt(in: 0...9) == nil)
        #expect(try reader.readOptionalInt(in: 0...9) == 5)
        try reader.finish()
    }

    @Test("are little-endian, begin with LWSN and their kind")
    func layout() {
        var writer = SnapshotWriter(kind: "ab", version: 0x0102)
        writer.append(3)
        #expect(
            writer.finish().dropLast(8) == [
                0x4C, 0x57, 0x53, 0x4E, 2, 0, 0, 0, 0, 0, 0, 0, 0x61, 0x62, 0x02, 0x01, 3, 0, 0, 0, 0, 0, 0, 0,
            ])
    }

    @Test("are refused when cut short at any place or with any byte changed", arguments: TrackerKind.allCases)
    func damage(kind: TrackerKind) throws {
        let bytes = try someTracker(kind).snapshot()
        for length in bytes.indices {
            #expect(error { _ = try TrackerKind.restore(Array(bytes[..<length])) }?.code == .corrupt)
        }
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= UInt8(1 << (index % 8))
            #expect(error { _ = try TrackerKind.restore(changed) }?.code == .corrupt)
        }
        #expect(error { _ = try TrackerKind.restore(bytes + [0]) }?.code == .corrupt)
    }

    @Test("are read with the hash that they ended with before")
    func earlierHash() throws {
        let bytes = try someTracker().snapshot()
        let content: [UInt8] = bytes.dropLast(8)
        let hash = SnapshotWriter.earlierHash(content[...])
        let end: [UInt8] = (0..<8).map { UInt8(truncatingIfNeeded: hash >> (8 * $0)) }
        let earlier = content + end
        #expect(earlier != bytes)
        let restored = try TrackerKind.restore(earlier)
        #expect(restored.snapshot() == bytes)
    }

    @Test("have a hash that every change of a byte changes, wherever it is")
    func hashes() {
        for count in 0...70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37) }
            var hashes: Set<UInt64> = [SnapshotWriter.hash(bytes[...])]
            for index in bytes.indices {
                var changed = bytes
                changed[index] ^= 0x80
                hashes.insert(SnapshotWriter.hash(changed[...]))
            }
            hashes.insert(SnapshotWriter.hash((bytes + [0])[...]))
            #expect(hashes.count == count + 2)
        }
    }

    @Test("are refused when they are no snapshots at all")
    func garbage() {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...200, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            #expect(error { _ = try TrackerKind.restore(bytes) }?.code == .corrupt)
            #expect(error { _ = try IdentityMap(restoring: SnapshotWriter.magic + bytes) }?.code == .corrupt)
        }
    }

    /// Bytes with the hash they ought to have: what a hash cannot tell from a snapshot.
    private func forged(_ bytes: [UInt8]) -> [UInt8] {
        let hash = SnapshotWriter.hash(bytes[...])
        return bytes + (0..<8).map { UInt8(truncatingIfNeeded: hash >> (8 * $0)) }
    }

    @Test("never trap, whatever was forged into them", arguments: TrackerKind.allCases)
    func forgery(kind: TrackerKind) throws {
        let tracker = try someTracker(kind).snapshot().dropLast(8)
        var generator = SeededGenerator(seed: 3)
        var refused = 0
        for _ in 0..<4000 {
            var bytes = Array(tracker)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = bytes.indices.randomElement(using: &generator)!
                bytes[index] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator)!
            }
            if Bool.random(using: &generator) { bytes.removeLast(Int.random(in: 0...40, using: &generator)) }
            do {
                var restored = try TrackerKind.restore(forged(bytes))
                let detections = [Detection(box: .init(x1: 0, y1: 0, x2: 9, y2: 9), confidence: 1, classID: 0)]
                for dimension in [3, 3, 5] {
                    let looks = AppearanceVectors(Array(repeating: 1, count: dimension), dimension: dimension)
                    _ = restored.update(TrackerInput(detections, appearance: looks))
                }
            } catch { refused += 1 }
        }
        #expect(refused > 0)
    }

    @Test("do not allocate what a forged count announces")
    func forgedCount() {
        var writer = SnapshotWriter(kind: "sort", version: 1)
        for value in [30, 3] { writer.append(value) }
        writer.append(0.3)
        writer.append(true)
        for value in [5, 9, 1 << 50] { writer.append(value) }
        let error = error { _ = try SORTTracker(restoring: writer.finish()) }
        #expect(error?.code == .corrupt)
        #expect(error?.detail.contains("elements") == true)
        #expect(
            self.error {
                _ = try TrackerKind.restore(forged(SnapshotWriter.magic + Array(repeating: 0xFF, count: 20)))
            }?.code == .corrupt)
    }

    @Test("of a later version or another kind are refused with what to do")
    func versions() {
        let later = SnapshotWriter(kind: "sort", version: 2).finish()
        let laterError = error { _ = try TrackerKind.restore(later) }
        #expect(laterError?.code == .unknownVersion)
        #expect(laterError?.description.contains("use the Lapwing that wrote it") == true)
        let other = SnapshotWriter(kind: "hungarian", version: 1).finish()
        let otherError = error { _ = try TrackerKind.restore(other) }
        #expect(otherError?.code == .wrongKind)
        #expect(otherError?.detail.contains("'hungarian'") == true)
        let identities = IdentityMap(videoID: "v", classNames: []).snapshot()
        #expect(error { _ = try SORTTracker(restoring: identities) }?.code == .wrongKind)
    }
}
