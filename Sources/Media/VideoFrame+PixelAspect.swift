internal import CFFmpeg

extension VideoFrame {
    /// Width of a pixel divided by its height, as displayed; 1 where the video does not tell.
    public var pixelAspectRatio: Rational {
        let ratio = pointer.pointee.sample_aspect_ratio
        guard ratio.num > 0, ratio.den > 0 else { return Rational(1, 1) }
        return rotation % 180 == 0 ? Rational(ratio) : Rational(Int(ratio.den), Int(ratio.num))
    }
}
