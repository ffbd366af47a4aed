/// Ends a command with an exit code; what there was to say may have been said already.
struct Failure: Error {
    var code: Int32
    var message: String?

    /// Nothing could be done.
    static func failed(_ message: String) -> Failure { Failure(code: 1, message: message) }

    /// The exit code of a call over many videos: 0 all done, 1 none done, 3 some failed.
    ///
    /// - Parameter done: how many gave results; a video that was cut off counts here and among the failed.
    static func check(failed: Int, done: Int) throws(Failure) {
        guard failed > 0 else { return }
        throw Failure(code: done == 0 ? 1 : 3, message: nil)
    }
}

/// A mistake in how the program was called.
struct UsageError: Error {
    var message: String
}
