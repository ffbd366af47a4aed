internal import Pipeline

/// How often a line was crossed, in both directions (see ``CountingLine``).
public struct LineCount: Sendable, Hashable {
    public var inward = 0
    public var outward = 0

    public init(inward: Int = 0, outward: Int = 0) {
        self.inward = inward
        self.outward = outward
    }

    mutating func add(isIn: Bool) {
        if isIn { inward &+= 1 } else { outward &+= 1 }
    }

    public mutating func merge(_ other: LineCount) {
        inward &+= other.inward
        outward &+= other.outward
    }
}

extension LineCount: Decodable {
    private enum CodingKeys: String, CodingKey {
        case inward = "in"
        case outward = "out"
    }

    func write(into json: inout JSONWriter) {
        json.object { json in
            json.key("in")
            json.integer(inward)
            json.key("out")
            json.integer(outward)
        }
    }
}
