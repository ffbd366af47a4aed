import Media
import Tracking
import Vision

/// Writes the values of topic `results`: the same facts give the same bytes.
struct ResultWriter {
    let videoID: VideoID
    let chunkIndex: Int

    /// A frame that the detector and the tracker saw.
    func frame(_ place: FramePlace, _ identified: IdentifiedFrame, emitPredicted: Bool) -> [UInt8] {
        frame(place, capacity: 160 + 360 * identified.objects.count) { json in
            json.key("objects")
            json.array { array in
                for object in identified.objects { array.object { write(object, into: &$0) } }
                guard emitPredicted else { return }
                for object in identified.predicted { array.object { write(object, into: &$0) } }
            }
        }
    }

    /// A frame that was not looked at.
    func skippedFrame(_ place: FramePlace, reason: StaticString) -> [UInt8] {
        frame(place, capacity: 200) { json in
            json.key("skipped")
            json.string("\(reason)")
            json.key("objects")
            json.array { _ in }
        }
    }

    func trackEvent(_ event: TrackEvent) -> [UInt8] {
        record(type: "track_event", event: event.kind.rawValue) { json in
            json.key("frame")
            json.integer(event.frame)
            json.key("object_id")
            json.string(event.objectID)
            json.key("track_id")
            json.integer(event.trackID)
            json.key("class_id")
            json.integer(event.classID)
            json.key("label")
            json.string(event.label)
            guard let summary = event.summary else { return }
            json.key("confirmed")
            json.boolean(summary.wasConfirmed)
            json.key("first_frame")
            json.integer(summary.firstFrame)
            json.key("last_frame")
            json.integer(summary.lastFrame)
            json.key("detections")
            json.integer(summary.detectionCount)
            json.key("mean_confidence")
            json.decimal(summary.meanConfidence, decimals: 4)
            json.key("detection_runs")
            json.array { runs in
                for run in summary.detectionRuns {
                    runs.object {
                        $0.key("frame")
                        $0.integer(run.firstFrame)
                        $0.key("count")
                        $0.integer(run.frameCount)
                        $0.key("step")
                        $0.integer(run.frameStep)
                        $0.key("index")
                        $0.integer(run.detectionIndex)
                    }
                }
            }
        }
    }

    func started(_ header: ChunkHeader, configuration: ProcessingConfiguration) -> [UInt8] {
        record(type: "video_event", event: "started") { json in
            json.key("source")
            json.object {
                $0.key("name")
                $0.string(header.source)
                $0.key("codec")
                $0.string(header.codec)
                $0.key("width")
                $0.integer(header.width)
                $0.key("height")
                $0.integer(header.height)
                $0.key("rotation")
                $0.integer(header.rotation)
                $0.key("time_base")
                $0.string(header.timeBase)
                $0.key("start_pts")
                $0.integer(header.startPTS)
                $0.key("frame_rate")
                if let rate = header.frameRate { $0.string(rate) } else { $0.null() }
                if let time = header.startTime {
                    $0.key("start_time")
                    $0.string(time)
                }
                if header.live == true {
                    $0.key("live")
                    $0.boolean(true)
                }
                if let before = header.continues {
                    $0.key("continues")
                    $0.string(before.rawValue)
                }
            }
            configuration.write(into: &json)
            json.key("configuration_hash")
            json.string(configuration.hash)
        }
    }

    /// - Parameter milliseconds: how long it lasted; nil: as long as its frames.
    func gap(firstFrame: Int, frameCount: Int, reason: String, milliseconds: Int? = nil) -> [UInt8] {
        record(type: "video_event", event: "gap") { json in
            json.key("frame")
            json.integer(firstFrame)
            json.key("frame_count")
            json.integer(frameCount)
            json.key("reason")
            json.string(reason)
            if let milliseconds {
                json.key("duration_ms")
                json.integer(milliseconds)
            }
        }
    }

    func ended(_ ledger: Ledger, objectCounts: [(label: String, count: Int)], sourceDigest: String?) -> [UInt8] {
        record(type: "video_event", event: "ended") { json in
            write(ledger, into: &json)
            json.key("object_counts")
            json.object { counts in
                for (label, count) in objectCounts {
                    counts.key(named: label)
                    counts.integer(count)
                }
            }
            json.key("source_digest")
            if let sourceDigest { json.string(sourceDigest) } else { json.null() }
        }
    }

    func failed(_ ledger: Ledger, reason: String) -> [UInt8] {
        record(type: "video_event", event: "failed") { json in
            json.key("reason")
            json.string(reason)
            write(ledger, into: &json)
        }
    }

    private func record(type: String, event: String, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter()
        json.object {
            $0.key("schema")
            $0.integer(ResultRecord.currentSchema)
            $0.key("type")
            $0.string(type)
            $0.key("event")
            $0.string(event)
            $0.key("video_id")
            $0.string(videoID.rawValue)
            $0.key("chunk_index")
            $0.integer(chunkIndex)
            body(&$0)
        }
        return json.bytes
    }

    private func frame(_ place: FramePlace, capacity: Int, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter(capacity: capacity)
        json.object {
            $0.key("schema")
            $0.integer(ResultRecord.currentSchema)
            $0.key("type")
            $0.string("frame")
            $0.key("video_id")
            $0.string(videoID.rawValue)
            $0.key("chunk_index")
            $0.integer(chunkIndex)
            $0.key("frame")
            $0.integer(place.index)
            $0.key("pts")
            $0.integer(place.pts)
            $0.key("time_ms")
            $0.decimal(place.timeMilliseconds, decimals: 3)
            $0.key("width")
            $0.integer(place.width)
            $0.key("height")
            $0.integer(place.height)
            body(&$0)
        }
        return json.bytes
    }

    private func write(_ object: IdentifiedObject, into json: inout JSONWriter) {
        func optional<Value>(_ name: StaticString, _ value: Value?, _ write: (inout JSONWriter, Value) -> Void) {
            json.key(name)
            if let value { write(&json, value) } else { json.null() }
        }
        optional("detection_id", object.detectionID) { $0.string($1) }
        optional("object_id", object.objectID) { $0.string($1) }
        optional("track_id", object.trackID) { $0.integer($1) }
        json.key("class_id")
        json.integer(object.classID)
        json.key("label")
        json.string(object.label)
        optional("confidence", object.confidence) { $0.decimal($1, decimals: 4) }
        optional("bbox", object.bbox) { write($1, into: &$0) }
        optional("track_bbox", object.trackBox) { write($1, into: &$0) }
        optional("state", object.state) { $0.string($1.rawValue) }
        json.key("predicted")
        json.boolean(object.predicted)
        optional("age", object.age) { $0.integer($1) }
        optional("hits", object.hits) { $0.integer($1) }
    }

    private func write(_ box: BoundingBox, into json: inout JSONWriter) {
        json.object {
            $0.key("x1")
            $0.decimal(box.x1, decimals: 2)
            $0.key("y1")
            $0.decimal(box.y1, decimals: 2)
            $0.key("x2")
            $0.decimal(box.x2, decimals: 2)
            $0.key("y2")
            $0.decimal(box.y2, decimals: 2)
        }
    }

    private func write(_ ledger: Ledger, into json: inout JSONWriter) {
        json.key("ledger")
        json.object {
            func optional(_ name: StaticString, _ value: Int?, _ json: inout JSONWriter) {
                json.key(name)
                if let value { json.integer(value) } else { json.null() }
            }
            optional("frames_expected", ledger.framesExpected, &$0)
            optional("frames_decoded", ledger.framesDecoded, &$0)
            optional("frames_processed", ledger.framesProcessed, &$0)
            optional("frames_skipped", ledger.framesSkipped, &$0)
            optional("frames_undecodable", ledger.framesUndecodable, &$0)
            optional("frames_missing", ledger.framesMissing, &$0)
            optional("chunks_expected", ledger.chunksExpected, &$0)
            optional("chunks_processed", ledger.chunksProcessed, &$0)
            optional("chunks_bad", ledger.chunksBad, &$0)
            optional("chunks_missing", ledger.chunksMissing, &$0)
        }
    }
}

/// Which frame of the video a result is about.
struct FramePlace {
    /// Frame index in the video.
    var index: Int
    /// Ticks of the source's time base.
    var pts: Int64
    /// Milliseconds since the video's first frame.
    var timeMilliseconds: Double
    /// Displayed size in pixels.
    var width: Int
    var height: Int
}
