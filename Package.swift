// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

// Pixels and detections are worked through in these even when debugging: unoptimised, tests on real videos take minutes.
let fast: [SwiftSetting] = settings + [.unsafeFlags(["-O"], .when(configuration: .debug))]

// The OpenVINO runtime is unpacked into .deps by `make setup`. SwiftPM drops run paths that come from pkg-config, so
// the absolute paths are given here; every target that sees `Inference` needs the headers. ONNX Runtime is only opened at
// run time, and looked for there, too.
let openVINO = Context.packageDirectory + "/.deps/openvino"
let openVINOHeaders: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-I\(openVINO)/include"])]
let onnxRuntime = Context.packageDirectory + "/.deps/onnxruntime"
let engineLibraries: [LinkerSetting] = [
    .unsafeFlags([
        "-L\(openVINO)/libs", "-Xlinker", "-rpath", "-Xlinker", "\(openVINO)/libs", "-Xlinker", "-rpath", "-Xlinker",
        "\(onnxRuntime)/libs",
    ])
]

let package = Package(
    name: "lapwing",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "lapwing", targets: ["lapwing"]),
        .library(
            name: "Lapwing",
            targets: [
                "Vision", "Tracking", "Evaluation", "Tuning", "Synthesis", "Media", "CameraMotionEstimation",
                "Inference",
                "EventLog", "SQLiteLog", "KafkaLog", "Pipeline", "Aggregation", "Report", "Exports", "Measuring",
                "Serving", "Dashboard", "Telemetry",
            ]),
        .library(
            name: "LapwingTesting",
            targets: ["EventLogTesting", "InferenceTesting", "KafkaLogTesting", "PipelineTesting"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CFFmpeg", pkgConfig: "libavformat libavcodec libswscale libavutil",
            providers: [.apt(["libavformat-dev", "libavcodec-dev", "libswscale-dev", "libavutil-dev"])]),
        .systemLibrary(name: "CAllocator"),
        .systemLibrary(name: "COnnxRuntime"),
        .systemLibrary(name: "COpenVINO"),
        .systemLibrary(name: "CRdKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),

        .target(name: "CIsolation"),
        .target(name: "CPixels", cSettings: [.unsafeFlags(["-O2", "-Wall", "-Werror"])]),
        .target(name: "Vision", swiftSettings: fast),
        .target(name: "Tracking", dependencies: ["Vision"], swiftSettings: fast),
        .target(name: "Evaluation", dependencies: ["Tracking", "Vision"], swiftSettings: fast),
        .target(name: "Tuning", dependencies: ["Evaluation", "Tracking"], swiftSettings: fast),
        .target(name: "Synthesis", dependencies: ["Vision"], swiftSettings: fast),
        .target(
            name: "Media",
            dependencies: [
                "CFFmpeg", "CIsolation", "CPixels", "Vision", .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: fast),
        .target(
            name: "CameraMotionEstimation", dependencies: ["Media", "Tracking"], swiftSettings: fast),
        .target(
            name: "Inference",
            dependencies: [
                "COnnxRuntime", "COpenVINO", "Vision", "Yams", .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: fast + openVINOHeaders, linkerSettings: engineLibraries),
        .target(name: "EventLog", swiftSettings: settings),
        .target(name: "Telemetry", swiftSettings: settings),
        .target(name: "EventLogTesting", dependencies: ["EventLog"], swiftSettings: settings),
        .target(
            name: "SQLiteLog",
            dependencies: [
                "EventLog", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ], swiftSettings: settings),
        .target(
            name: "KafkaLog",
            dependencies: ["CRdKafka", "EventLog", .product(name: "Logging", package: "swift-log")],
            swiftSettings: settings),
        .target(
            name: "KafkaLogTesting", dependencies: ["CRdKafka", "EventLog", "KafkaLog"], swiftSettings: settings),
        .target(
            name: "Pipeline",
            dependencies: [
                "CAllocator", "EventLog", "Media", "CameraMotionEstimation", "Inference", "Telemetry", "Tracking",
                "Vision",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: settings + openVINOHeaders),
        .target(
            name: "Measuring", dependencies: ["Inference", "Media", "Vision"], swiftSettings: fast + openVINOHeaders),
        .target(
            name: "Aggregation",
            dependencies: [
                "EventLog", "Pipeline", "Telemetry", "Yams", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: settings + openVINOHeaders),
        .target(
            name: "Report", dependencies: ["Aggregation", "Pipeline"], swiftSettings: settings + openVINOHeaders),
        .target(name: "Exports", dependencies: ["Pipeline"], swiftSettings: fast + openVINOHeaders),
        .target(
            name: "Serving",
            dependencies: [
                "Telemetry",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: settings),
        .target(
            name: "Dashboard",
            dependencies: [
                "Aggregation", "EventLog", "Exports", "Media", "Pipeline", "Report", "Serving",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [.embedInCode("Resources")],
            swiftSettings: settings + openVINOHeaders),
        .target(name: "InferenceTesting", swiftSettings: settings),
        .target(
            name: "PipelineTesting",
            dependencies: [
                "Pipeline", "EventLog", "Inference", "Media", "Tracking", "Vision",
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: settings + openVINOHeaders),
        .executableTarget(
            name: "lapwing",
            dependencies: [
                "Pipeline", "EventLog", "SQLiteLog", "KafkaLog", "Media", "Inference", "Tracking", "Evaluation",
                "Tuning", "Synthesis", "Aggregation", "Report", "Exports", "Measuring", "Serving", "Dashboard",
                "Telemetry",
                "Yams",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ], swiftSettings: settings + openVINOHeaders),

        .testTarget(name: "VisionTests", dependencies: ["Vision"], swiftSettings: settings),
        .testTarget(
            name: "TrackingTests", dependencies: ["Tracking", "Evaluation", "Vision"], exclude: ["Fixtures"],
            swiftSettings: settings),
        .testTarget(name: "SynthesisTests", dependencies: ["Synthesis", "Vision"], swiftSettings: settings),
        .testTarget(
            name: "EvaluationTests", dependencies: ["Evaluation", "Tracking", "Vision"], swiftSettings: settings),
        .testTarget(
            name: "TuningTests", dependencies: ["Tuning", "Evaluation", "Tracking", "Vision"], swiftSettings: settings),
        .testTarget(name: "MediaTests", dependencies: ["Media", "CIsolation", "Vision"], swiftSettings: settings),
        .testTarget(
            name: "CameraMotionEstimationTests", dependencies: ["CameraMotionEstimation", "Media", "Tracking"],
            swiftSettings: settings),
        .testTarget(
            name: "InferenceTests", dependencies: ["Inference", "InferenceTesting", "Media", "Vision"],
            swiftSettings: settings + openVINOHeaders),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry"], swiftSettings: settings),
        .testTarget(name: "EventLogTests", dependencies: ["EventLog"], swiftSettings: settings),
        .testTarget(
            name: "SQLiteLogTests",
            dependencies: [
                "SQLiteLog", "EventLog", "EventLogTesting", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ], swiftSettings: settings),
        .testTarget(
            name: "KafkaLogTests",
            dependencies: [
                "KafkaLog", "KafkaLogTesting", "CRdKafka", "EventLog", "EventLogTesting",
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: settings),
        .testTarget(
            name: "PipelineTests",
            dependencies: [
                "PipelineTesting", "Pipeline", "EventLog", "SQLiteLog", "KafkaLog", "KafkaLogTesting", "Telemetry",
                "Tracking", "Vision", "Inference", "InferenceTesting", "Media", "Aggregation",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ], exclude: ["Fixtures"], swiftSettings: settings + openVINOHeaders),
        .testTarget(
            name: "HostileInputTests",
            dependencies: [
                "PipelineTesting", "Pipeline", "EventLog", "SQLiteLog", "Media", "Tracking", "Evaluation", "Inference",
                "InferenceTesting", "CameraMotionEstimation",
            ], swiftSettings: settings + openVINOHeaders),
        .testTarget(
            name: "ReportTests", dependencies: ["Report", "Aggregation", "Pipeline"],
            swiftSettings: settings + openVINOHeaders),
        .testTarget(
            name: "ExportsTests", dependencies: ["Exports", "Pipeline"], swiftSettings: settings + openVINOHeaders),
        .testTarget(
            name: "AggregationTests",
            dependencies: [
                "Aggregation", "Pipeline", "PipelineTesting", "EventLog", "SQLiteLog", "KafkaLog", "KafkaLogTesting",
                "Synthesis", "Telemetry", "Tracking", "Vision",
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: settings + openVINOHeaders),
        .testTarget(
            name: "ServingTests",
            dependencies: [
                "Serving", "Telemetry", .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: settings),
        .testTarget(
            name: "DashboardTests",
            dependencies: [
                "Dashboard", "Aggregation", "EventLog", "Exports", "Pipeline", "PipelineTesting", "SQLiteLog",
                "Serving", "Tracking", .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: settings + openVINOHeaders),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "lapwing", "Pipeline", "PipelineTesting", "InferenceTesting", "Evaluation", "EventLog", "SQLiteLog",
                "KafkaLog", "KafkaLogTesting", "Media", "Tracking", "Tuning",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings + openVINOHeaders),
    ],
    swiftLanguageModes: [.v6]
)
