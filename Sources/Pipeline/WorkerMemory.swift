internal import EventLog
internal import Foundation

/// How much memory a worker's process had, in a header of the checkpoints that it writes, where `lapwing status` finds it.
public struct WorkerMemory: Sendable, Hashable, Codable {
    /// The header's name; its value is JSON.
    static let headerName = "lapwing-memory"

    /// Bytes in memory when the checkpoint was written.
    public var resident: Int
    /// The most there had been until then; nil where the system does not say.
    public var peak: Int?
    /// What it may have; nil: nobody has said.
    public var budget: Int?

    public init(resident: Int, peak: Int? = nil, budget: Int? = nil) {
        self.resident = resident
        self.peak = peak
        self.budget = budget
    }

    /// That of this process; nil where the system does not say.
    static func current(budget: Int?) -> WorkerMemory? {
        ResidentMemory.current.map { WorkerMemory(resident: $0, peak: ResidentMemory.peak, budget: budget) }
    }

    var header: Record.Header { Record.Header(Self.headerName, JSONCoding.encode(self)) }

    /// What a checkpoint's record says of who wrote it; nil when that is nothing, or not understood.
    static func read(_ logged: LoggedRecord) -> (worker: String, memory: WorkerMemory)? {
        guard let worker = logged.record.header(Worker.signatureHeaderName),
            let bytes = logged.record.header(headerName),
            let memory = try? JSONDecoder().decode(WorkerMemory.self, from: Data(bytes))
        else { return nil }
        return (String(decoding: worker, as: UTF8.self), memory)
    }
}
