public import Media
public import Tracking

/// Measures from the pictures of a video how its camera moves.
///
/// Give it the frames that a tracker processes, one after the other; each answer is the
/// ``Tracking/TrackerInput/cameraMotion`` of that frame. The brightness is brought down to at most 36864 pixels, some
/// 256 × 144. Corners spread over the picture (Shi and Tomasi 1994) are looked for in the picture before, from coarse to
/// fine (Lucas and Kanade 1981, Bouguet 2000), and a turn, a change of size and a shift that most of them agree with are
/// fitted (Fischler and Bolles 1981), as BoT-SORT (Aharon et al. 2022, section 3.2) does. Objects that go their own way
/// are those that do not agree.
///
/// A motion is believed only where enough corners agree on it, over enough of the picture: at least
/// 8 corners, and the share of corners that agree, times the share of the picture's 16 parts that have one, must be a
/// quarter or more. Otherwise, and where it moves the picture's corners by less than a tenth of a small pixel (a 2560th
/// of the width) on average, the answer is the ``Tracking/CameraMotion/identity``: a scene cut, a picture without
/// structure, darkness, or the noise of a standing camera move no track. Shifts of up to a third of the picture, changes
/// of size by 7 % and turns of 7 degrees are found; far beyond, nothing is believed.
///
/// The answers follow from the pictures alone, to the bit: integer arithmetic and IEEE 754's basic operations in a fixed
/// order on one thread, samples drawn from a fixed seed. ``snapshot()`` keeps all that the next answer depends on.
///
/// An estimator is for one video, has less than 1 MB of buffers for pictures of usual shapes, which it keeps from frame
/// to frame, and belongs to one thread at a time.
public final class CameraMotionEstimator {
    /// The last picture, and room for the next one.
    struct Pictures {
        let geometry: PictureGeometry
        /// The last picture, small; all that must be kept of it.
        var brightness: [UInt8]
        var current: BrightnessPyramid
        var previous: BrightnessPyramid

        init(_ geometry: PictureGeometry, brightness: [UInt8]) {
            self.geometry = geometry
            self.brightness = brightness
            current = BrightnessPyramid(width: geometry.width, height: geometry.height)
            previous = current
            current.fill(brightness)
        }
    }

    /// Nil before the first picture.
    var pictures: Pictures?

    private let reducer = LumaReducer()
    private var corners = CornerDetector()
    private var tracker = PointTracker()
    private var fitter = SimilarityEstimator()
    private var pairs: [PointPair] = []

    private static let minimumAgreeing = 8
    /// Of the corners that agree, times that of the picture's parts that have one.
    private static let minimumShare = 0.25
    /// The picture is divided into so many columns and rows of parts.
    private static let partsPerSide = 4
    /// Mean shift of the picture's corners, in small pixels, below which a camera is said to stand still.
    private static let deadBand = 0.1

    /// Begins a video.
    public init() {}

    /// How the picture given before lies in this one.
    ///
    /// - Parameter frame: the next picture that is processed, of any pixel format that FFmpeg's swscale reads, up to
    ///   ``Media/FrameScaler/maximumSide`` pixels wide and high. Those that are passed over, or could not be decoded, are
    ///   not given.
    /// - Returns: an affine map of the displayed picture's pixels, as detections have them: from the picture given before
    ///   to this one. The identity for the first picture, for one of another size, rotation or pixel aspect than the one
    ///   before, and where nothing is believed.
    /// - Throws: when the picture is too large or of a pixel format that cannot be read; it then counts as not given.
    public func motion(to frame: VideoFrame) throws(MediaError) -> CameraMotion {
        try measuredMotion(to: frame) ?? .identity
    }

    /// As ``motion(to:)``, but nil where nothing is known: a tracker that can tell the camera's motion from its tracks
    /// does so where it is given none, and takes the identity for a camera that stood still.
    public func measuredMotion(to frame: VideoFrame) throws(MediaError) -> CameraMotion? {
        let geometry = PictureGeometry(frame)
        guard var pictures, pictures.geometry == geometry else {
            var brightness = [UInt8](repeating: 0, count: geometry.width * geometry.height)
            try reduce(frame, geometry, into: &brightness)
            pictures = Pictures(geometry, brightness: brightness)
            return nil
        }
        // Nothing else may hold the buffers while they change.
        self.pictures = nil
        defer { self.pictures = pictures }
        try reduce(frame, geometry, into: &pictures.brightness)
        swap(&pictures.current, &pictures.previous)
        pictures.current.fill(pictures.brightness)
        guard let motion = measure(pictures) else { return nil }
        return motion == .identity ? .identity : geometry.displayed(motion)
    }

    /// Leaves `brightness` as it was where it throws.
    private func reduce(
        _ frame: VideoFrame, _ geometry: PictureGeometry, into brightness: inout [UInt8]
    ) throws(MediaError) {
        try brightness.withUnsafeMutableBufferPointer { buffer throws(MediaError) in
            try reducer.reduce(frame, side: geometry.side, into: buffer)
        }
    }

    /// The motion in small square pixels from the picture's middle; nil where none is believed.
    private func measure(_ pictures: Pictures) -> Similarity? {
        corners.find(in: pictures.current)
        guard corners.found.count >= Self.minimumAgreeing else { return nil }
        var motion = fit(pictures, guess: .zero)
        if motion == nil {
            // Too far, perhaps, to be found without a hint.
            let guess = ShiftSearch.shift(from: pictures.current, to: pictures.previous)
            if guess != .zero { motion = fit(pictures, guess: guess) }
        }
        guard let motion else { return nil }
        return meanShift(motion, pictures.geometry) < Self.deadBand ? .identity : motion
    }

    /// - Parameter guess: about where things were, less where they are.
    private func fit(_ pictures: Pictures, guess: SIMD2<Float>) -> Similarity? {
        let geometry = pictures.geometry
        pairs.removeAll(keepingCapacity: true)
        for corner in corners.found {
            guard let before = tracker.find(corner, of: pictures.current, in: pictures.previous, guess: guess) else {
                continue
            }
            pairs.append(PointPair(from: geometry.square(before), to: geometry.square(corner)))
        }
        guard pairs.count >= Self.minimumAgreeing, let motion = fitter.fit(pairs), motion.isPlausible(in: geometry),
            isBelieved(motion, geometry)
        else { return nil }
        return motion
    }

    private func isBelieved(_ motion: Similarity, _ geometry: PictureGeometry) -> Bool {
        var agreeing = 0
        var parts: UInt32 = 0
        let half = SIMD2(Double(geometry.width) * geometry.aspect, Double(geometry.height)) / 2
        let perSide = Self.partsPerSide
        for pair in pairs where SimilarityEstimator.agrees(pair, motion) {
            agreeing += 1
            let place = (pair.to + half) / (2 * half) * Double(perSide)
            let (column, row) = (min(max(Int(place.x), 0), perSide - 1), min(max(Int(place.y), 0), perSide - 1))
            parts |= 1 << UInt32(row * perSide + column)
        }
        let share =
            Double(agreeing) / Double(pairs.count) * Double(parts.nonzeroBitCount) / Double(perSide * perSide)
        return agreeing >= Self.minimumAgreeing && share >= Self.minimumShare
    }

    private func meanShift(_ motion: Similarity, _ geometry: PictureGeometry) -> Double {
        let half = SIMD2(Double(geometry.width) * geometry.aspect, Double(geometry.height)) / 2
        var sum = 0.0
        for sign in [SIMD2(-1.0, -1), SIMD2(1, -1), SIMD2(-1, 1), SIMD2(1, 1)] {
            let corner = half * sign
            sum += (motion(corner) - corner).squaredLength.squareRoot()
        }
        return sum / 4
    }
}
