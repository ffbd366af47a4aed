import Foundation
import Pipeline

/// Records as they stand in topic `results`.
enum Records {
    static func started(_ video: String = "street", startTime: String? = nil) -> String {
        let start = startTime.map { #","start_time":"\#($0)""# } ?? ""
        return #"{"schema":1,"type":"video_event","event":"started","video_id":"\#(video)","chunk_index":0,"#
            + #""source":{"name":"street.mp4","width":640,"height":360\#(start)}}"#
    }

    static func frame(
        _ frame: Int, _ objects: [String] = [], video: String = "street", skipped: String? = nil
    ) -> String {
        let time = String(format: "%.3f", Double(frame) * 40)
        let skipped = skipped.map { #""skipped":"\#($0)","# } ?? ""
        return #"{"schema":1,"type":"frame","video_id":"\#(video)","chunk_index":0,"frame":\#(frame),"#
            + #""pts":\#(frame * 512),"time_ms":\#(time),"width":640,"height":360,\#(skipped)"#
            + #""objects":[\#(objects.joined(separator: ","))]}"#
    }

    /// A box of 30.5 × 40 pixels.
    static func object(
        _ track: Int?, label: String = "car", classID: Int = 2, x: Double = 10, index: Int = 0, frame: Int = 0,
        state: String = "confirmed", confidence: String = "0.8765"
    ) -> String {
        let box = #"{"x1":\#(x),"y1":20.25,"x2":\#(x + 30.5),"y2":60.25}"#
        let label = String(decoding: try! JSONEncoder().encode(label), as: UTF8.self)
        let identity =
            track.map { #""object_id":"street:\#($0)","track_id":\#($0)"# } ?? #""object_id":null,"track_id":null"#
        return #"{"detection_id":"street:\#(frame):\#(index)",\#(identity),"class_id":\#(classID),"#
            + #""label":\#(label),"confidence":\#(confidence),"bbox":\#(box),"#
            + #""track_bbox":\#(track == nil ? "null" : box),"#
            + #""state":\#(track == nil ? "null" : "\"\(state)\""),"predicted":false,"age":1,"hits":1}"#
    }

    /// A box that the tracker only expects.
    static func predicted(_ track: Int) -> String {
        #"{"detection_id":null,"object_id":"street:\#(track)","track_id":\#(track),"class_id":2,"label":"car","#
            + #""confidence":null,"bbox":null,"track_bbox":{"x1":1,"y1":2,"x2":3.5,"y2":5},"state":"lost","#
            + #""predicted":true,"age":9,"hits":3}"#
    }

    static let born =
        #"{"schema":1,"type":"track_event","event":"born","video_id":"street","frame":0,"object_id":"street:1","#
        + #""track_id":1,"class_id":2,"label":"car"}"#
    static let gap =
        #"{"schema":1,"type":"video_event","event":"gap","video_id":"street","chunk_index":1,"frame":2,"#
        + #""frame_count":3,"reason":"corrupt"}"#
    static let ended = #"{"schema":1,"type":"video_event","event":"ended","video_id":"street","chunk_index":1}"#
    static let failed =
        #"{"schema":1,"type":"video_event","event":"failed","video_id":"street","reason":"incomplete"}"#

    /// Something of everything: a class name with all that has to be quoted, a box that is tracked and one that is not, a
    /// tentative object, a predicted box, a gap, and a frame that was skipped.
    static let mixed = [
        started(startTime: "2026-11-23T17:59:28.123Z"),
        frame(0, [object(1), object(nil, label: "Ampel, \"rot\"", classID: 0, x: 100, index: 1)]),
        born,
        frame(1, [object(2, label: "Fußgänger 歩行者", classID: 1, frame: 1, state: "tentative"), predicted(1)]),
        gap,
        frame(5, skipped: "every"),
        frame(6, [object(1, x: 14.1, frame: 6)]),
        ended,
    ]
}
