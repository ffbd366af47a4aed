import ArgumentParser
import Logging
import Pipeline

/// How much memory the process may use.
struct MemoryOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "How much memory this process may use: model, pictures, and video fetched ahead or in hand; "
                + "half of what its cgroup or the machine allows, if not given.", valueName: "size"))
    var memory: ByteSize?

    func validate() throws {
        guard memory.map({ $0.bytes >= 16 << 20 }) ?? true else {
            throw ValidationError("--memory must be at least 16MiB")
        }
    }

    /// Shares the memory out; to be called once the model is loaded and warm.
    ///
    /// - Parameter more: what else the process will hold.
    /// - Throws: ``UsageError`` when it is too little.
    func plan(more: Int = 0, logger: Logger) throws -> MemoryPlan {
        let allowed = MemoryAllowance.current()
        let total = memory?.bytes ?? MemoryPlan.usualTotal(of: allowed)
        let plan: MemoryPlan
        do {
            plan = try MemoryPlan(total: total, more: more)
        } catch {
            throw UsageError(message: error.detail)
        }
        let origin =
            memory == nil ? "half of the \(allowed.source.rawValue)'s \(Table.bytes(allowed.bytes))" : "--memory"
        logger.info(
            "memory",
            metadata: [
                "budget": "\(Table.bytes(plan.total))", "from": "\(origin)",
                "resident": "\(Table.bytes(plan.resident))", "for_chunks": "\(Table.bytes(plan.chunks))",
            ])
        return plan
    }
}
