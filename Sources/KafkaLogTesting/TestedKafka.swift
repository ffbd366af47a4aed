import Foundation

/// What `LAPWING_TEST_KAFKA` says to test on: nothing, the mock cluster (`mock`), or the cluster at `host:port`.
public enum TestedKafka {
    private static let setting = ProcessInfo.processInfo.environment["LAPWING_TEST_KAFKA"] ?? ""

    /// Whether to run tests that wait for a cluster's time-outs.
    public static let isWanted = !setting.isEmpty

    /// Where the real cluster is; nil: there is none.
    public static let address = setting.contains(":") ? setting : nil
}
