/// What some detections look like: vectors of one dimension, whose angles tell how alike two objects look.
///
/// Lengths carry no meaning: trackers normalise what they are given. A vector that is zero or not finite says nothing,
/// and is treated as if its detection had none.
public struct AppearanceVectors: Sendable, Hashable {
    /// Numbers per vector, 1 or more.
    public let dimension: Int
    /// The vectors one after the other: `count` × `dimension` numbers.
    public let values: [Float]
    /// How many vectors there are.
    public let count: Int

    /// - Precondition: `dimension` is positive, and the count of `values` is a multiple of it.
    public init(_ values: [Float], dimension: Int) {
        precondition(dimension > 0 && values.count.isMultiple(of: dimension), "whole vectors of a positive dimension")
        self.values = values
        self.dimension = dimension
        count = values.count / dimension
    }

    /// Where the vector of a detection lies in ``values``.
    ///
    /// - Parameter index: the detection's index, 0..<`count`.
    public func range(of index: Int) -> Range<Int> {
        index * dimension..<(index + 1) * dimension
    }
}
