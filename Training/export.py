"""Writes the trained network as ONNX, laid out and labelled as YOLOv8 exports are.

    python export.py --weights runs/street.pt --output ../Models/lapwing-street.onnx

One input `images`, 1 x 3 x height x width, RGB, 0…1; one output `output0`, 1 x (4 + classes) x anchors: centre x, centre
y, width and height in pixels of the input, and a score of 0…1 for each class. The metadata name the classes, the stride
and the input's size.

The network is convolutional all through: it was trained on 512 x 288, and finds small objects better on the 640 x 384
that it is exported for.
"""

import argparse
from pathlib import Path

import onnx
import torch

from network import STRIDES, Exported, Network
from scenes import NAMES


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--width", type=int, default=640, help="of the input; a multiple of 32")
    parser.add_argument("--height", type=int, default=384, help="of the input; a multiple of 32")
    arguments = parser.parse_args()
    width, height = arguments.width, arguments.height
    if width % max(STRIDES) or height % max(STRIDES):
        parser.error(f"--width and --height must be multiples of {max(STRIDES)}")
    network = Network(len(NAMES))
    network.load_state_dict(torch.load(arguments.weights, map_location="cpu", weights_only=True)["average"])
    network.eval()
    for module in network.modules():
        if isinstance(module, torch.nn.Sequential) and len(module) == 3 and isinstance(module[1], torch.nn.BatchNorm2d):
            module[0] = torch.nn.utils.fusion.fuse_conv_bn_eval(module[0], module[1])
            module[1] = torch.nn.Identity()
    example = torch.zeros(1, 3, height, width)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        Exported(network, height, width).eval(), (example,), str(arguments.output), input_names=["images"],
        output_names=["output0"], opset_version=17, dynamo=False)
    model = onnx.load(arguments.output)
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, {
        "description": "Lapwing's street model: people, bicycles and cars as `lapwing synthesize` draws them",
        "author": "Lapwing",
        "license": "Apache-2.0",
        "task": "detect",
        "stride": str(max(STRIDES)),
        "batch": "1",
        "imgsz": str([height, width]),
        "names": str(dict(enumerate(NAMES))),
    })
    model.producer_name, model.producer_version = "lapwing", ""
    model.doc_string = ""
    for node in model.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(model)
    onnx.save(model, arguments.output)
    print(f"{arguments.output}: {arguments.output.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
