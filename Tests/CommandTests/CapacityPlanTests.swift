import Testing

@testable import lapwing

@Suite("The arithmetic of a plan")
struct CapacityPlanTests {
    /// A frame takes 1 ms of a core to decode, 0.5 ms to scale, 50 ms of both cores together to detect, 0.1 ms to track.
    private let processor = MachineRates(
        cores: 2, decoding: 1000, scaling: 2000, tracking: 10_000, detecting: 40, isOnCPU: true, logAppend: 300e6,
        logRead: 900e6)
    /// The same cores, doubled, beside a device that takes 0.5 ms of a core for each of 1,000 pictures a second.
    private let graphics = MachineRates(
        cores: 4, decoding: 1000, scaling: 2000, tracking: 10_000, detecting: 1000, isOnCPU: false,
        coresBesideDevice: 0.5, logAppend: 300e6, logRead: 900e6)

    private func isNear(_ value: Double, _ expected: Double) -> Bool { abs(value - expected) <= 1e-6 * abs(expected) }

    private func advice(_ plan: CapacityPlan, _ device: String = "CPU") -> [String] {
        PlanAdvice(plan: plan, model: "m", device: device, precision: "f32").sentences
    }

    private func cameras(_ videos: Int, fps: Double = 25, every: Int = 1) -> Workload {
        Workload(videos: videos, frameRate: fps, width: 1920, height: 1080, every: every)
    }

    @Test("On a processor, all stages share the cores")
    func onProcessor() {
        let all = WorkerSpeed(processor, every: 1)
        #expect(isNear(all.rate, 2 / 0.0516))
        #expect(all.limit == .inference && isNear(all.limitShare, 50 / 51.6))
        #expect(all.processors == 1 && all.ratePerVideo == all.rate)
        // Every frame is decoded; half of them are scaled, detected and tracked.
        #expect(isNear(WorkerSpeed(processor, every: 2).rate, 2 / 0.0263))
        let rarely = WorkerSpeed(processor, every: 100)
        #expect(rarely.limit == .decoding && isNear(rarely.limitShare, 1 / 1.506))
        #expect(rarely.processors == 2, "one thread decodes 1,000 frames a second, two cores do more")
    }

    @Test("Beside a device, the slower of the device and the cores counts")
    func onDevice() {
        let all = WorkerSpeed(graphics, every: 1)
        #expect(all.rate == 1000 && all.limit == .inference && all.limitShare == 1)
        // A thread needs 1.6 ms for a frame.
        #expect(all.processors == 2)
        #expect(isNear(all.ratePerVideo, 625))
        let fourth = WorkerSpeed(graphics, every: 4)
        #expect(isNear(fourth.rate, 4 / 0.001275))
        #expect(fourth.limit == .decoding && isNear(fourth.limitShare, 1 / 1.275))
        #expect(fourth.processors == 4)
        #expect(isNear(fourth.ratePerVideo, 1 / 0.00115))
    }

    @Test("Frames and bytes follow from the videos")
    func workload() {
        let live = cameras(16)
        #expect(live.demand == 400)
        #expect(isNear(live.bitRate, 5_184_000), "a tenth of a bit per pixel")
        #expect(isNear(live.videoBytes, 10_368_000))
        #expect(isNear(live.resultBytes, 400 * 180 + 400 * 3600))
        #expect(isNear(cameras(16, every: 4).resultBytes, 400 * 180 + 100 * 3600))
        var archive = live
        archive.bitsPerSecond = 8e6
        archive.batch = .init(length: 3600, deadline: 36000)
        #expect(isNear(archive.demand, 40))
        #expect(isNear(archive.videoBytes, 1.6e6))
    }

    @Test("Partitions are eight for each worker, sixteen at least, and a multiple of the workers")
    func partitions() {
        for (workers, partitions) in [(1, 16), (2, 16), (3, 24), (16, 128), (512, 4096), (1000, 4000), (4096, 4096)] {
            #expect(CapacityPlan.partitions(for: workers) == partitions, "\(workers)")
        }
    }

    @Test("Videos fall on workers by the hash of their ID")
    func spread() {
        let spread = Spread(videos: 1000)
        #expect(spread.fullest(partitions: 16, workers: 1) == 1000)
        let ten = spread.fullest(partitions: 80, workers: 10)
        #expect((105...150).contains(ten), "\(ten)")
        #expect(spread.fullest(partitions: 20, workers: 40) == spread.fullest(partitions: 20, workers: 20))
        #expect(Spread(videos: 2).fullest(partitions: 16, workers: 2) == 2, "half of the time both go to one")
        #expect(Spread(videos: 1000).fullest(partitions: 80, workers: 10) == ten, "always the same")
    }

    @Test("One worker is enough where it keeps up with all, with a fifth of its time to spare")
    func one() {
        let plan = CapacityPlan(cameras(3, fps: 10), on: processor)
        #expect(plan.videosPerWorker == 3, "0.8 of 38.76 frames a second")
        #expect(plan.workers == 1 && plan.partitions == 16 && plan.fullest == 3)
        #expect(plan.keepsUp && isNear(plan.load, 30 * 0.0516 / 2))
        #expect(plan.bottleneck == .stage(.inference))
        #expect(plan.mostWorkers == 3)
    }

    @Test("It takes more workers than if videos were evenly shared, for the fullest to keep up")
    func several() {
        let plan = CapacityPlan(cameras(400), on: graphics)
        #expect(plan.videosPerWorker == 32)
        #expect(plan.evenWorkers == 13)
        #expect(plan.workers > 13 && plan.fullest <= 32 && plan.keepsUp)
        let spread = Spread(videos: 400)
        #expect(spread.fullest(partitions: CapacityPlan.partitions(for: 13), workers: 13) > 32)
        #expect(plan.bottleneck == .stage(.inference))
        #expect(plan.mostWorkers == plan.partitions)
    }

    @Test("Where a worker keeps up with one video only, a hot partition is the bottleneck")
    func hot() {
        let plan = CapacityPlan(cameras(16), on: processor)
        #expect(plan.videosPerWorker == 1 && plan.evenWorkers == 16)
        #expect(plan.fullest > 1 && !plan.keepsUp)
        #expect(plan.bottleneck == .hotPartition)
        #expect(plan.workers == 16, "more would not help")
    }

    @Test("Where no worker keeps up with one video, it says what would")
    func tooSlow() {
        let plan = CapacityPlan(cameras(2, fps: 60), on: processor)
        #expect(plan.videosPerWorker == 0 && !plan.keepsUp)
        #expect(plan.workers == 4, "120 frames a second by four fifths of 38.76")
        #expect(plan.everyForOneVideo == 2, "which makes 76 of it, and 75 are needed")
        let text = advice(plan)[1]
        #expect(text.contains("75 frames/s") && text.contains("--every 2") && text.contains("--parallel-detect"))
    }

    @Test("Videos that are there already are to be done in time, without time to spare")
    func archive() throws {
        var work = Workload(videos: 100, frameRate: 30, width: 1280, height: 720)
        work.batch = .init(length: 3600, deadline: 36000)
        let plan = CapacityPlan(work, on: graphics)
        #expect(plan.videosPerWorker == 333, "10 hours by 1,000 frames a second, of 108,000 frames each")
        #expect(plan.workers == 1)
        #expect(try isNear(#require(plan.finish(fullest: plan.fullest)), 100 * 108_000 / 1000))
        #expect(CapacityPlan(cameras(3), on: graphics).finish(fullest: 3) == nil)
    }

    @Test("A network of one gigabit binds workers that are fast enough")
    func network() {
        var work = cameras(10)
        work.bitsPerSecond = 50e6
        let plan = CapacityPlan(work, on: graphics)
        #expect(isNear(plan.intake, 1000 / 25 * 50e6 / 8))
        #expect(plan.bottleneck == .network)
        #expect(advice(plan, "GPU")[0].contains("250.0 MB of video a second"))
    }

    @Test("One more worker brings its frames, as long as there are videos and partitions for it")
    func oneMore() {
        func sentence(_ workload: Workload, _ rates: MachineRates) -> String {
            advice(CapacityPlan(workload, on: rates))[2]
        }
        #expect(sentence(cameras(3, fps: 10), processor).hasPrefix("One more worker adds 38.8 frames/s (100 % more)"))
        #expect(sentence(cameras(3, fps: 10), processor).contains("up to 3 workers, as many as there are videos"))
        #expect(sentence(cameras(1), graphics).contains("would bring nothing: there is 1 video"))
        #expect(sentence(cameras(400), graphics).contains("one for each partition"))
    }

    @Test("More videos than there can be workers and partitions for are said to be too many")
    func tooMany() {
        let plan = CapacityPlan(cameras(20_000), on: processor)
        #expect(plan.workers == CapacityPlan.mostPartitions && plan.evenWorkers == 20_000)
        #expect(plan.hasTooFewPartitions && plan.bottleneck == .stage(.inference))
        #expect(advice(plan)[1].contains("--topic-prefix"))
    }
}
