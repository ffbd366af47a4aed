import Testing

@testable import Inference

@Suite("Model metadata")
struct ModelMetadataTests {
    @Test("ONNX metadata is found wherever it stands")
    func readsONNX() throws {
        var model = SyntheticModel()
        model.metadata = [
            ("names", "{1: \"men's shoe\", 0: 'a \\'b\\''}"), ("imgsz", "[480, 640]"), ("stride", "32"),
            ("task", "pose"),
            ("end2end", "True"),
        ]
        let metadata = try ModelMetadata(onnx: model.bytes, file: "m.onnx")
        #expect(metadata.names == ["a 'b'", "men's shoe"])
        #expect(metadata.imageSize == .init(width: 640, height: 480))
        #expect(metadata.stride == 32)
        #expect(metadata.task == "pose")
        #expect(metadata.isEndToEnd)
        #expect(!metadata.isQuantized)
    }

    @Test("Class names may be a list, and may be missing")
    func namesForms() throws {
        var model = SyntheticModel()
        model.metadata = [("names", "['cat', 'dog']"), ("imgsz", "320")]
        #expect(try ModelMetadata(onnx: model.bytes, file: "m").names == ["cat", "dog"])
        #expect(try ModelMetadata(onnx: model.bytes, file: "m").imageSize == .init(width: 320, height: 320))
        model.metadata = []
        #expect(try ModelMetadata(onnx: model.bytes, file: "m") == ModelMetadata())
    }

    @Test(
        "Class names with gaps, or that are none, are refused",
        arguments: [
            "{0: 'a', 2: 'b'}", "{-1: 'a'}", "{0: 'a', 0: 'b'}", "{'a': 0}", "{}", "[]", "cat", "{0: ['a']}", "{0: 'a'",
            "{99999999999: 'a'}", "{0: 'a', 1: {}}",
        ])
    func refusesNames(text: String) {
        var model = SyntheticModel()
        model.metadata = [("names", text)]
        let error = #expect(throws: InferenceError.self) { try ModelMetadata(onnx: model.bytes, file: "m.onnx") }
        #expect(error?.code == .wrongModel)
        #expect(error?.detail.contains("m.onnx") == true)
    }

    @Test("metadata.yaml beside an IR counts before the IR's own words")
    func readsYAML() throws {
        let xml = "<net><layers/><rt_info><model_info><labels value=\"one two\" /></model_info></rt_info></net>"
        let yaml = "task: detect\nstride: 32\nimgsz:\n- 320\n- 640\nnames:\n  0: traffic light\n  1: yes\n  2: 7\n"
        let metadata = try ModelMetadata(ir: xml, yaml: yaml, file: "m.xml")
        #expect(metadata.names == ["traffic light", "yes", "7"])
        #expect(metadata.imageSize == .init(width: 640, height: 320))
        #expect(metadata.task == "detect")
        #expect(try ModelMetadata(ir: xml, yaml: "task: detect\n", file: "m.xml").names == ["one", "two"])
        #expect(try ModelMetadata(ir: xml, yaml: nil, file: "m.xml").names == ["one", "two"])
        #expect(try ModelMetadata(ir: "", yaml: "", file: "m.xml") == ModelMetadata())
    }

    @Test("What a converted ONNX model carries in its run-time information is read")
    func readsRuntimeInformation() throws {
        let xml = """
            <net><layers><layer><rt_info><names value="{0: 'wrong'}" /></rt_info></layer></layers><rt_info><framework>
            <names value="{0: &apos;cat&apos;, 1: &quot;men&apos;s &amp; boys&apos; shoe&quot;}" /><imgsz value="[64, 96]" />
            <task value="detect" /></framework></rt_info></net>
            """
        let metadata = try ModelMetadata(ir: xml, yaml: nil, file: "m.xml")
        #expect(metadata.names == ["cat", "men's & boys' shoe"])
        #expect(metadata.imageSize == .init(width: 96, height: 64))
        #expect(metadata.task == "detect")
    }

    @Test("Quantised models are told by their operators")
    func tellsQuantized() throws {
        #expect(try ModelMetadata(ir: "<layer type=\"FakeQuantize\">", yaml: nil, file: "m").isQuantized)
        #expect(try !ModelMetadata(ir: "<layer type=\"Convolution\">", yaml: nil, file: "m").isQuantized)
    }

    @Test("A metadata.yaml that is broken says so", arguments: ["a: [", "names: [[1]]", "names:\n  0: a\n  5: b\n"])
    func refusesYAML(yaml: String) {
        let error = #expect(throws: InferenceError.self) { try ModelMetadata(ir: "", yaml: yaml, file: "m.xml") }
        #expect(error?.detail.contains("metadata.yaml") == true)
    }
}
