public import EventLog

/// Properties of librdkafka as people write them: in a file, and in variables of the environment.
public enum KafkaProperties {
    /// Properties that Lapwing sets itself, since its promises rest on them.
    public static let reserved: Set<String> = [
        "bootstrap.servers", "metadata.broker.list", "group.id", "transactional.id", "enable.idempotence",
        "isolation.level", "enable.auto.commit", "enable.auto.offset.store", "enable.partition.eof", "partitioner",
        "auto.offset.reset", "allow.auto.create.topics", "acks", "request.required.acks",
    ]

    /// Reads lines of `name=value`; those that are empty or begin with `#` are passed over.
    ///
    /// - Parameters:
    ///   - text: what the file holds.
    ///   - origin: what to call it in errors, which name lines and properties but never values.
    public static func parse(_ text: String, origin: String) throws(EventLogError) -> [String: String] {
        var properties: [String: String] = [:]
        // A carriage return and a line feed are one character.
        for (index, line) in text.split(separator: /\r?\n/, omittingEmptySubsequences: false).enumerated() {
            let content = trimmed(line)
            if content.isEmpty || content.hasPrefix("#") { continue }
            guard let separator = content.firstIndex(of: "="), separator > content.startIndex else {
                throw EventLogError(
                    .invalidArgument, operation: "configure",
                    detail: "\(origin), line \(index + 1): must be name=value, for example security.protocol=SSL",
                    recovery: .giveUp)
            }
            let name = trimmed(content[..<separator])
            properties[name] = trimmed(content[content.index(after: separator)...])
            try check(name, origin: "\(origin), line \(index + 1)")
        }
        return properties
    }

    /// What variables say: `LAPWING_KAFKA_SASL_PASSWORD` is `sasl.password`. Empty ones are not set.
    public static func fromEnvironment(_ environment: [String: String]) throws(EventLogError) -> [String: String] {
        let prefix = "LAPWING_KAFKA_"
        var properties: [String: String] = [:]
        // That one names the file.
        for (variable, value) in environment
        where variable.hasPrefix(prefix) && variable != "LAPWING_KAFKA_CONFIG" && !value.isEmpty {
            let name = variable.dropFirst(prefix.count).lowercased().replacing("_", with: ".")
            properties[name] = value
            try check(name, origin: variable)
        }
        return properties
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let rest = text.drop { $0.isWhitespace }
        guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(rest[...last])
    }

    static func check(_ name: String, origin: String) throws(EventLogError) {
        guard reserved.contains(name) else { return }
        throw EventLogError(
            .invalidArgument, operation: "configure",
            detail: "\(origin): '\(name)' is Lapwing's to set: leave it out", recovery: .giveUp)
    }

    /// Throws where OAUTHBEARER has nothing that fetches its tokens: librdkafka would wait for one for ever.
    static func checkTokens(_ properties: [String: String]) throws(EventLogError) {
        let mechanism = properties["sasl.mechanism"] ?? properties["sasl.mechanisms"]
        guard mechanism == "OAUTHBEARER", properties["sasl.oauthbearer.method"]?.lowercased() != "oidc",
            properties["enable.sasl.oauthbearer.unsecure.jwt"] != "true"
        else { return }
        throw EventLogError(
            .invalidArgument, operation: "configure",
            detail: "Kafka properties: sasl.mechanism=OAUTHBEARER needs sasl.oauthbearer.method=oidc and its settings",
            recovery: .giveUp)
    }

    /// Whether a property's value must not be shown, also not in part.
    static func isSecret(_ name: String) -> Bool {
        ["password", "secret", "key", "pem", "oauthbearer.config", "jaas", "token"].contains { name.contains($0) }
    }
}
