import ArgumentParser
import Logging
import Media
import Synchronization

/// Where chunks are decoded.
struct IsolationOptions: ParsableArguments {
    @Flag(
        name: .long,
        help: "Decode in a process of its own, without files and network, so that a crash there costs one chunk.")
    var isolateDecoder = false

    /// What so many processes hold before they have decoded anything: added to what is taken off the budget.
    func memory(decoders: Int) -> Int { isolateDecoder ? decoders * 64 << 20 : 0 }

    /// The decoders' processes, started; none where decoding is not to be isolated.
    ///
    /// - Parameter budget: bytes that all of this may have; each process gets as many of address space, but at least 1 GiB.
    /// - Throws: ``DecoderProcessError`` when one does not start.
    func start(decoders: Int, budget: Int, logger: Logger) throws -> [IsolatedDecoder] {
        guard isolateDecoder else { return [] }
        return try (0..<decoders).map { _ in try start(budget: budget, logger: logger) }
    }

    private func start(budget: Int, logger: Logger) throws -> IsolatedDecoder {
        let isFirst = Mutex(true)
        let decoder = IsolatedDecoder(.init(memory: max(budget, 1 << 30))) { event in
            switch event {
            case .started(let protection):
                guard
                    isFirst.withLock({ value in
                        defer { value = false }
                        return value
                    })
                else { return }
                if protection == .full {
                    logger.info("decoder's process started", metadata: ["refused": "\(protection.names)"])
                } else {
                    logger.warning(
                        "this system does not refuse all that the decoder's process should not have; it goes on with the rest",
                        metadata: [
                            "not_refused": "\(DecoderProtection.full.subtracting(protection).names)",
                            "refused": "\(protection.names)",
                        ])
                }
            case .ended(let reason):
                logger.warning(
                    "decoder's process ended; the next chunk gets a new one", metadata: ["reason": "\(reason)"])
            }
        }
        try decoder.start()
        return decoder
    }
}
