/// Why a benchmark cannot be run, or what it did is not what it measures.
struct BenchError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
