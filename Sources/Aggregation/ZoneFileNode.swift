internal import Yams

/// A mapping of a zone file, and where in the file it is, for messages.
struct ZoneFileNode {
    private let values: [String: Node]
    private let place: String
    let name: String

    /// - Parameter keys: those that may be there; nil: they are looked at later.
    init(_ node: Node, _ place: String, name: String = "", keys: [String]? = nil) throws(ZoneFileError) {
        guard let mapping = node.mapping else {
            throw ZoneFileError("\(place): it must be a mapping of names and values")
        }
        var values: [String: Node] = [:]
        for (key, value) in mapping { values[key.scalar?.string ?? ""] = value }
        self.values = values
        self.place = place
        self.name = name
        guard let keys else { return }
        for key in values.keys.sorted() where !keys.contains(key) {
            throw fault("'\(key)' is not known here; known are \(keys.joined(separator: ", "))")
        }
    }

    func fault(_ detail: String) -> ZoneFileError { ZoneFileError("\(place): \(detail)") }

    /// The same mapping, called in messages by its `name`, which must be there.
    func named(keys: [String]) throws(ZoneFileError) -> ZoneFileNode {
        guard let text = values["name"]?.scalar?.string, (1...64).contains(text.utf8.count) else {
            throw fault("it needs a 'name' of 1 to 64 bytes")
        }
        return try ZoneFileNode(
            Node(values.map { (Node($0), $1) }), "\(place) '\(text)'", name: text, keys: ["name"] + keys)
    }

    private func value(_ key: String) -> Node? { values[key].flatMap { $0.null == nil ? $0 : nil } }

    /// The mappings of a list; none where there is no such key.
    func items(_ key: String) throws(ZoneFileError) -> [ZoneFileNode] {
        guard let value = value(key) else { return [] }
        guard let list = value.sequence else { throw fault("\(key): it must be a list") }
        var items: [ZoneFileNode] = []
        // A list of zones is spoken of as the third zone.
        for (index, node) in list.enumerated() {
            items.append(try ZoneFileNode(node, "\(place): \(key.dropLast()) \(index + 1)"))
        }
        return items
    }

    func choice<Value: RawRepresentable & CaseIterable>(_ key: String) throws(ZoneFileError) -> Value?
    where Value.RawValue == String {
        guard let value = value(key) else { return nil }
        let text = value.scalar?.string ?? ""
        guard let known = Value(rawValue: text) else {
            throw fault("\(key): '\(text)' is neither \(Value.allCases.map(\.rawValue).joined(separator: " nor "))")
        }
        return known
    }

    func texts(_ key: String) throws(ZoneFileError) -> [String]? {
        guard let value = value(key) else { return nil }
        let texts = value.sequence?.compactMap { $0.scalar?.string }.filter { !$0.isEmpty } ?? []
        guard let count = value.sequence?.count, count == texts.count, count > 0 else {
            throw fault("\(key): it must be a list of names, as [person, car]; leave it out for all")
        }
        return texts
    }

    /// A length of 0 or more.
    func length(_ key: String, _ units: ZoneFile.Units) throws(ZoneFileError) -> Double? {
        guard let value = value(key) else { return nil }
        let most = units == .fraction ? 1.0 : 100_000
        guard let number = value.scalar.flatMap({ Double($0.string) }), (0...most).contains(number) else {
            throw fault("\(key): it must be a number from 0 to \(Int(most)), in the file's units")
        }
        return number
    }

    func point(_ key: String, _ units: ZoneFile.Units) throws(ZoneFileError) -> ZonePoint {
        guard let value = value(key) else { throw fault("'\(key)' is missing") }
        return try point(value, key, units)
    }

    func points(_ key: String, _ units: ZoneFile.Units) throws(ZoneFileError) -> [ZonePoint] {
        guard let value = value(key) else { throw fault("'\(key)' is missing") }
        guard let list = value.sequence else { throw fault("\(key): it must be a list of points, as [[x, y], …]") }
        var points: [ZonePoint] = []
        for (index, node) in list.enumerated() {
            points.append(try point(node, "\(key): point \(index + 1)", units))
        }
        return points
    }

    private func point(_ node: Node, _ what: String, _ units: ZoneFile.Units) throws(ZoneFileError) -> ZonePoint {
        let numbers = node.sequence?.compactMap { $0.scalar.flatMap { Double($0.string) } } ?? []
        guard numbers.count == 2, node.sequence?.count == 2 else {
            throw fault("\(what): it must be two numbers, [x, y]")
        }
        let most = units == .fraction ? 1.0 : 100_000
        guard numbers.allSatisfy({ (0...most).contains($0) }) else {
            let advice = units == .fraction ? "; for pixels, write 'units: pixels'" : ""
            throw fault("\(what): [\(numbers[0]), \(numbers[1])] is not in the picture: 0 to \(Int(most))\(advice)")
        }
        return ZonePoint(x: numbers[0], y: numbers[1])
    }
}
