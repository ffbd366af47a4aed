internal import Vision

extension Detector {
    /// Has every tensor go through the detector once, so that what it needs in memory is there from then on.
    ///
    /// - Precondition: nothing is in flight.
    public func warmUp() throws {
        precondition(framesInFlight == 0, "warmUp() while pictures are in flight")
        for _ in 0..<capacity {
            try enqueue { tensor in
                tensor.update(repeating: 0)
                return model.inputAsItIs
            }
        }
        while framesInFlight > 0 { _ = try dequeue() }
    }
}
