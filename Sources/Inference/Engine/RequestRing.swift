/// A network's requests, started and finished in turn.
struct RequestRing {
    private let requests: [any InferenceRequest]
    /// The oldest request in flight.
    private var oldest = 0
    /// How many are in flight.
    private(set) var inFlight = 0

    init(_ requests: [any InferenceRequest]) {
        precondition(!requests.isEmpty)
        self.requests = requests
    }

    var capacity: Int { requests.count }

    /// How many more requests there are than can run at a time, unless told: for three pictures. The thread that prepares them
    /// shares the processor with the engine's and gets its turn late: the engine is to have work until then. Measured, with
    /// two cores and a small network, the rate with one, two and three was 0.82, 0.87 and 0.90 of the engine's alone.
    static func waiting(batchSize: Int) -> Int { (3 + batchSize - 1) / batchSize }

    /// Which request is started next.
    ///
    /// - Precondition: not all are in flight.
    var next: Int {
        precondition(inFlight < capacity, "at most \(capacity) can be in flight")
        return (oldest + inFlight) % capacity
    }

    subscript(index: Int) -> any InferenceRequest { requests[index] }

    /// Starts the request ``next``; it is not in flight should that fail.
    mutating func start() throws(InferenceError) {
        try requests[next].start()
        inFlight += 1
    }

    /// Waits for the oldest request in flight, which is out of flight whether or not it went well.
    ///
    /// - Returns: which one it is.
    /// - Precondition: at least one is in flight.
    mutating func finishOldest() throws(InferenceError) -> Int {
        precondition(inFlight > 0, "nothing is in flight")
        let index = oldest
        oldest = (oldest + 1) % capacity
        inFlight -= 1
        try requests[index].wait()
        return index
    }

    /// Asks the newest request in flight to stop.
    func cancelNewest() {
        guard inFlight > 0 else { return }
        requests[(oldest + inFlight - 1) % capacity].cancel()
    }
}
