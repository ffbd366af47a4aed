import EventLog
import Testing

@Suite("GroupDescription")
struct GroupDescriptionTests {
    @Test("lag counts what is held and not committed past; what the log has forgotten does not count")
    func lag() {
        let partition = TopicPartition("chunks", 0)
        func lag(_ committed: Int64?, _ offsets: Range<Int64>) -> Int64 {
            GroupDescription(name: "g", members: [], committed: committed.map { [partition: $0] } ?? [:])
                .lag(of: partition, holding: offsets)
        }
        #expect(lag(nil, 0..<0) == 0)
        #expect(lag(nil, 0..<7) == 7)
        #expect(lag(nil, 5..<7) == 2)
        #expect(lag(3, 0..<7) == 4)
        #expect(lag(7, 0..<7) == 0)
        #expect(lag(3, 7..<7) == 0, "all of it expired unread")
        #expect(lag(9, 0..<7) == 0, "the topic was made anew")
    }
}
