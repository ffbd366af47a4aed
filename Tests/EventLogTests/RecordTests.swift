import EventLog
import Testing

@Suite("Record")
struct RecordTests {
    @Test("the last header of a name counts")
    func lastHeader() {
        let record = Record(key: nil, value: nil, headers: [.init("a", "1"), .init("b", "2"), .init("a", "3")])
        #expect(record.header("a") == Array("3".utf8))
        #expect(record.header("c") == nil)
    }

    @Test("bytes are those of key, value and headers, in UTF-8")
    func byteCount() {
        #expect(Record(key: nil, value: nil).byteCount == 0)
        #expect(Record(key: "é", value: [1, 2, 3], headers: [.init("ab", "c")]).byteCount == 2 + 3 + 3)
    }

    @Test("topic partitions sort by topic, then by number")
    func order() {
        let sorted = [TopicPartition("b", 0), TopicPartition("a", 10), TopicPartition("a", 9)].sorted()
        #expect(sorted.map(\.description) == ["a[9]", "a[10]", "b[0]"])
    }

    @Test("an error says what was attempted, what went wrong and where")
    func errorDescription() {
        let error = EventLogError(.full, operation: "append", detail: "/log.db", recovery: .retry)
        #expect("\(error)" == "append: full: /log.db")
    }
}
