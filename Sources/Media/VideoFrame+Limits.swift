extension VideoFrame {
    /// Refuses pictures that are too large, or turned by no quarter turns.
    func checkScalable() throws(MediaError) {
        let sides = 1...FrameScaler.maximumSide
        guard sides.contains(codedWidth), sides.contains(codedHeight) else {
            throw MediaError(
                .limitExceeded, operation: "scale picture",
                detail: """
                    a picture of \(codedWidth) × \(codedHeight) pixels; at most \(FrameScaler.maximumSide) on each \
                    side can be processed
                    """)
        }
        guard [0, 90, 180, 270].contains(rotation) else {
            throw MediaError(
                .unsupported, operation: "scale picture",
                detail: "a picture turned by \(rotation)°; only quarter turns can be processed")
        }
    }
}
