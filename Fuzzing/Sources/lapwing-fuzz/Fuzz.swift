internal import Foundation

// libFuzzer brings `main`, and calls these two. Its command line is its own, so that the target is named by the
// environment: `LAPWING_FUZZ_TARGET`. With `LAPWING_FUZZ_SEEDS` set to a folder, inputs to begin with are written there.

private let target: FuzzTarget = {
    let environment = ProcessInfo.processInfo.environment
    guard let target = environment["LAPWING_FUZZ_TARGET"].flatMap(FuzzTarget.init) else {
        print("LAPWING_FUZZ_TARGET: one of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
        exit(2)
    }
    if let folder = environment["LAPWING_FUZZ_SEEDS"] {
        target.writeSeeds(to: folder)
        exit(0)
    }
    return target
}()

@_cdecl("LLVMFuzzerInitialize")
public func initializeFuzzer(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> CInt {
    _ = target
    return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    target.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}
