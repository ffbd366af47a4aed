/// Fits a similarity to pairs of points many of which are wrong.
///
/// M. A. Fischler, R. C. Bolles, "Random sample consensus", Communications of the ACM 24, 1981, with the truncated
/// squares of P. H. S. Torr, A. Zisserman, "MLESAC", Computer Vision and Image Understanding 78, 2000, as the measure of
/// agreement; then least squares over the pairs that agree, with J. W. Tukey's biweights. The samples are drawn by a
/// generator that starts from the same seed each time, so the same pairs give the same fit.
struct SimilarityEstimator {
    /// Distance in pixels from which on a pair does not agree.
    private static let tolerance = 0.5
    /// The same for the last refinements: what lies farther off is an error, or moves by itself a little.
    private static let fineTolerance = 0.25
    private static let sampleCount = 200
    /// How often the fit is refined with either tolerance.
    private static let refinements = 3
    /// Two points closer than this say too little about turns; in pixels, squared.
    private static let minimumSquare = 24.0 * 24

    private typealias Values = SIMD8<Float>
    /// The pairs' coordinates, eight at a time, and how many of these count.
    private var blockCount = 0
    private var fromX: [Values] = []
    private var fromY: [Values] = []
    private var toX: [Values] = []
    private var toY: [Values] = []

    /// The similarity that most pairs agree with.
    ///
    /// - Parameter pairs: two or more, in pixels from about the middle of the picture.
    mutating func fit(_ pairs: [PointPair]) -> Similarity? {
        guard pairs.count >= 2 else { return nil }
        load(pairs)
        var best = Similarity.identity
        var bestScore = score(best)
        var random: UInt64 = 0x9E37_79B9_7F4A_7C15
        for _ in 0..<Self.sampleCount {
            let first = Self.draw(&random, pairs.count)
            let second = Self.draw(&random, pairs.count)
            guard let candidate = Self.similarity(pairs[first], pairs[second]) else { continue }
            let score = score(candidate)
            if score > bestScore { (best, bestScore) = (candidate, score) }
        }
        for tolerance in [Self.tolerance, Self.fineTolerance] {
            for _ in 0..<Self.refinements { best = Self.refine(best, pairs, tolerance) ?? best }
        }
        return best
    }

    /// Whether `similarity` carries the point to within the tolerance of where it is.
    static func agrees(_ pair: PointPair, _ similarity: Similarity) -> Bool {
        (similarity(pair.from) - pair.to).squaredLength < tolerance * tolerance
    }

    private mutating func load(_ pairs: [PointPair]) {
        blockCount = (pairs.count + 7) / 8
        if fromX.count < blockCount {
            fromX = [Values](repeating: .zero, count: blockCount)
            (fromY, toX, toY) = (fromX, fromX, fromX)
        }
        for index in 0..<(blockCount * 8) {
            let (block, lane) = (index / 8, index % 8)
            // Filled up with pairs that agree with nothing.
            let pair = index < pairs.count ? pairs[index] : PointPair(from: .zero, to: SIMD2(1e9, 1e9))
            fromX[block][lane] = Float(pair.from.x)
            fromY[block][lane] = Float(pair.from.y)
            toX[block][lane] = Float(pair.to.x)
            toY[block][lane] = Float(pair.to.y)
        }
    }

    /// The sum over all pairs of 1 − (distance ÷ tolerance)², where that is positive.
    private func score(_ similarity: Similarity) -> Float {
        let (a, b) = (Float(similarity.a), Float(similarity.b))
        let (tx, ty) = (Float(similarity.tx), Float(similarity.ty))
        let factor = Float(1 / (Self.tolerance * Self.tolerance))
        var sum = Values.zero
        for index in 0..<blockCount {
            let dx = fromX[index] * a - fromY[index] * b + tx - toX[index]
            let dy = fromX[index] * b + fromY[index] * a + ty - toY[index]
            let rest = 1 - (dx * dx + dy * dy) * factor
            sum += rest.replacing(with: 0, where: rest .< 0)
        }
        return sum.total
    }

    /// A number below `count`, by a linear congruential generator with the factors of D. E. Knuth's MMIX.
    private static func draw(_ state: inout UInt64, _ count: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(count))
    }

    /// What carries two points over exactly; nil where they are too close.
    private static func similarity(_ one: PointPair, _ two: PointPair) -> Similarity? {
        let old = two.from - one.from
        let new = two.to - one.to
        let square = old.squaredLength
        guard square >= minimumSquare else { return nil }
        return Similarity(
            a: (old.x * new.x + old.y * new.y) / square, b: (old.x * new.y - old.y * new.x) / square,
            carrying: one.from, to: one.to)
    }

    /// The least squares fit, each pair weighted by (1 − (distance ÷ tolerance)²)².
    private static func refine(
        _ similarity: Similarity, _ pairs: [PointPair], _ tolerance: Double
    ) -> Similarity? {
        let factor = 1 / (tolerance * tolerance)
        var (weights, square, product, cross) = (0.0, 0.0, 0.0, 0.0)
        var (from, to) = (SIMD2<Double>.zero, SIMD2<Double>.zero)
        for pair in pairs {
            let rest = 1 - (similarity(pair.from) - pair.to).squaredLength * factor
            guard rest > 0 else { continue }
            let weight = rest * rest
            weights += weight
            from += weight * pair.from
            to += weight * pair.to
            square += weight * pair.from.squaredLength
            product += weight * (pair.from.x * pair.to.x + pair.from.y * pair.to.y)
            cross += weight * (pair.from.x * pair.to.y - pair.from.y * pair.to.x)
        }
        guard weights > 0 else { return nil }
        (from, to) = (from / weights, to / weights)
        let spread = square - weights * from.squaredLength
        // The points that are left must not lie all in one place.
        guard spread > weights else { return nil }
        return Similarity(
            a: (product - weights * (from.x * to.x + from.y * to.y)) / spread,
            b: (cross - weights * (from.x * to.y - from.y * to.x)) / spread, carrying: from, to: to)
    }
}

extension Similarity {
    /// The one with a given turn and size that carries one point to another.
    fileprivate init(a: Double, b: Double, carrying from: SIMD2<Double>, to: SIMD2<Double>) {
        self.init(a: a, b: b, tx: to.x - a * from.x + b * from.y, ty: to.y - b * from.x - a * from.y)
    }
}
