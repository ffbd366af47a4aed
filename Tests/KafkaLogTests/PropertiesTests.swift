import EventLog
import KafkaLog
import Testing

@Suite("Kafka's properties")
struct PropertiesTests {
    @Test("are read from lines of name=value")
    func file() throws {
        let text = "# TLS\nsecurity.protocol = SASL_SSL\r\n\n  sasl.password=a=b c \nssl.ca.location=/ca.pem"
        #expect(
            try KafkaProperties.parse(text, origin: "kafka.properties") == [
                "security.protocol": "SASL_SSL", "sasl.password": "a=b c", "ssl.ca.location": "/ca.pem",
            ])
    }

    @Test("that make no sense are errors that name the line and no value")
    func badLine() {
        let error = #expect(throws: EventLogError.self) {
            try KafkaProperties.parse("a=1\nsecret stuff", origin: "kafka.properties")
        }
        #expect(error?.detail.contains("kafka.properties, line 2") == true)
        #expect(error?.detail.contains("secret stuff") == false)
    }

    @Test("are read from variables, whose underscores are dots")
    func environment() throws {
        let found = try KafkaProperties.fromEnvironment([
            "LAPWING_KAFKA_SASL_PASSWORD": "x", "LAPWING_KAFKA_CONFIG": "file", "LAPWING_KAFKA_SSL_CA_LOCATION": "",
            "PATH": "/bin",
        ])
        #expect(found == ["sasl.password": "x"])
    }

    @Test("of OAUTHBEARER must say where tokens come from")
    func tokens() throws {
        let properties = ["security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "OAUTHBEARER"]
        let error = #expect(throws: EventLogError.self) {
            try KafkaLog(url: "kafka://localhost:1", configuration: .init(properties: properties))
        }
        #expect(error?.detail.contains("sasl.oauthbearer.method=oidc") == true)
    }

    @Test("that Lapwing's promises rest on cannot be set", arguments: ["isolation.level", "enable.idempotence"])
    func reserved(_ name: String) {
        #expect(throws: EventLogError.self) { try KafkaProperties.parse("\(name)=x", origin: "file") }
        #expect(throws: EventLogError.self) {
            try KafkaLog(url: "kafka://localhost:1", configuration: .init(properties: [name: "x"]))
        }
    }

    @Test("that librdkafka does not know are errors at once, without the values of secrets")
    func unknown() {
        let error = #expect(throws: EventLogError.self) {
            try KafkaLog(url: "kafka://localhost:1", configuration: .init(properties: ["sasl.pasword": "hunter2"]))
        }
        #expect(error?.detail.contains("sasl.pasword") == true)
        #expect(error.map { "\($0)".contains("hunter2") } == false)
    }

    @Test(
        "do not stand in the address, which must be host:port",
        arguments: [
            "kafka://", "kafka://host", "kafka://user:secret@host:9092", "kafka://h:0", "kafka://h:9092,", "h:9092",
        ])
    func address(_ url: String) {
        let error = #expect(throws: EventLogError.self) { try KafkaLog(url: url) }
        #expect(error.map { "\($0)".contains("secret") } == false)
    }
}
