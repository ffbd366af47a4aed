import Synthesis

/// Frames of a scene: a digest of all their bytes, and the truth.
struct Rendering {
    /// FNV-1a over all pixels, 32 bits at a time.
    var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    var objects: [[GroundTruthObject]] = []
    /// The mean level of the colours of the last frame.
    var mean = 0.0

    init(_ configuration: SceneConfiguration, frames: Int) throws {
        var scene = try Scene(configuration)
        let count = configuration.width * configuration.height
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count * 4, alignment: 16)
        defer { buffer.deallocate() }
        for _ in 0..<frames {
            objects.append(scene.renderNext(into: buffer, stride: configuration.width * 4))
            var hash = digest
            var sum = 0
            for pixel in buffer.bindMemory(to: UInt32.self) {
                hash = (hash ^ UInt64(pixel)) &* 0x100_0000_01B3
                sum += Int(pixel & 255) + Int(pixel >> 8 & 255) + Int(pixel >> 16 & 255)
            }
            digest = hash
            mean = Double(sum) / Double(3 * count)
        }
    }
}
