extension LineTrace: Codable {
    /// One small number: there may be many lines, and many objects that stand somehow to each of them.
    init(from decoder: any Decoder) throws {
        let number = try decoder.singleValueContainer().decode(Int.self)
        guard (0..<18).contains(number) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "\(number) is no such state"))
        }
        self.init(settled: number / 6 - 1, side: number / 2 % 3 - 1, isWithin: number % 2 == 1)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode((settled + 1) * 6 + (side + 1) * 2 + (isWithin ? 1 : 0))
    }
}
