import EventLog
import SQLiteLog
import Telemetry
import Testing

@testable import Aggregation
@testable import Pipeline

@Suite("An aggregator's metrics and health")
struct AggregatorMetricsTests {
    private func eventually(_ condition: () -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while !condition() {
            try #require(.now < deadline, "it never came to that")
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    @Test("They agree with what was read and written; it is ready while it is a member, and lag goes down to nothing")
    func agreement() async throws {
        let rig = try await AggregationRig()
        try await rig.append([
            try AggregationRig.footage(0, state: .ended), try AggregationRig.footage(1, state: .running),
        ])
        let log = try rig.open()
        let garbage = Record(key: "x", value: Array(#"{"schema":1,"type":"video_event","#.utf8))
        try await log.append([OutgoingRecord(topic: rig.topics.results, record: garbage)])
        var results = 0
        for partition in 0..<3 {
            try await log.readAll(TopicPartition(rig.topics.results, partition)) { _ in results += 1 }
        }
        let (metrics, health) = (MetricRegistry(), HealthMonitor())
        let aggregator = try rig.aggregator(log, exitWhenIdle: false, metrics: metrics, health: health)
        #expect(health.readiness().problems == ["aggregator: group: it has not joined its group"])
        async let running: Void = aggregator.run()
        try await eventually {
            metrics.counter(.receivedRecords, ["aggregator"]).value == Double(results)
                && (0..<3).allSatisfy {
                    PrometheusText.of(metrics).contains(
                        "lapwing_lag_records{topic=\"lapwing.results\",partition=\"\($0)\"} 0\n")
                }
        }
        #expect(health.readiness().isGood && health.liveness().isGood)
        try await eventually { metrics.gauge(.openVideos, ["aggregator"]).value == 1 }
        #expect(metrics.gauge(.partitions, ["aggregator"]).value == 3)
        #expect(metrics.counter(.unreadableResults).value == 1)
        await aggregator.stop()
        try await running
        #expect(health.readiness().problems == ["aggregator: group: it has left its group"])
        let transactions = metrics.counter(.transactions, ["aggregator", "committed"]).value
        #expect(transactions >= 1)
        #expect(Double(metrics.histogram(.commitDuration, ["aggregator"]).snapshot.count) == transactions)
        #expect(metrics.counter(.writtenRecords, ["aggregator"]).value >= 2)
        await log.close()

        let undisturbed = try await AggregationRig()
        try await undisturbed.append([
            try AggregationRig.footage(0, state: .ended), try AggregationRig.footage(1, state: .running),
        ])
        try await undisturbed.aggregate()
        let (measured, plain) = (try await rig.summaries(), try await undisturbed.summaries())
        #expect(measured == plain, "measuring changes nothing")
    }
}
