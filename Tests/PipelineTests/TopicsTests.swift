import EventLog
import Pipeline
import SQLiteLog
import Testing

@Suite("The check of the topics")
struct TopicsTests {
    private let topics = Topics(prefix: "t.")

    /// What the check says of a log with these topics; nil when all is well.
    private func check(_ specifications: [TopicSpecification]) async throws -> EventLogError? {
        let folder = try TemporaryFolder()
        let log = try SQLiteLog(path: folder.path + "/log.sqlite")
        try await log.createTopics(specifications)
        var found: EventLogError?
        do { try await topics.check(in: log) } catch let error as EventLogError { found = error }
        await log.close()
        return found
    }

    @Test("passes topics as they are made")
    func good() async throws {
        #expect(try await check(topics.specifications(partitions: 3)) == nil)
    }

    @Test("names all topics that are missing, and the call that makes them")
    func missing() async throws {
        let one = try await check(topics.specifications(partitions: 3).filter { $0.name != topics.chunks })
        #expect(one?.code == .unknownTopic)
        #expect(one?.detail.contains("has no topic 't.chunks': make the topics with 'lapwing topics create") == true)
        #expect(one?.detail.hasSuffix(" --topic-prefix t. --partitions 3'") == true)
        let all = try await check([])
        for name in topics.names { #expect(all?.detail.contains("'\(name)'") == true) }
        #expect(all?.detail.hasSuffix(" --partitions N'") == true)
    }

    @Test("names the partitions of each when they differ", arguments: 0..<6)
    func differing(_ index: Int) async throws {
        var specifications = topics.specifications(partitions: 3)
        specifications[index].partitions = 4
        let error = try await check(specifications)
        #expect(error?.code == .topicMismatch)
        for topic in specifications {
            #expect(error?.detail.contains("\(topic.name) has \(topic.partitions)") == true)
        }
    }

    @Test("wants checkpoints compacted, and chunks not")
    func cleanup() async throws {
        for name in [topics.checkpoints, topics.chunks] {
            let specifications = topics.specifications(partitions: 3).map { topic in
                topic.name != name
                    ? topic
                    : TopicSpecification(
                        name: name, partitions: 3, cleanup: topic.cleanup == .compact ? .keep : .compact)
            }
            let error = try await check(specifications)
            #expect(error?.code == .topicMismatch)
            #expect(error?.detail.contains("topic '\(name)' is ") == true)
            #expect(error?.detail.contains("set its cleanup.policy to ") == true)
        }
    }
}
