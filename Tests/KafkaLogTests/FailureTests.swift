import CRdKafka
import EventLog
import Testing

@testable import KafkaLog

@Suite("What librdkafka says")
struct FailureTests {
    @Test(
        "is a refusal only where asking again changes nothing",
        arguments: [
            ("SASL authentication error: Authentication failed: Invalid username or password", "auth", true),
            ("SSL handshake failed: error:0A000086:SSL routines::certificate verify failed", "ssl", true),
            // As a connection that was lost: the broker's alert came after the handshake.
            ("Receive failed: error:0A000412:SSL routines::sslv3 alert bad certificate", "transport", true),
            ("error:0A000086:SSL routines::certificate verify failed", "transport", true),
            // Brokers that stop break off in the middle of a handshake.
            ("SASL SCRAM-SHA-512 mechanism handshake failed: Local: Broker transport failure", "auth", false),
            ("SASL authentication error: Local: Timed out", "auth", false),
            ("SSL handshake failed: error:0A000126:SSL routines::unexpected eof while reading", "ssl", false),
            ("Connect to ipv4#127.0.0.1:1 failed: Connection refused", "transport", false),
        ])
    func refusal(_ message: String, _ kind: String, _ isRefused: Bool) {
        let codes = ["auth": RD_KAFKA_RESP_ERR__AUTHENTICATION, "ssl": RD_KAFKA_RESP_ERR__SSL]
        let failure = RDKafkaFailure(codes[kind] ?? RD_KAFKA_RESP_ERR__TRANSPORT, message)
        #expect(failure.isRefused == isRefused)
        #expect(failure.error("append", "t").recovery == (isRefused ? .giveUp : .retry))
    }
}
