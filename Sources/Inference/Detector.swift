public import Vision

/// Finds objects in pictures; several pictures may be in flight at once.
///
/// Results come back in the order in which pictures went in. A detector belongs to one thread at a time.
public protocol Detector: AnyObject {
    /// What is detected, with what.
    var model: ModelDescription { get }

    /// How many pictures may be in flight: that many ``enqueue(_:)`` calls before a ``dequeue()`` is needed.
    var capacity: Int { get }

    /// How many pictures go through the network together.
    var batchSize: Int { get }

    /// How many are in flight now.
    var framesInFlight: Int { get }

    /// Whether all that is in flight waits in a batch that is not full: ``dequeue()`` starts it as it is.
    var awaitsMore: Bool { get }

    /// Lends the next input tensor to `prepare`, then starts the detector on it and returns.
    ///
    /// The tensor is `3 × height × width` floats, planar RGB, 0…1, height and width as in ``model``; it holds the values
    /// of an earlier picture. `prepare` fills all of it and says how the picture was fitted.
    ///
    /// - Precondition: fewer than ``capacity`` pictures are in flight.
    func enqueue(_ prepare: (UnsafeMutableBufferPointer<Float>) throws -> Letterbox) throws

    /// Waits for the oldest picture in flight and returns its detections, in picture pixels, most confident first.
    ///
    /// A detector with a threshold gives, with a lower one, the same detections and then fainter ones: a detection's
    /// place in the order is part of its ID, which must not depend on what the tracker has use for.
    ///
    /// - Precondition: at least one picture is in flight.
    func dequeue() throws -> [Detection]
}

extension Detector {
    /// Each for itself.
    public var batchSize: Int { 1 }

    /// Never, where each goes for itself.
    public var awaitsMore: Bool { false }
}
