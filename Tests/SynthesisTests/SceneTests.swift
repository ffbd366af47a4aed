import Synthesis
import Testing
import Vision

@Suite struct SceneTests {
    @Test func `the same seed gives the same pictures and the same truth`() throws {
        var configuration = SceneConfiguration(seed: 11, width: 160, height: 90)
        configuration.shake = 2.5
        configuration.lightChanges = 1
        let first = try Rendering(configuration, frames: 12)
        let second = try Rendering(configuration, frames: 12)
        #expect(first.digest == second.digest)
        #expect(first.objects == second.objects)
    }

    @Test func `the pictures of a seed are those of every machine`() throws {
        let rendering = try Rendering(SceneConfiguration(seed: 3, width: 96, height: 64), frames: 5)
        #expect(rendering.digest == 17_361_450_384_199_886_672)
    }

    @Test func `different seeds give different streets`() throws {
        let digests = try (1...8).map { seed in
            try Rendering(SceneConfiguration(seed: UInt64(seed), width: 64, height: 48), frames: 2).digest
        }
        #expect(Set(digests).count == 8)
    }

    @Test func `an option changes what it names and nobody's way`() throws {
        let plain = SceneConfiguration(seed: 5, width: 160, height: 90)
        var other = plain
        other.noise = 0
        other.hasShadows = false
        other.lightChanges = 0
        other.timeOfDay = .dusk
        let (a, b) = (try Rendering(plain, frames: 8), try Rendering(other, frames: 8))
        #expect(a.digest != b.digest)
        #expect(a.objects.map { $0.map(\.id) } == b.objects.map { $0.map(\.id) })
    }

    @Test func `a camera that shakes a little sees the same people and vehicles, some pixels further`() throws {
        let plain = SceneConfiguration(seed: 5, width: 320, height: 180)
        var shaken = plain
        shaken.shake = 4
        let (a, b) = (try Rendering(plain, frames: 40), try Rendering(shaken, frames: 40))
        var compared = 0
        for (still, moved) in zip(a.objects, b.objects) {
            for object in still where object.box.x1 > 12 && object.box.x2 < 308 && object.box.y1 > 12 {
                guard object.box.y2 < 168 else { continue }
                let same = moved.contains { other in
                    other.classID == object.classID && abs(other.box.x1 - object.box.x1) < 6
                        && abs(other.box.y2 - object.box.y2) < 6 && abs(other.box.width - object.box.width) < 2
                }
                #expect(same, "\(object)")
                compared += 1
            }
        }
        #expect(compared > 50)
    }

    @Test(arguments: [(33, 47), (32, 32), (640, 360), (1920, 1080), (101, 300)])
    func `boxes lie in the picture and visibility is a share`(width: Int, height: Int) throws {
        let rendering = try Rendering(SceneConfiguration(seed: 2, width: width, height: height, shake: 3), frames: 4)
        for object in rendering.objects.joined() {
            #expect(object.box.isValid)
            #expect(object.box.x1 >= 0 && object.box.y1 >= 0)
            #expect(object.box.x2 <= Double(width) && object.box.y2 <= Double(height))
            #expect((0...1).contains(object.visibility))
            let isSmall = min(object.box.width, object.box.height) < Scene.minimumSide
            #expect(object.isIgnored == (isSmall || object.visibility < Scene.minimumVisibility))
        }
    }

    @Test func `an identity is one object of one class, once per frame`() throws {
        let rendering = try Rendering(SceneConfiguration(seed: 4, width: 160, height: 90, density: 2), frames: 150)
        var classes: [Int: Int] = [:]
        for objects in rendering.objects {
            #expect(Set(objects.map(\.id)).count == objects.count)
            for object in objects {
                #expect(classes.updateValue(object.classID, forKey: object.id) ?? object.classID == object.classID)
            }
        }
        #expect(Set(classes.values) == [0, 1, 2])
        #expect(classes.keys.sorted() == Array(1...classes.count))
    }

    @Test(arguments: [1, 6, 9] as [UInt64])
    func `whoever comes or goes does so at the picture's edge`(seed: UInt64) throws {
        let (width, height) = (320.0, 180.0)
        let rendering = try Rendering(
            SceneConfiguration(seed: seed, width: 320, height: 180, frameRate: 15, density: 1.5), frames: 450)
        func isAtEdge(_ box: BoundingBox) -> Bool {
            box.x1 < 12 || box.x2 > width - 12 || box.y1 < 4 || box.y2 > height - 4
        }
        var before: [Int: BoundingBox] = [:]
        var everSeen: Set<Int> = []
        for (frame, objects) in rendering.objects.enumerated() {
            let now = Dictionary(uniqueKeysWithValues: objects.map { ($0.id, $0.box) })
            for (id, box) in now where before[id] == nil && frame > 0 {
                #expect(isAtEdge(box), "\(id) of \(box) came in frame \(frame)")
            }
            for (id, box) in before where now[id] == nil {
                #expect(isAtEdge(box), "\(id) of \(box) went in frame \(frame)")
            }
            before = now
            everSeen.formUnion(now.keys)
        }
        #expect(everSeen.count > before.count + 5)
    }

    @Test func `objects hide each other`() throws {
        let rendering = try Rendering(SceneConfiguration(seed: 1, width: 320, height: 180, density: 3), frames: 30)
        let all = rendering.objects.joined()
        #expect(all.contains { $0.visibility < 0.3 })
        #expect(all.contains { $0.visibility > 0.99 })
    }

    @Test func `an empty street has no objects`() throws {
        let rendering = try Rendering(SceneConfiguration(width: 64, height: 48, density: 0), frames: 20)
        #expect(rendering.objects.joined().isEmpty)
    }

    @Test func `a crowded street is rendered`() throws {
        for density in [10.0, 20] {
            let rendering = try Rendering(SceneConfiguration(width: 320, height: 180, density: density), frames: 20)
            #expect(rendering.objects.last?.count ?? 0 > 40)
        }
    }

    @Test func `every time of day at many seeds is rendered`() throws {
        for seed in 1...40 {
            for time in TimeOfDay.allCases {
                let configuration = SceneConfiguration(seed: UInt64(seed), width: 48, height: 40, timeOfDay: time)
                #expect(try Rendering(configuration, frames: 1).mean > 20)
            }
        }
    }

    @Test func `what cannot be rendered is refused with a reason`() {
        let wrong: [(SceneConfiguration, String)] = [
            (SceneConfiguration(width: 1, height: 1), "1x1"), (SceneConfiguration(width: 640, height: 31), "640x31"),
            (SceneConfiguration(width: 10_000, height: 360), "10000x360"),
            (SceneConfiguration(frameRate: 0), "frame rate"),
            (SceneConfiguration(frameRate: .nan), "frame rate"), (SceneConfiguration(density: -1), "density"),
            (SceneConfiguration(noise: 1000), "noise"), (SceneConfiguration(shake: -1), "shake"),
            (SceneConfiguration(lightChanges: 2), "light"), (SceneConfiguration(frames: -1), "frames"),
        ]
        for (configuration, word) in wrong {
            let error = #expect(throws: SceneError.self) { try Rendering(configuration, frames: 1) }
            #expect(error?.description.contains(word) == true)
        }
    }
}
