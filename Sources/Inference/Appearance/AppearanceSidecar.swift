internal import Foundation
internal import Vision
internal import Yams

/// The file beside a re-identification model that says what it wants to see: `model.yaml` for `model.onnx`.
///
///     input: 256x128               # height x width
///     mean: [0.485, 0.456, 0.406]  # of values 0…1, in the order of the planes
///     std: [0.229, 0.224, 0.225]
///     color: rgb                   # or bgr
///
/// Each part may be missing. Others are refused, since a misspelt name would change results silently.
struct AppearanceSidecar: Equatable {
    /// The input's size in pixels.
    var size: DetectorConfiguration.InputSize?
    var mean: SIMD3<Float>?
    var standardDeviation: SIMD3<Float>?
    var colorOrder: AppearanceInput.ColorOrder?

    /// Where it would lie.
    static func path(beside model: String) -> String { (model as NSString).deletingPathExtension + ".yaml" }

    init() {}

    /// Reads the file beside `model`; all parts are missing where there is none.
    init(beside model: String) throws(InferenceError) {
        let path = Self.path(beside: model)
        guard FileManager.default.fileExists(atPath: path) else {
            self.init()
            return
        }
        try self.init(yaml: String(decoding: try ModelFile.read(path), as: UTF8.self), path: path)
    }

    init(yaml: String, path: String) throws(InferenceError) {
        func malformed(_ detail: String) -> InferenceError {
            InferenceError(
                .configuration, operation: "read \((path as NSString).lastPathComponent)",
                detail: """
                    \(path): \(detail); expected `input: 256x128` (height x width), `mean` and `std` of three numbers, \
                    `color: rgb` or `bgr`
                    """)
        }
        func vector(_ node: Node, _ name: String) throws(InferenceError) -> SIMD3<Float> {
            let numbers = node.sequence?.compactMap { $0.scalar.flatMap { Float($0.string) } } ?? []
            guard numbers.count == 3, node.sequence?.count == 3, numbers.allSatisfy(\.isFinite) else {
                throw malformed("\(name) is not three numbers")
            }
            return SIMD3(numbers)
        }
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            throw malformed("it is not YAML (\(error))")
        }
        self.init()
        guard let root else { return }
        guard let mapping = root.mapping else { throw malformed("it is not a list of names and values") }
        for (key, node) in mapping {
            let text = node.scalar?.string ?? ""
            switch key.scalar?.string ?? "" {
            case "input":
                let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
                guard sides.count == 2, sides.allSatisfy(AppearanceContract.sides.contains) else {
                    throw malformed(
                        "input is not height x width, each up to \(AppearanceContract.sides.upperBound) pixels")
                }
                size = .init(width: sides[1], height: sides[0])
            case "mean": mean = try vector(node, "mean")
            case "std":
                let deviation = try vector(node, "std")
                guard deviation.min() > 0 else { throw malformed("std must be positive") }
                standardDeviation = deviation
            case "color":
                guard let order = AppearanceInput.ColorOrder(rawValue: text) else {
                    throw malformed("color is neither rgb nor bgr")
                }
                colorOrder = order
            case let other: throw malformed("\"\(other)\" is not known")
            }
        }
    }

    /// What a network of this size wants to see; where the file is silent, what most networks are trained with.
    func input(width: Int, height: Int) -> AppearanceInput {
        AppearanceInput(
            width: width, height: height, colorOrder: colorOrder ?? .rgb,
            mean: mean ?? Self.inOrder(AppearanceInput.imageNetMean, colorOrder),
            standardDeviation: standardDeviation ?? Self.inOrder(AppearanceInput.imageNetStandardDeviation, colorOrder))
    }

    private static func inOrder(
        _ values: SIMD3<Float>, _ order: AppearanceInput.ColorOrder?
    ) -> SIMD3<Float> {
        order == .bgr ? SIMD3(values[2], values[1], values[0]) : values
    }
}
