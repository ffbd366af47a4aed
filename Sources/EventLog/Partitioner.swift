/// Chooses a record's partition from its key, as Kafka's Java client does, so that every client agrees.
public enum Partitioner {
    /// The partition of a key: `(murmur2(key) & 0x7fffffff) % partitions`.
    ///
    /// - Precondition: `partitions` is positive.
    public static func partition(forKey key: String, partitions: Int) -> Int {
        precondition(partitions > 0)
        return Int(murmur2(Array(key.utf8)) & 0x7fff_ffff) % partitions
    }

    /// MurmurHash2, 32 bits, little-endian, with the seed that Kafka uses (0x9747b28c).
    ///
    /// Source: Austin Appleby's public-domain description of MurmurHash2.
    static func murmur2(_ data: [UInt8]) -> UInt32 {
        let m: UInt32 = 0x5bd1_e995
        var h: UInt32 = 0x9747_b28c ^ UInt32(truncatingIfNeeded: data.count)
        var i = 0
        while i + 4 <= data.count {
            var k =
                UInt32(data[i]) | UInt32(data[i + 1]) << 8 | UInt32(data[i + 2]) << 16 | UInt32(data[i + 3]) << 24
            k = k &* m
            k ^= k >> 24
            k = k &* m
            h = (h &* m) ^ k
            i += 4
        }
        let rest = data.count - i
        if rest >= 3 { h ^= UInt32(data[i + 2]) << 16 }
        if rest >= 2 { h ^= UInt32(data[i + 1]) << 8 }
        if rest >= 1 {
            h ^= UInt32(data[i])
            h = h &* m
        }
        h ^= h >> 13
        h = h &* m
        h ^= h >> 15
        return h
    }
}
