// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that the product depends on nothing that only measuring needs.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

// Every target that sees `Inference` needs OpenVINO's headers, which `make setup` unpacks beside this folder.
let openVINO = Context.packageDirectory + "/../.deps/openvino"
let openVINOHeaders: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-I\(openVINO)/include"])]

let package = Package(
    name: "lapwing-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "lapwing", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    ],
    targets: [
        // librdkafka by itself, to compare with. The product's own module map finds the library.
        .target(name: "CRdKafkaBaseline", linkerSettings: [.linkedLibrary("rdkafka")]),
        .executableTarget(
            name: "lapwing-bench",
            dependencies: [
                "CRdKafkaBaseline",
                .product(name: "Lapwing", package: "lapwing"),
                .product(name: "LapwingTesting", package: "lapwing"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings + openVINOHeaders),
    ],
    swiftLanguageModes: [.v6]
)
