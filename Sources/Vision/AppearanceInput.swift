/// What a re-identification network wants to see: the size of its input, and how colours become numbers.
///
/// A channel's value is (v / 255 − mean) / standard deviation, v being the pixel's 0…255, in single precision.
public struct AppearanceInput: Sendable, Hashable {
    /// The order of the three planes.
    public enum ColorOrder: String, Sendable, Hashable, CaseIterable {
        case rgb
        case bgr
    }

    /// The input's size in pixels; crops are stretched to it, their proportions are not kept.
    public let width, height: Int
    public let colorOrder: ColorOrder
    /// What is taken off each plane, in the planes' order; 1 stands for full brightness.
    public let mean: SIMD3<Float>
    /// What each plane is then divided by, in the planes' order; positive.
    public let standardDeviation: SIMD3<Float>

    /// Means and standard deviations of the pictures of ImageNet, red, green, blue, which most networks are trained with.
    public static let imageNetMean = SIMD3<Float>(0.485, 0.456, 0.406)
    public static let imageNetStandardDeviation = SIMD3<Float>(0.229, 0.224, 0.225)

    /// - Precondition: the size and all of `standardDeviation` are positive, and all numbers are finite.
    public init(
        width: Int, height: Int, colorOrder: ColorOrder = .rgb, mean: SIMD3<Float> = imageNetMean,
        standardDeviation: SIMD3<Float> = imageNetStandardDeviation
    ) {
        precondition(width > 0 && height > 0)
        for channel in 0..<3 {
            precondition(mean[channel].isFinite && standardDeviation[channel].isFinite)
            precondition(standardDeviation[channel] > 0)
        }
        self.width = width
        self.height = height
        self.colorOrder = colorOrder
        self.mean = mean
        self.standardDeviation = standardDeviation
    }
}
