import Testing

@testable import Telemetry

@Suite("Prometheus' text format")
struct PrometheusTextTests {
    @Test("Counters, gauges and histograms are written as version 0.0.4 says, by name and by label")
    func everything() {
        let registry = MetricRegistry()
        let jobs = MetricDescription.counter("b_jobs_total", "Jobs by result.", labels: ["result", "who"])
        registry.counter(jobs, ["ok", "b"]).add(3)
        registry.counter(jobs, ["ok", "a"]).add(0.5)
        registry.counter(jobs, ["failed", "a"]).add()
        let level = MetricDescription.gauge("c_level", "How high.")
        registry.gauge(level).set(-1.25)
        let time = MetricDescription.histogram("a_seconds", "How long.", buckets: [0.1, 1, 2.5])
        let histogram = registry.histogram(time)
        for value in [0.05, 0.1, 0.5, 2.5, 3] { histogram.observe(value) }
        #expect(
            PrometheusText.of(registry) == """
                # HELP a_seconds How long.
                # TYPE a_seconds histogram
                a_seconds_bucket{le="0.1"} 2
                a_seconds_bucket{le="1"} 3
                a_seconds_bucket{le="2.5"} 4
                a_seconds_bucket{le="+Inf"} 5
                a_seconds_sum 6.15
                a_seconds_count 5
                # HELP b_jobs_total Jobs by result.
                # TYPE b_jobs_total counter
                b_jobs_total{result="failed",who="a"} 1
                b_jobs_total{result="ok",who="a"} 0.5
                b_jobs_total{result="ok",who="b"} 3
                # HELP c_level How high.
                # TYPE c_level gauge
                c_level -1.25

                """)
    }

    @Test("What would end a label's value or a line is escaped")
    func escaping() {
        let registry = MetricRegistry()
        let path = MetricDescription.gauge("g", "A \"path\" like C:\\\nand more.", labels: ["path"])
        registry.gauge(path, ["C:\\a\"b\"\r\nc é"]).set(1)
        #expect(
            PrometheusText.of(registry) == """
                # HELP g A "path" like C:\\\\\\nand more.
                # TYPE g gauge
                g{path="C:\\\\a\\"b\\"\r\\nc é"} 1

                """)
    }

    @Test(
        "Numbers are such as every reader of the format takes",
        arguments: [
            (0.0, "0"), (-3, "-3"), (1e15, "1000000000000000"), (0.1, "0.1"), (1e300, "1e+300"),
            (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
        ])
    func numbers(value: Double, text: String) { #expect(PrometheusText.number(value) == text) }

    @Test("A family without series is left out, as is a series that was removed")
    func removal() {
        let registry = MetricRegistry()
        let lag = MetricDescription.gauge("lag", "How far behind.", labels: ["partition"])
        registry.gauge(lag, ["1"]).set(5)
        registry.gauge(lag, ["2"]).set(6)
        registry.remove(lag, ["1"])
        #expect(PrometheusText.of(registry).contains("lag{partition=\"2\"} 6\n"))
        #expect(!PrometheusText.of(registry).contains("partition=\"1\""))
        registry.remove(lag, ["2"])
        #expect(PrometheusText.of(registry) == "")
    }
}
