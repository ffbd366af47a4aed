/// Zones and counting lines, as a YAML file gives them.
///
///     units: fraction              # or pixels
///     anchor: bottom               # or center
///     zones:
///       - name: crossing
///         polygon: [[0.1, 0.5], [0.9, 0.5], [0.9, 0.95], [0.1, 0.95]]
///         classes: [person]        # all if left out
///         cameras: [gate-1]        # all if left out
///         hysteresis: 0.01
///     lines:
///       - name: kerb
///         from: [0.5, 0.1]
///         to: [0.5, 0.9]
///
/// Values and pure functions: for whoever counts, and for whoever draws.
public struct ZoneFile: Sendable, Hashable {
    /// What coordinates count in.
    public enum Units: String, Sendable, CaseIterable {
        /// Of the displayed picture's width and height; lengths (hysteresis) of its height.
        case fraction
        /// Of the displayed picture.
        case pixels
    }

    /// Which point of its box stands for an object.
    public enum Anchor: String, Sendable, CaseIterable {
        /// The middle of the lower edge: where it stands.
        case bottom
        case center
    }

    public var units: Units
    public var anchor: Anchor
    public var zones: [Zone]
    public var lines: [CountingLine]

    public init(
        units: Units = .fraction, anchor: Anchor = .bottom, zones: [Zone] = [], lines: [CountingLine] = []
    ) {
        self.units = units
        self.anchor = anchor
        self.zones = zones
        self.lines = lines
    }

    /// How much of the picture's height an object must be beyond a border, where the file says nothing else.
    public static let defaultHysteresis = 0.01

    /// The same in pixels of a picture of that size, with every hysteresis set.
    public func inPixels(width: Int, height: Int) -> ZoneFile {
        let isFraction = units == .fraction
        let (w, h) = isFraction ? (Double(width), Double(height)) : (1, 1)
        func scaled(_ point: ZonePoint) -> ZonePoint { ZonePoint(x: point.x * w, y: point.y * h) }
        func scaled(_ length: Double?) -> Double { length.map { $0 * h } ?? Self.defaultHysteresis * Double(height) }
        var placed = self
        placed.units = .pixels
        for index in placed.zones.indices {
            placed.zones[index].polygon = zones[index].polygon.map(scaled)
            placed.zones[index].hysteresis = scaled(zones[index].hysteresis)
        }
        for index in placed.lines.indices {
            placed.lines[index].from = scaled(lines[index].from)
            placed.lines[index].to = scaled(lines[index].to)
            placed.lines[index].hysteresis = scaled(lines[index].hysteresis)
        }
        return placed
    }

    /// Only what is there in the pictures of a camera; nil: of a video without a camera.
    public func forCamera(_ camera: String?) -> ZoneFile {
        var chosen = self
        chosen.zones.removeAll { !$0.isFor(camera: camera) }
        chosen.lines.removeAll { !$0.isFor(camera: camera) }
        return chosen
    }
}
