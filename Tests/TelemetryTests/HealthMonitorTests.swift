import Telemetry
import Testing

@Suite("Health")
struct HealthMonitorTests {
    private let begin = ContinuousClock.now

    @Test("A loop that stands still for too long is not alive; one that goes round again, or has ended, is no problem")
    func liveness() {
        let health = HealthMonitor(patience: .seconds(10))
        #expect(health.liveness(at: begin).isGood, "nothing has begun")
        health.beat("worker", at: begin)
        health.beat("tracker", at: begin + .seconds(8))
        #expect(health.liveness(at: begin + .seconds(10)).isGood)
        let late = health.liveness(at: begin + .seconds(12))
        #expect(late.problems == ["worker: no sign of life for 12 s"])
        #expect(health.readiness(at: begin + .seconds(12)) == late, "who is not alive is not ready")
        health.beat("worker", at: begin + .seconds(13))
        #expect(health.liveness(at: begin + .seconds(13)).isGood)
        health.ended("worker")
        health.ended("tracker")
        #expect(health.liveness(at: begin + .seconds(1000)).isGood)
    }

    @Test("It is ready when all its parts are; one that must be heard of again and again is not for ever")
    func readiness() {
        let health = HealthMonitor()
        #expect(health.readiness(at: begin).isGood)
        health.notReady("model", "it is being loaded")
        health.notReady("log", "no broker answers")
        #expect(health.readiness(at: begin).problems == ["log: no broker answers", "model: it is being loaded"])
        #expect(health.liveness(at: begin).isGood)
        health.ready("model", at: begin)
        health.ready("log", for: .seconds(60), at: begin)
        #expect(health.readiness(at: begin + .seconds(60)).isGood)
        let late = health.readiness(at: begin + .seconds(75))
        #expect(late.problems == ["log: not heard of for 15 s longer than expected"])
        health.ready("log", for: .seconds(60), at: begin + .seconds(76))
        #expect(health.readiness(at: begin + .seconds(77)).isGood)
    }
}
