internal import EventLog
internal import Media
internal import Pipeline

/// Errors as people read them: what, where and what to do, without names of kinds and C functions.
enum Explanation {
    static func of(_ error: any Error) -> String {
        switch error {
        case let error as MediaError: error.detail
        case let error as PipelineError: error.detail
        case let error as EventLogError: error.detail
        default: "\(error)"
        }
    }
}
