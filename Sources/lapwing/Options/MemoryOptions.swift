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
        var origin = "--memory"
        let plan: MemoryPlan
        do {
            if let memory {
                plan = try MemoryPlan(total: memory.bytes, more: more)
            } else {
                let share: String
                (plan, share) = try Self.usualPlan(of: allowed, more: more)
                origin = "\(share) of the \(allowed.source.rawValue)'s \(Table.bytes(allowed.bytes))"
            }
        } catch {
            throw UsageError(message: error.detail)
        }
        logger.info(
            "memory",
            metadata: [
                "budget": "\(Table.bytes(plan.total))", "from": "\(origin)",
                "resident": "\(Table.bytes(plan.resident))", "for_chunks": "\(Table.bytes(plan.chunks))",
            ])
        return plan
    }

    /// Half of what the system allows; where the model leaves too little of that, seven eighths.
    private static func usualPlan(
        of allowed: MemoryAllowance, more: Int
    ) throws(PipelineError) -> (plan: MemoryPlan, share: String) {
        if let plan = try? MemoryPlan(total: MemoryPlan.usualTotal(of: allowed), more: more) { return (plan, "half") }
        return (try MemoryPlan(total: allowed.bytes / 8 * 7, more: more), "seven eighths")
    }
}
