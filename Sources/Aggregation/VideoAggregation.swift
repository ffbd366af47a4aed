public import Pipeline

/// Adds up a video's results, record by record: a value without a log.
///
///     var video = VideoAggregation(id, settings: settings)
///     for record in records { video.add(record) }
///     print(video.summary.tally.objects)
///
/// Objects count once they are confirmed: then also with what they did before, the lines they crossed and the zones they
/// were in. The numbers of objects at once, the heat map and the confidences are of frames in which they are confirmed
/// already. Untracked detections and predicted boxes count for nothing but ``Tally/detections``.
public struct VideoAggregation: Sendable {
    /// What has been added up so far; objects that are still there are in all of it but the dwell times.
    public internal(set) var summary: VideoSummary

    /// Living objects by track ID.
    var living: [Int: ObjectTrace] = [:]
    /// Zones and lines of this video's camera, as the file has them, and in pixels of its pictures.
    private let zones: ZoneFile
    private var placed: (width: Int, height: Int, zones: ZoneFile)?
    /// When the first frame was taken, in milliseconds since 1970.
    private var startTime: Int?

    /// - Parameters:
    ///   - camera: that took the video; decides which zones and lines are its own.
    ///   - revision: how often the video has been begun.
    public init(_ video: VideoID, settings: AggregationSettings, camera: String? = nil, revision: Int = 1) {
        self.init(
            VideoSummary(videoID: video, revision: revision, configuration: settings.hash, camera: camera),
            living: [:], settings: settings)
    }

    /// Goes on from what was there.
    init(_ summary: VideoSummary, living: [Int: ObjectTrace], settings: AggregationSettings) {
        self.summary = summary
        self.living = living
        zones = settings.zones?.forCamera(summary.camera) ?? ZoneFile()
        startTime = summary.startTime.flatMap(WallTime.milliseconds)
        for zone in zones.zones where self.summary.tally.zones[zone.name] == nil {
            self.summary.tally.zones[zone.name] = ZoneTally()
        }
        for line in zones.lines where self.summary.tally.lines[line.name] == nil {
            self.summary.tally.lines[line.name] = [:]
        }
    }

    /// Adds a record; give them in the video's order. What comes after the video's end counts for nothing.
    public mutating func add(_ record: ResultRecord) {
        guard !summary.isFinal else { return }
        switch (record.type, record.event) {
        case (.frame, _): addFrame(record)
        case (.trackEvent, "confirmed"): if let track = record.trackID { confirm(track, record.label) }
        case (.trackEvent, "ended"): if let track = record.trackID { end(track) }
        case (.videoEvent, "started"): start(record)
        case (.videoEvent, "ended"): finish(.ended, reason: nil)
        case (.videoEvent, "failed"): finish(.failed, reason: record.reason)
        default: break
        }
    }

    private mutating func start(_ record: ResultRecord) {
        summary.startTime = record.source?.startTime
        startTime = summary.startTime.flatMap(WallTime.milliseconds)
    }

    private mutating func finish(_ state: VideoSummary.State, reason: String?) {
        for track in living.keys.sorted() { end(track) }
        summary.state = state
        summary.reason = reason
    }

    // MARK: Frames

    private mutating func addFrame(_ record: ResultRecord) {
        let time = Self.whole(record.timeMilliseconds ?? 0, in: 0...1 << 43)
        if let frame = record.frame { summary.lastFrame = max(frame, summary.lastFrame ?? 0) }
        summary.tally.duration = max(summary.tally.duration, time)
        guard record.skipped == nil else {
            summary.tally.framesSkipped += 1
            return
        }
        let zones = place(width: record.width ?? 0, height: record.height ?? 0)
        summary.tally.frames += 1
        for zone in zones.zones { summary.tally.zones[zone.name]?.frames += 1 }
        var seen: [String: Int] = [:]
        var inside = [Int](repeating: 0, count: zones.zones.count)
        for object in record.objects ?? [] {
            guard let box = object.bbox, !object.predicted else { continue }
            summary.tally.detections += 1
            guard let track = object.trackID, object.objectID != nil else { continue }
            see(object, track, box, at: time, zones)
            guard object.state == "confirmed", let trace = living[track] else { continue }
            seen[object.label, default: 0] += 1
            summary.tally.classes[object.label, default: ClassTally()].confidence.add(object.confidence ?? 0)
            summary.tally.heatMap.add(x: trace.x, y: trace.y, width: summary.width, height: summary.height)
            for index in trace.zones.indices where trace.zones[index].isInside { inside[index] += 1 }
        }
        count(seen, at: time)
        for (index, count) in inside.enumerated() {
            summary.tally.zones[zones.zones[index].name]?.see(count)
        }
    }

    /// Counts what is there at once, by class.
    private mutating func count(_ seen: [String: Int], at time: Int) {
        let total = seen.values.reduce(0, +)
        summary.tally.peak = max(summary.tally.peak, total)
        for (label, count) in seen {
            summary.tally.classes[label, default: ClassTally()].see(count)
        }
        updateTime(time) { bucket in
            bucket.frames += 1
            bucket.peak = max(bucket.peak, total)
            for (label, count) in seen {
                bucket.classes[label, default: .init()].see(count)
            }
        }
    }

    /// Changes the stretches of video time and of wall time that a moment is in.
    private mutating func updateTime(_ time: Int, _ change: (inout TimeBucket) -> Void) {
        summary.videoTime.update(minute: time / 60_000, change)
        guard let startTime else { return }
        summary.tally.wallTime.update(minute: WallTime.minute(ofMilliseconds: startTime + time), change)
    }

    /// The zones and lines in pixels of pictures of that size.
    private mutating func place(width: Int, height: Int) -> ZoneFile {
        if let placed, placed.width == width, placed.height == height { return placed.zones }
        (summary.width, summary.height) = (width, height)
        let zones = zones.inPixels(width: width, height: height)
        placed = (width, height, zones)
        return zones
    }

    // MARK: Objects

    private mutating func see(
        _ object: ResultRecord.Object, _ track: Int, _ box: ResultRecord.Box, at time: Int, _ zones: ZoneFile
    ) {
        let isNew = living[track] == nil
        var trace =
            living[track]
            ?? ObjectTrace(
                label: object.label, isCarriedOver: isCarriedOver(object.objectID ?? ""), firstSeen: time,
                lastSeen: time)
        // Not copied below: nobody else has it while it is changed.
        living[track] = nil
        rename(&trace, object.label)
        let previous = isNew ? nil : trace.point
        trace.lastSeen = max(trace.lastSeen, time)
        // Two decimals: whole hundredths give the same point to whoever goes on with the video.
        trace.x = Self.whole((box.x1 + box.x2) * 50, in: -1 << 40...1 << 40)
        trace.y = Self.whole(
            zones.anchor == .bottom ? box.y2 * 100 : (box.y1 + box.y2) * 50, in: -1 << 40...1 << 40)
        if trace.lines.count != zones.lines.count {
            trace.lines = .init(repeating: LineTrace(), count: zones.lines.count)
        }
        if trace.zones.count != zones.zones.count {
            trace.zones = .init(repeating: ZoneTrace(), count: zones.zones.count)
        }
        for (index, line) in zones.lines.enumerated() {
            guard let isIn = trace.lines[index].move(from: previous, to: trace.point, over: line) else { continue }
            trace.crossings.append(.init(line: index, isIn: isIn, time: time))
        }
        for (index, zone) in zones.zones.enumerated() {
            trace.zones[index].move(to: trace.point, at: time, in: zone, counts: zone.counts(trace.label))
        }
        if object.state == "confirmed" { confirm(&trace) }
        if trace.isConfirmed { count(&trace) }
        living[track] = trace
    }

    /// Whether an object was first seen in another video: its ID begins with that of the video.
    private func isCarriedOver(_ objectID: String) -> Bool {
        let own = summary.videoID.rawValue.utf8
        return !objectID.utf8.starts(with: own) || objectID.utf8.dropFirst(own.count).first != UInt8(ascii: ":")
    }

    /// Gives an object another class, which counts from its beginning.
    private mutating func rename(_ trace: inout ObjectTrace, _ label: String) {
        guard trace.label != label else { return }
        if trace.isConfirmed { countObject(trace, -1) }
        trace.label = label
        if trace.isConfirmed { countObject(trace, 1) }
    }

    private mutating func confirm(_ track: Int, _ label: String?) {
        guard var trace = living.removeValue(forKey: track) else { return }
        if let label { rename(&trace, label) }
        confirm(&trace)
        count(&trace)
        living[track] = trace
    }

    private mutating func confirm(_ trace: inout ObjectTrace) {
        guard !trace.isConfirmed else { return }
        trace.isConfirmed = true
        countObject(trace, 1)
    }

    private mutating func countObject(_ trace: ObjectTrace, _ change: Int) {
        summary.tally.classes[trace.label, default: ClassTally()].objects += change
        if trace.isCarriedOver {
            summary.tally.classes[trace.label]?.carriedOver += change
        } else {
            updateTime(trace.firstSeen) { $0.classes[trace.label, default: .init()].objects += change }
        }
    }

    /// Counts a confirmed object's crossings and visits that are not counted yet.
    private mutating func count(_ trace: inout ObjectTrace) {
        for crossing in trace.crossings where zones.lines.indices.contains(crossing.line) {
            let line = zones.lines[crossing.line]
            guard line.counts(trace.label) else { continue }
            summary.tally.lines[line.name, default: [:]][trace.label, default: LineCount()].add(isIn: crossing.isIn)
            updateTime(crossing.time) { $0.lines[line.name, default: LineCount()].add(isIn: crossing.isIn) }
        }
        trace.crossings.removeAll()
        for index in trace.zones.indices where zones.zones.indices.contains(index) {
            let name = zones.zones[index].name
            trace.zones[index].count(into: &summary.tally.zones[name, default: ZoneTally()], label: trace.label)
        }
    }

    private mutating func end(_ track: Int) {
        guard var trace = living.removeValue(forKey: track), trace.isConfirmed else { return }
        for index in trace.zones.indices { trace.zones[index].leave() }
        count(&trace)
        summary.tally.classes[trace.label, default: ClassTally()].dwell.add(trace.lastSeen - trace.firstSeen)
    }

    /// A number of a record as a whole one; records may come from anywhere.
    private static func whole(_ value: Double, in range: ClosedRange<Int>) -> Int {
        guard value.isFinite else { return 0 }
        return Int(min(max(value.rounded(), Double(range.lowerBound)), Double(range.upperBound)))
    }
}
