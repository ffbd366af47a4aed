import Testing

@testable import lapwing

@Suite("Text for terminals")
struct PrintableTests {
    @Test(
        "has no control characters but line ends and tabs",
        arguments: [
            ("plain, ünï, 漢字", "plain, ünï, 漢字"), ("a\nb\tc", "a\nb\tc"), ("\u{1B}[31mred", "\\u{1b}[31mred"),
            ("bell\u{7}\u{0}\u{9B}", "bell\\u{7}\\u{0}\\u{9b}"), ("over\rwritten", "over\\u{d}written"), ("", ""),
        ])
    func printable(text: String, shown: String) {
        #expect(text.printable == shown)
    }
}
