internal import Foundation

/// Texts as C takes them, at one place for their whole life.
final class CStrings {
    let pointers: UnsafePointer<UnsafePointer<CChar>?>
    private let storage: UnsafeMutableBufferPointer<UnsafePointer<CChar>?>

    /// - Precondition: `texts` is not empty.
    init(_ texts: [String]) {
        storage = .allocate(capacity: texts.count)
        _ = storage.initialize(from: texts.map { text in strdup(text).map { UnsafePointer($0) } })
        guard let base = storage.baseAddress else { preconditionFailure("no texts") }
        pointers = UnsafePointer(base)
    }

    deinit {
        for text in storage { free(UnsafeMutablePointer(mutating: text)) }
        storage.deallocate()
    }
}
