public import Vision

/// What a tracker is given of one frame.
public struct TrackerInput: Sendable {
    /// What the detector saw, in any order.
    public let detections: [Detection]
    /// What each detection looks like, in the same order; nil when nobody looked.
    public let appearance: AppearanceVectors?
    /// How the camera moved since the previous processed frame; nil when nobody measured it.
    public let cameraMotion: CameraMotion?

    /// - Precondition: `appearance`, if given, holds one vector per detection.
    public init(
        _ detections: [Detection], appearance: AppearanceVectors? = nil, cameraMotion: CameraMotion? = nil
    ) {
        precondition(appearance.map { $0.count == detections.count } ?? true, "one appearance vector per detection")
        self.detections = detections
        self.appearance = appearance
        self.cameraMotion = cameraMotion
    }
}
