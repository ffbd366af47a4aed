/// A job to plan for.
struct Workload: Sendable {
    /// How many videos, or cameras, there are.
    var videos: Int
    /// Of each, in frames per second.
    var frameRate: Double
    /// The pictures' size in pixels.
    var width, height: Int
    /// Of how many frames one is looked at.
    var every = 1
    /// What a second of one video weighs; nil: as usual for the size.
    var bitsPerSecond: Double?
    /// Nil: the videos are live, and go on for ever.
    var batch: Batch?

    /// Videos that are there already.
    struct Batch: Sendable {
        /// How long each is, in seconds.
        var length: Double
        /// In how many seconds all of them are to be done.
        var deadline: Double
    }

    /// What cameras and streaming sites spend on H.264, in bits per pixel.
    static let usualBitsPerPixel = 0.1
    /// How many objects a picture is taken to have.
    static let objectsPerPicture = 10

    /// How many seconds of a video are to be dealt with in a second.
    private var speed: Double { batch.map { $0.length / $0.deadline } ?? 1 }

    /// Frames per second of one video, so that all is done in time.
    var demandPerVideo: Double { frameRate * speed }
    var demand: Double { Double(videos) * demandPerVideo }

    /// What a second of one video weighs, in bits.
    var bitRate: Double { bitsPerSecond ?? Double(width * height) * frameRate * Self.usualBitsPerPixel }

    /// Bytes of video per second into the log, and once more out of it.
    var videoBytes: Double { Double(videos) * bitRate / 8 * speed }

    /// Bytes of results per second: a record for each frame, and what it lists.
    var resultBytes: Double {
        let lookedAt = demand / Double(every)
        return demand * 180 + lookedAt * Double(360 * Self.objectsPerPicture)
    }
}
