import Foundation
import InferenceTesting
import PipelineTesting
import Testing

@testable import Evaluation
@testable import Inference

/// Text files and models that were damaged: each is read, or refused with an error.
@Suite("Hostile files")
struct HostileFileTests {
    @Test("Damaged MOTChallenge files are read and evaluated, or refused")
    func motFiles() throws {
        let good = (1...20).flatMap { frame in
            (1...3).map { "\(frame),\($0),\(10 * frame).5,\(20 * $0),30.25,40,0.9,-1,-1,-1\n" }
        }.joined()
        let truth = try MOTFile.parse(Array(good.utf8), file: "truth")
        var read = 0
        for seed in 0..<UInt64(HostileCases.count ?? 600) {
            var mutator = Mutator(seed: seed)
            guard let rows = try? MOTFile.parse(mutator.damage(Array(good.utf8)), file: "damaged") else { continue }
            read += 1
            let pair = TrackingEvaluation.Sequence(name: "s", groundTruth: truth, results: rows)
            _ = try? TrackingEvaluation([pair], convention: .mot15)
        }
        #expect(read > 0)
    }

    private struct Model: ONNXWriter {
        var bytes: [UInt8] {
            let graph =
                text(2, "graph") + field(11, value("images", type: 1, [1, 3, 64, 64]))
                + field(12, value("output0", type: 1, [1, 6, 84]))
            var model = int(1, 8) + field(8, int(2, 13)) + field(7, graph)
            for (key, value) in [
                ("task", "detect"), ("stride", "32"), ("imgsz", "[64, 64]"), ("names", "{0: 'cat', 1: \"dog's\"}"),
            ] {
                model += field(14, text(1, key) + text(2, value))
            }
            return model
        }
    }

    @Test("Damaged models' metadata are read, or refused: ONNX, OpenVINO, and the texts inside")
    func models() {
        let onnx = Model().bytes
        let xml = """
            <?xml version="1.0"?><net name="m" version="11"><layers/><rt_info><framework>
            <names value="{0: 'cat'}"/><stride value="32"/><imgsz value="[64, 64]"/><task value="detect"/>
            </framework></rt_info></net>
            """
        let yaml = "task: detect\nstride: 32\nimgsz:\n- 64\n- 64\nnames:\n  0: cat\n  1: dog\n"
        var read = 0
        for seed in 0..<UInt64(HostileCases.count ?? 600) {
            var mutator = Mutator(seed: seed)
            if (try? ModelMetadata(onnx: mutator.damage(onnx), file: "m.onnx")) != nil { read += 1 }
            let text = String(decoding: mutator.damage(Array(xml.utf8)), as: UTF8.self)
            let more = String(decoding: mutator.damage(Array(yaml.utf8)), as: UTF8.self)
            _ = try? ModelMetadata(ir: text, yaml: nil, file: "m.xml")
            _ = try? ModelMetadata(ir: xml, yaml: more, file: "m.xml")
        }
        #expect(read > 0)
    }
}
