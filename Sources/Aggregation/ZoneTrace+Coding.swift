extension ZoneTrace: Codable {
    private enum CodingKeys: String, CodingKey {
        case entered = "e"
        case lastInside = "l"
        case wasOutside = "o"
        case isCounted = "c"
        case visits = "v"
        case entries = "n"
        case dwell = "d"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        entered = try values.decodeIfPresent(Int.self, forKey: .entered)
        lastInside = try values.decodeIfPresent(Int.self, forKey: .lastInside) ?? 0
        wasOutside = try values.decodeIfPresent(Bool.self, forKey: .wasOutside) ?? false
        isCounted = try values.decodeIfPresent(Bool.self, forKey: .isCounted) ?? false
        visits = try values.decodeIfPresent(Int.self, forKey: .visits) ?? 0
        entries = try values.decodeIfPresent(Int.self, forKey: .entries) ?? 0
        dwell = try values.decodeIfPresent([Int].self, forKey: .dwell) ?? []
    }

    /// Only what is not as it was in the beginning: most objects were never in most zones.
    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encodeIfPresent(entered, forKey: .entered)
        if lastInside != 0 { try values.encode(lastInside, forKey: .lastInside) }
        if wasOutside { try values.encode(true, forKey: .wasOutside) }
        if isCounted { try values.encode(true, forKey: .isCounted) }
        if visits != 0 { try values.encode(visits, forKey: .visits) }
        if entries != 0 { try values.encode(entries, forKey: .entries) }
        if !dwell.isEmpty { try values.encode(dwell, forKey: .dwell) }
    }
}
