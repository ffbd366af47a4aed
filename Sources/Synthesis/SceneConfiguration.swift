/// What a scene shows, how large, how fast and for how long; all that is not set here follows from the seed.
public struct SceneConfiguration: Sendable, Hashable {
    /// Chooses the street, the camera, the time of day and everybody who passes.
    public var seed: UInt64
    /// The picture's width in pixels, 32…8192.
    public var width: Int
    /// The picture's height in pixels, 32…8192.
    public var height: Int
    /// How many frames the scene has, 0 or more; it can be rendered beyond that.
    public var frames: Int
    /// Frames per second, 0.1…1000.
    public var frameRate: Double
    /// How busy the street is: 0 is empty, 1 is usual, 10 is a crowd; at most 20.
    public var density: Double
    /// The sensor's noise: the standard deviation of each channel of each pixel, in levels of 255; 0…64.
    public var noise: Double
    /// How far brightness and warmth drift, as clouds pass: 0 is not at all, 1 is strongly.
    public var lightChanges: Double
    /// How far the camera shakes, in pixels to each side; 0…64.
    public var shake: Double
    /// Whether people, vehicles, trees and houses cast shadows.
    public var hasShadows: Bool
    /// When the scene plays; nil lets the seed choose.
    public var timeOfDay: TimeOfDay?

    public init(
        seed: UInt64 = 1, width: Int = 640, height: Int = 360, frames: Int = 300, frameRate: Double = 15,
        density: Double = 1, noise: Double = 2, lightChanges: Double = 0.2, shake: Double = 0, hasShadows: Bool = true,
        timeOfDay: TimeOfDay? = nil
    ) {
        self.seed = seed
        self.width = width
        self.height = height
        self.frames = frames
        self.frameRate = frameRate
        self.density = density
        self.noise = noise
        self.lightChanges = lightChanges
        self.shake = shake
        self.hasShadows = hasShadows
        self.timeOfDay = timeOfDay
    }

    /// Throws what is wrong with it and what belongs there.
    public func validate() throws(SceneError) {
        let sides = 32...8192
        guard sides.contains(width), sides.contains(height) else {
            throw SceneError("size \(width)x\(height): both sides must be from 32 to 8192 pixels")
        }
        guard frames >= 0 else { throw SceneError("\(frames) frames: there cannot be fewer than 0") }
        guard frameRate >= 0.1, frameRate <= 1000 else {
            throw SceneError("frame rate \(frameRate): it must be from 0.1 to 1000")
        }
        guard density >= 0, density <= 20 else { throw SceneError("density \(density): it must be from 0 to 20") }
        guard noise >= 0, noise <= 64 else { throw SceneError("noise \(noise): it must be from 0 to 64") }
        guard lightChanges >= 0, lightChanges <= 1 else {
            throw SceneError("light changes \(lightChanges): they must be from 0 to 1")
        }
        guard shake >= 0, shake <= 64 else { throw SceneError("shake \(shake): it must be from 0 to 64 pixels") }
    }
}
