import Testing

@testable import Telemetry

@Suite("A registry of metrics")
struct MetricRegistryTests {
    @Test("The same description and labels give the same handle, other registries other ones")
    func handles() {
        let jobs = MetricDescription.counter("jobs_total", "Jobs.", labels: ["result"])
        let registry = MetricRegistry()
        registry.counter(jobs, ["ok"]).add()
        #expect(registry.counter(jobs, ["ok"]) === registry.counter(jobs, ["ok"]))
        #expect(registry.counter(jobs, ["ok"]).value == 1)
        #expect(registry.counter(jobs, ["failed"]).value == 0)
        #expect(MetricRegistry().counter(jobs, ["ok"]).value == 0)
    }

    @Test("Counters never go down, whatever they are given")
    func counters() {
        let counter = Counter()
        counter.add(2)
        counter.add(-1)
        counter.add(.nan)
        #expect(counter.value == 2)
        counter.set(total: 5)
        counter.set(total: 3)
        #expect(counter.value == 5)
    }

    @Test("A histogram's bounds belong to their buckets; what is no number is left out")
    func histograms() {
        let histogram = Histogram(bounds: [1, 2])
        for value in [0, 1, 1.5, 2, 2.000001, .infinity, .nan] { histogram.observe(value) }
        #expect(histogram.snapshot.counts == [2, 2, 2])
        #expect(histogram.snapshot.count == 6)
        histogram.observe(.milliseconds(250))
        #expect(histogram.snapshot.counts == [3, 2, 2])
    }

    @Test("From many tasks at once nothing is lost")
    func concurrency() async {
        let registry = MetricRegistry()
        let jobs = MetricDescription.counter("jobs_total", "Jobs.")
        let time = MetricDescription.histogram("time_seconds", "Time.", buckets: [1])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 {
                        registry.counter(jobs).add()
                        registry.histogram(time).observe(0.5)
                    }
                }
            }
        }
        #expect(registry.counter(jobs).value == 8000)
        #expect(registry.histogram(time).snapshot.counts == [8000, 0])
        #expect(registry.histogram(time).snapshot.sum == 4000)
    }

    @Test("What is collected is fresh each time that it is read")
    func collectors() {
        let registry = MetricRegistry()
        let level = registry.gauge(.gauge("level", "How high."))
        registry.onRead { level.set(level.value + 1) }
        #expect(PrometheusText.of(registry).hasSuffix("\nlevel 1\n"))
        #expect(PrometheusText.of(registry).hasSuffix("\nlevel 2\n"))
    }

    @Test("Lapwing's metrics have names of their own, help, base units and the prefix")
    func table() {
        let all = MetricDescription.all
        #expect(Set(all.map(\.name)).count == all.count)
        for metric in all {
            #expect(metric.name.hasPrefix("lapwing_"))
            #expect(metric.help.hasSuffix("."), "\(metric.name)")
            #expect(metric.kind == .counter || !metric.name.hasSuffix("_total"), "\(metric.name)")
            for ending in ["_bucket", "_sum", "_count", "_milliseconds", "_ms", "_kb", "_mb"] {
                #expect(!metric.name.contains(ending), "\(metric.name)")
            }
            #expect((metric.kind == .histogram) == !metric.buckets.isEmpty, "\(metric.name)")
        }
    }
}
