internal import CFFmpeg

/// One decoded picture; owns an `AVFrame` and frees it.
///
/// The picture is as the codec stored it: ``FrameScaler`` applies ``rotation``. A frame belongs to one thread at a time.
public final class VideoFrame {
    /// FFmpeg's frame; never nil, freed in `deinit`.
    let pointer: UnsafeMutablePointer<AVFrame>

    /// Clockwise degrees by which the picture must be turned to be displayed: 0, 90, 180 or 270.
    public let rotation: Int

    /// Takes ownership of `pointer`.
    init(owning pointer: UnsafeMutablePointer<AVFrame>, rotation: Int) {
        self.pointer = pointer
        self.rotation = rotation
    }

    deinit {
        var pointer: UnsafeMutablePointer<AVFrame>? = pointer
        av_frame_free(&pointer)
    }

    /// Size in pixels as stored, before rotation.
    public var codedWidth: Int { Int(pointer.pointee.width) }
    public var codedHeight: Int { Int(pointer.pointee.height) }

    /// Size in pixels as displayed, after rotation.
    public var width: Int { rotation % 180 == 0 ? codedWidth : codedHeight }
    public var height: Int { rotation % 180 == 0 ? codedHeight : codedWidth }
}
