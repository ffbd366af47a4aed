import Aggregation
import EventLog
import Foundation
import Inference
import Media
import Pipeline

/// Errors as the user of the program reads them: what, where and what to do, without names of kinds and C functions.
enum ErrorText {
    static func of(_ error: any Error) -> String {
        switch error {
        case let error as Failure: error.message ?? ""
        case let error as UsageError: error.message
        case let error as MediaError: error.detail
        case let error as PipelineError: error.detail
        case let error as EventLogError: error.detail
        // Where the engine itself failed, its words need the call they are about.
        case let error as InferenceError: error.code == .failed ? error.description : error.detail
        case let error as ZoneFileError: error.description
        case is CocoaError: cause(error)
        default: "\(error)"
        }
    }

    /// As ``of(_:)``, to be read behind `path: `.
    static func of(_ error: any Error, about path: String) -> String {
        let text = of(error)
        for start in ["'\(path)': ", "'\(path)' ", "\(path): "] {
            if let rest = text.removingPrefix(start) { return rest }
        }
        return text
    }

    /// Why a file could not be read or written, in the system's words where there are any.
    static func cause(_ error: any Error) -> String {
        guard let system = (error as? CocoaError)?.underlying as? POSIXError else { return error.localizedDescription }
        return String(cString: strerror(system.code.rawValue))
    }
}
