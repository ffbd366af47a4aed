internal import Crypto
internal import Pipeline

/// What summaries depend on, besides the results.
public struct AggregationSettings: Sendable {
    /// What is counted where; nil: no zones and no lines.
    public var zones: ZoneFile?
    /// Where a video's camera is read from; nil: videos have none.
    public var cameraSource: CameraSource?

    public init(zones: ZoneFile? = nil, cameraSource: CameraSource? = nil) {
        self.zones = zones
        self.cameraSource = cameraSource
    }

    /// 12 hex digits that differ where summaries would.
    public var hash: String {
        var json = JSONWriter()
        json.object { json in
            json.key("version")
            json.integer(1)
            json.key("camera")
            if let cameraSource { json.string(cameraSource.description) } else { json.null() }
            guard let zones else { return }
            json.key("units")
            json.string(zones.units.rawValue)
            json.key("anchor")
            json.string(zones.anchor.rawValue)
            json.key("zones")
            json.array { json in
                for zone in zones.zones {
                    json.object {
                        Self.write(zone.name, zone.polygon, zone.classes, zone.cameras, zone.hysteresis, into: &$0)
                    }
                }
            }
            json.key("lines")
            json.array { json in
                for line in zones.lines {
                    json.object {
                        Self.write(
                            line.name, [line.from, line.to], line.classes, line.cameras, line.hysteresis, into: &$0)
                    }
                }
            }
        }
        let digits = Array("0123456789abcdef".utf8)
        let bytes = SHA256.hash(data: json.bytes).prefix(6).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func write(
        _ name: String, _ points: [ZonePoint], _ classes: [String]?, _ cameras: [String]?, _ hysteresis: Double?,
        into json: inout JSONWriter
    ) {
        json.key("name")
        json.string(name)
        json.key("points")
        json.array { json in
            for point in points {
                json.string("\(point.x)")
                json.string("\(point.y)")
            }
        }
        for (key, names) in [("classes", classes), ("cameras", cameras)] {
            guard let names else { continue }
            json.key(named: key)
            // In which order they are listed makes no difference.
            json.array { json in for name in Set(names).sorted() { json.string(name) } }
        }
        guard let hysteresis else { return }
        json.key("hysteresis")
        json.string("\(hysteresis)")
    }
}
