import Testing

@testable import EventLog

@Suite("Partitioner")
struct PartitionerTests {
    // From the tests of Kafka's Java client.
    @Test(
        "hashes as Kafka's Java client does",
        arguments: [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ] as [(String, Int32)])
    func murmur2(_ text: String, _ hash: Int32) {
        #expect(Int32(bitPattern: Partitioner.murmur2(Array(text.utf8))) == hash)
    }

    @Test("takes the hash's lower 31 bits, modulo the partitions")
    func partition() {
        // -973932308 & 0x7fffffff = 1173551340
        #expect(Partitioner.partition(forKey: "21", partitions: 7) == 1_173_551_340 % 7)
        #expect(Partitioner.partition(forKey: "abc", partitions: 12) == 479_470_107 % 12)
        #expect(Partitioner.partition(forKey: "abc", partitions: 1) == 0)
    }

    @Test("hashes every length of tail, and UTF-8 bytes above 127")
    func everyLength() {
        for count in 0...9 {
            let key = String(repeating: "é", count: count)
            #expect((0..<5).contains(Partitioner.partition(forKey: key, partitions: 5)))
        }
    }
}
