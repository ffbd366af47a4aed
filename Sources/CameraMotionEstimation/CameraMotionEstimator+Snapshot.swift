internal import Media
public import Tracking

extension CameraMotionEstimator {
    private static let kind = "camera-motion"
    private static let version: UInt16 = 1

    /// All that the next answers depend on: the last picture, small; at most some 37 kB.
    ///
    /// An estimator that is restored from it gives the same answers to the same pictures as this one, to the bit.
    public func snapshot() -> [UInt8] {
        var writer = SnapshotWriter(kind: Self.kind, version: Self.version)
        writer.append(pictures != nil)
        if let pictures {
            writer.append(pictures.geometry.codedWidth)
            writer.append(pictures.geometry.codedHeight)
            writer.append(pictures.geometry.rotation)
            writer.append(pictures.geometry.aspect)
            writer.append(bytes: pictures.brightness)
        }
        return writer.finish()
    }

    /// Goes on where ``snapshot()`` was taken.
    ///
    /// - Throws: ``Tracking/SnapshotError`` when the bytes are no such snapshot.
    public convenience init(restoring snapshot: [UInt8]) throws(SnapshotError) {
        self.init()
        var reader = try SnapshotReader(snapshot, kind: Self.kind, versions: Self.version...Self.version)
        if try reader.readBool() {
            let sides = 1...FrameScaler.maximumSide
            let (width, height) = (try reader.readInt(in: sides), try reader.readInt(in: sides))
            let rotation = try reader.readInt(in: 0...270)
            let aspect = try reader.readFiniteDouble()
            guard rotation.isMultiple(of: 90) else { throw reader.corrupt("a rotation of \(rotation)°") }
            guard PictureGeometry.aspects.contains(aspect) else { throw reader.corrupt("pixels of aspect \(aspect)") }
            let geometry = PictureGeometry(codedWidth: width, codedHeight: height, rotation: rotation, aspect: aspect)
            let brightness = try reader.readBytes()
            guard brightness.count == geometry.width * geometry.height else {
                throw reader.corrupt("\(brightness.count) pixels of \(geometry.width) × \(geometry.height)")
            }
            pictures = Pictures(geometry, brightness: brightness)
        }
        try reader.finish()
    }
}
