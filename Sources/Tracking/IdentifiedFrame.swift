/// One processed frame: every detection with its object, and what happened to objects.
public struct IdentifiedFrame: Sendable, Hashable {
    /// One per detection that is listed, in the detector's order, tracked or not.
    public var objects: [IdentifiedObject]
    /// Living objects without a detection in this frame, ascending by track ID.
    public var predicted: [IdentifiedObject]
    /// By kind, in the order of ``TrackEvent/Kind``; within a kind ascending by track ID.
    public var events: [TrackEvent]

    public init(objects: [IdentifiedObject] = [], predicted: [IdentifiedObject] = [], events: [TrackEvent] = []) {
        self.objects = objects
        self.predicted = predicted
        self.events = events
    }
}
