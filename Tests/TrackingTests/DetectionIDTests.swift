import Testing
import Tracking

@Suite("Detection IDs")
struct DetectionIDTests {
    @Test(
        "are written and read",
        arguments: [
            (123, 2, "car", "car-detection-3f9a2c1b77aa:000123:02:car"),
            (0, 0, "traffic light", "car-detection-3f9a2c1b77aa:000000:00:traffic-light"),
            (1_234_567, 300, "a:b", "car-detection-3f9a2c1b77aa:1234567:300:a%3Ab"),
            (9, 99, "", "car-detection-3f9a2c1b77aa:000009:99:_"),
            (9, 100, "größe%", "car-detection-3f9a2c1b77aa:000009:100:gr%C3%B6%C3%9Fe%25"),
        ])
    func format(frame: Int, index: Int, label: String, expected: String) throws {
        let text = DetectionID.make(videoID: "car-detection-3f9a2c1b77aa", frame: frame, index: index, label: label)
        #expect(text == expected)
        let parsed = try #require(DetectionID.parse(text))
        #expect(parsed.videoID == "car-detection-3f9a2c1b77aa")
        #expect(parsed.frame == frame && parsed.index == index && parsed.label == DetectionID.sanitise(label))
        #expect(parsed.description == text)
    }

    @Test(
        "of any other form are not read",
        arguments: [
            "", ":", ":::", "v:000001:00", "v:000001:00:car:x", ":000001:00:car", "v:000001:00:", "v:1:00:car",
            "v:000001:0:car", "v:0000001:00:car", "v:000001:000:car", "v:-00001:00:car", "v:+00001:00:car",
            "v:00000a:00:car", "v:000001:00:c ar", "v:99999999999999999999:00:car",
        ])
    func refusals(text: String) {
        #expect(DetectionID.parse(text) == nil)
    }

    @Test("are unique over frames and positions, whatever the labels")
    func unique() {
        var seen: Set<String> = []
        var count = 0
        for video in ["a", "a-b", "b"] {
            for frame in [0, 1, 10, 100_000, 1_000_000, 10_000_000] {
                for index in [0, 1, 10, 11, 100, 1000] {
                    let label = ["a b", "a-b", "1:02"][index % 3]
                    seen.insert(DetectionID.make(videoID: video, frame: frame, index: index, label: label))
                    count += 1
                }
            }
        }
        #expect(seen.count == count)
    }
}
