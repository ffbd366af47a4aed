// swift-tools-version: 6.2
import PackageDescription

// A package of its own: everything in it, the product's modules too, is built with libFuzzer's instrumentation
// (`swift build --sanitize fuzzer`), which the product is not.

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
    name: "lapwing-fuzzing",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "lapwing", path: "..")],
    targets: [
        .executableTarget(
            name: "lapwing-fuzz",
            dependencies: [
                .product(name: "Lapwing", package: "lapwing"),
                .product(name: "LapwingTesting", package: "lapwing"),
            ],
            swiftSettings: settings + openVINOHeaders)
    ],
    swiftLanguageModes: [.v6]
)
