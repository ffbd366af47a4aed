internal import CLibFuzzer
internal import Evaluation

@main
struct Fuzz {
    static func main() {
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        _ = LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
            let bytes = Array(UnsafeBufferPointer(start: bytes, count: count))
            _ = try? MOTFile.parse(bytes, file: "fuzz")
            return 0
        }
    }
}
