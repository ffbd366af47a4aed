internal import EventLog

/// Does what needs room on the log's disk, again and again while there is none.
///
/// - Parameter onWait: called each time that it has to wait, with what the log says.
/// - Throws: what `body` throws that is not a full disk, and when the task is cancelled.
nonisolated(nonsending) public func waitingForRoom<T>(
    onWait: (_ reason: String) -> Void, _ body: () async throws -> T
) async throws -> T {
    var pause = Duration.milliseconds(50)
    while true {
        do {
            return try await body()
        } catch let error as EventLogError where error.code == .full {
            onWait(error.detail)
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(5))
        }
    }
}
