import Testing

@testable import lapwing

@Suite("lengths of time on the command line")
struct TimeSpanTests {
    @Test(
        "are read with their unit, or as seconds",
        arguments: [
            ("7d", 604_800), ("12h", 43200), ("30m", 1800), ("90s", 90), ("3600", 3600), ("1.5h", 5400),
            ("2D", 172_800),
            ("0", 0),
        ])
    func read(text: String, seconds: Int) {
        #expect(TimeSpan(argument: text)?.seconds == seconds)
    }

    @Test(
        "are refused when they make no sense",
        arguments: ["", "d", "7 d", "7w", "-1d", "1e9", "+7d", "7dd", "1d12h", "inf", "nan", ".", "400000000d", "٣d"])
    func refuse(text: String) {
        #expect(TimeSpan(argument: text) == nil)
    }

    @Test(
        "are shown in the largest unit that they are a whole number of",
        arguments: [(604_800, "7d"), (129_600, "36h"), (5400, "90m"), (61, "61s"), (0, "0s")])
    func show(seconds: Int, text: String) {
        #expect(TimeSpan(seconds: seconds).description == text)
        #expect(TimeSpan(argument: text)?.seconds == seconds)
    }
}
