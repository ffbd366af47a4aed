internal import Vision

extension Detector {
    /// Has the network look at what its inputs hold, again and again, with as many in flight as it takes.
    ///
    /// - Parameter goesOn: asked before each picture, with how many have gone in.
    /// - Returns: pictures per second, until all that went in is out.
    /// - Precondition: nothing is in flight.
    public func rate(while goesOn: (_ pictures: Int) -> Bool) throws -> Double {
        precondition(framesInFlight == 0, "rate(while:) while pictures are in flight")
        let picture = model.inputAsItIs
        let start = ContinuousClock.now
        var pictures = 0
        while goesOn(pictures) {
            if framesInFlight == capacity { _ = try dequeue() }
            try enqueue { _ in picture }
            pictures += 1
        }
        while framesInFlight > 0 { _ = try dequeue() }
        return Double(pictures) / (start.duration(to: .now) / .seconds(1))
    }
}
