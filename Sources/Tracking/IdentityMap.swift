public import Vision

/// Gives the objects of one video their names, and tells the story of their lives.
///
/// An object is named after its first detection (see ``DetectionID``), so its name needs no coordination and is the
/// same on every replay. The map follows a tracker's updates and turns them into events: an object is `born` with its
/// first detection, `confirmed` in the first frame in which the tracker does not call it tentative, `lost` in the
/// first frame without a detection, `recovered` when it has one again, `ended` when the tracker gives it up or the video ends.
/// Only confirmed objects are lost and recovered: the comings and goings of tentative ones are noise.
///
/// An object's class is voted over its detections so far (see ``ClassVotes``). That matters to trackers that let objects
/// take detections of any class; with the others all votes are for the same. Its name stays that of its first detection.
public struct IdentityMap: Sendable {
    /// The video's ID, the first part of all names.
    public let videoID: String
    /// The model's class names; a detection's class is an index into them.
    public let classNames: [String]
    /// Objects that were ever confirmed, living and ended, by class: the one they have now, or had in the end.
    public internal(set) var objectCounts: [Int: Int] = [:]

    /// Living objects by track ID.
    var objects: [Int: LivingObject] = [:]
    /// Names of objects that lived in the video before, whose objects this one goes on with, and have not been detected
    /// here, by track ID.
    var inherited: [Int: String] = [:]
    /// The frame of the latest update.
    var lastFrame: Int?
    private let sanitisedNames: [String]

    /// - Parameters:
    ///   - videoID: the video's ID.
    ///   - classNames: the model's class names. A class without one is called `class-` and its number.
    public init(videoID: String, classNames: [String]) {
        self.videoID = videoID
        self.classNames = classNames
        sanitisedNames = classNames.map(DetectionID.sanitise)
    }

    /// The name of a class.
    public func label(_ classID: Int) -> String {
        classNames.indices.contains(classID) ? classNames[classID] : "class-\(classID)"
    }

    /// Takes in one processed frame; to be called once for each, in order.
    ///
    /// - Parameters:
    ///   - update: what the tracker made of the frame.
    ///   - detections: what the tracker was given.
    ///   - frame: the frame's index in the video; higher than any before.
    ///   - confidence: detections that do not score above this are listed only if a track took them; nil lists all.
    public mutating func apply(
        _ update: TrackerUpdate, detections: [Detection], frame: Int, listedAbove confidence: Double? = nil
    ) -> IdentifiedFrame {
        var result = IdentifiedFrame()
        result.objects.reserveCapacity(detections.count)
        for (index, detection) in detections.enumerated() {
            // Most faint detections are nobody's: such a one has no ID before a track takes it.
            let isListed = confidence.map { detection.confidence > $0 } ?? true
            result.objects.append(
                untracked(detection, id: isListed ? detectionID(of: detection, index: index, frame: frame) : nil))
        }
        var turns = Turns()
        for trackID in update.ended.sorted() {
            if let ended = end(trackID, frame: frame) { result.events.append(ended) }
        }
        // Trackers list the newest first as a rule: from the back, the order mostly is ascending already.
        var tracks = ArraySlice(update.tracks.reversed())
        if zip(tracks, tracks.dropFirst()).contains(where: { $0.trackID > $1.trackID }) {
            tracks.sort { $0.trackID < $1.trackID }
        }
        for track in tracks {
            // A detection belongs to one object only; the eldest has it, should a tracker think otherwise.
            if let index = track.detectionIndex, result.objects.indices.contains(index),
                result.objects[index].trackID == nil
            {
                let detectionID =
                    result.objects[index].detectionID
                    ?? detectionID(of: detections[index], index: index, frame: frame)
                result.objects[index].detectionID = detectionID
                noteDetection(
                    detections[index], of: track, index: index, detectionID: detectionID, frame: frame, &turns)
                identify(&result.objects[index], with: track)
            } else if objects[track.trackID] != nil {
                noteMiss(of: track, &turns)
                result.predicted.append(predicted(track))
            }
        }
        if confidence != nil { result.objects.removeAll { $0.detectionID == nil } }
        for (kind, trackIDs) in [
            (TrackEvent.Kind.lost, turns.lost), (.recovered, turns.recovered), (.born, turns.born),
            (.confirmed, turns.confirmed),
        ] {
            for trackID in trackIDs {
                if let event = event(kind, trackID, frame: frame) { result.events.append(event) }
            }
        }
        lastFrame = frame
        return result
    }

    /// Ends all living objects, ascending by track ID: the video is over.
    ///
    /// - Parameter lastFrame: the video's last frame; nil for the last one that was processed.
    public mutating func finish(frame lastFrame: Int?) -> [TrackEvent] {
        let frame = lastFrame ?? self.lastFrame ?? 0
        return objects.keys.sorted().compactMap { end($0, frame: frame) }
    }

    /// The map of a video that goes on where this one stops: objects keep their names, and are `born` in it, with a life of
    /// their own there, when they are first detected.
    ///
    /// - Parameter videoID: of that video.
    public func continued(as videoID: String) -> IdentityMap {
        var map = IdentityMap(videoID: videoID, classNames: classNames)
        map.inherited = inherited.merging(objects.mapValues(\.objectID)) { $1 }
        return map
    }

    /// The track IDs that took a turn in one frame, each list ascending.
    private struct Turns {
        var lost: [Int] = []
        var recovered: [Int] = []
        var born: [Int] = []
        var confirmed: [Int] = []
    }

    /// Notes a track's detection; the first one makes it an object.
    private mutating func noteDetection(
        _ detection: Detection, of track: TrackedObject, index: Int, detectionID: String, frame: Int,
        _ turns: inout Turns
    ) {
        let trackID = track.trackID
        if objects[trackID] == nil {
            let objectID = inherited.removeValue(forKey: trackID) ?? detectionID
            objects[trackID] = LivingObject(objectID: objectID, classID: detection.classID, frame: frame)
            turns.born.append(trackID)
        }
        let classBefore = objects[trackID]?.classID
        objects[trackID]?.add(
            confidence: detection.confidence, classID: detection.classID, frame: frame, previousFrame: lastFrame,
            detectionIndex: index)
        noteClass(of: trackID, before: classBefore)
        if objects[trackID]?.isLost == true {
            objects[trackID]?.isLost = false
            turns.recovered.append(trackID)
        }
        noteState(of: track, &turns)
    }

    /// Counts a confirmed object where it now belongs.
    private mutating func noteClass(of trackID: Int, before: Int?) {
        guard let object = objects[trackID], object.wasConfirmed, let before, before != object.classID else { return }
        objectCounts[object.classID, default: 0] += 1
        let others = objectCounts[before, default: 0] - 1
        objectCounts[before] = others > 0 ? others : nil
    }

    private mutating func noteMiss(of track: TrackedObject, _ turns: inout Turns) {
        noteState(of: track, &turns)
        guard let object = objects[track.trackID], object.wasConfirmed, !object.isLost else { return }
        objects[track.trackID]?.isLost = true
        turns.lost.append(track.trackID)
    }

    private mutating func noteState(of track: TrackedObject, _ turns: inout Turns) {
        guard track.state != .tentative, let object = objects[track.trackID], !object.wasConfirmed else { return }
        objects[track.trackID]?.wasConfirmed = true
        objectCounts[object.classID, default: 0] += 1
        turns.confirmed.append(track.trackID)
    }

    private mutating func end(_ trackID: Int, frame: Int) -> TrackEvent? {
        inherited[trackID] = nil
        guard var event = event(.ended, trackID, frame: frame) else { return nil }
        event.summary = objects.removeValue(forKey: trackID)?.summary
        return event
    }

    private func event(_ kind: TrackEvent.Kind, _ trackID: Int, frame: Int) -> TrackEvent? {
        guard let object = objects[trackID] else { return nil }
        return TrackEvent(
            kind: kind, objectID: object.objectID, trackID: trackID, classID: object.classID,
            label: label(object.classID), frame: frame)
    }

    private func detectionID(of detection: Detection, index: Int, frame: Int) -> String {
        let isNamed = classNames.indices.contains(detection.classID)
        let sanitised = isNamed ? sanitisedNames[detection.classID] : DetectionID.sanitise(label(detection.classID))
        return DetectionID.make(videoID: videoID.utf8, frame: frame, index: index, sanitisedLabel: sanitised.utf8)
    }

    private func untracked(_ detection: Detection, id: String?) -> IdentifiedObject {
        IdentifiedObject(
            detectionID: id, classID: detection.classID, label: label(detection.classID),
            confidence: detection.confidence, bbox: detection.box)
    }

    private func identify(_ object: inout IdentifiedObject, with track: TrackedObject) {
        if let known = objects[track.trackID] {
            object.objectID = known.objectID
            if object.classID != known.classID {
                object.classID = known.classID
                object.label = label(known.classID)
            }
        }
        object.trackID = track.trackID
        object.trackBox = track.box
        object.state = track.state
        object.age = track.age
        object.hits = track.hits
    }

    private func predicted(_ track: TrackedObject) -> IdentifiedObject {
        let classID = objects[track.trackID]?.classID ?? track.classID
        return IdentifiedObject(
            detectionID: nil, objectID: objects[track.trackID]?.objectID, trackID: track.trackID,
            classID: classID, label: label(classID), confidence: nil, bbox: nil, trackBox: track.box,
            state: track.state, predicted: true, age: track.age, hits: track.hits)
    }
}
