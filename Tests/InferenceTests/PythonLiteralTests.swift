import Testing

@testable import Inference

@Suite("Python literals")
struct PythonLiteralTests {
    @Test(
        "Values are read as Python prints them",
        arguments: [
            ("[640, 480]", .list([.integer(640), .integer(480)])),
            ("(1, )", .list([.integer(1)])),
            ("{}", .dictionary([])),
            (
                " { 0 : 'a' , 1 : \"b's\" , } ",
                .dictionary([(.integer(0), .string("a")), (.integer(1), .string("b's"))])
            ),
            ("'it\\'s \\\\ \\n \\x41 \\u00e9 \\U0001f426'", .string("it's \\ \n A é 🐦")),
            ("'naïve 鳥'", .string("naïve 鳥")),
            (
                "{'a': None, 'b': -1.5, 'c': [True]}",
                .dictionary([
                    (.string("a"), .word("None")), (.string("b"), .word("-1.5")),
                    (.string("c"), .list([.word("True")])),
                ])
            ),
        ] as [(String, PythonLiteral)])
    func reads(text: String, value: PythonLiteral) {
        #expect(PythonLiteral(text) == value)
    }

    @Test(
        "What is cut off or no literal is refused",
        arguments: [
            "", "{", "{0", "{0:", "{0: 'a'", "{0: 'a' 1: 'b'}", "'a", "'a\\", "'\\x4'", "'\\xg1'", "'\\ud800'",
            "'\\x+1'",
            "[1, 2", "[1 2]", "1 2", "]", "'a' 'b'", String(repeating: "[", count: 100_000), ",", "{,}",
        ])
    func refuses(text: String) {
        #expect(PythonLiteral(text) == nil)
    }
}
