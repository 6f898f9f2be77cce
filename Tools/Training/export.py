"""Writes a trained network as ONNX: python -m Tools.Training.export STAGE STATE OUTPUT.onnx

The averaged weights are exported with the stage's fixed input shape, opset 17. Input "image" (1, 1, X, Y, Z): HU, clipped and scaled as the
numbers printed say. Output "probabilities" (1, 6, X, Y, Z); coarse also "offsets" (1, 3, X/2, Y/2, Z/2) in mm, patch axes. The file is read
back and compared with PyTorch on random input before it gets its name. Prints one JSON line: sha256, shape, spacing, centre, scaling.
"""

import argparse
import hashlib
import json
import os
from pathlib import Path

import onnx
import torch
from onnx.reference import ReferenceEvaluator

from Tools.Training import stages
from Tools.Training.networks import SpineNet

TOLERANCE = 1e-3  # of a probability; float32 sums in another order


class Exported(torch.nn.Module):
    """The network with its scores turned into probabilities and its offsets into mm."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, image):
        scores, *offsets = self.network(image)
        return (scores.softmax(1), *(o * stages.OFFSET_SCALE for o in offsets))


def main():
    parser = argparse.ArgumentParser(prog="python -m Tools.Training.export", description=__doc__.splitlines()[0])
    parser.add_argument("stage", choices=stages.STAGES)
    parser.add_argument("state", type=Path, help="a training state, or weights/STAGE.pt")
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    stage = stages.STAGES[arguments.stage]
    network = SpineNet(stage.shape, stages.CLASSES, stage.offsets, stage.width, stage.coordinates)
    state = torch.load(arguments.state, map_location="cpu", weights_only=True)
    network.load_state_dict({name: weight.float() for name, weight in state["average"].items()})
    model = Exported(network).eval()
    temporary = arguments.output.with_suffix(".writing")
    names = ["probabilities", "offsets"][: 2 if stage.offsets else 1]
    image = torch.randn(1, 1, *stage.shape, generator=torch.Generator().manual_seed(7))
    torch.onnx.export(model, image, temporary, dynamo=False, opset_version=17, input_names=["image"], output_names=names)
    check(temporary, model, image)
    os.replace(temporary, arguments.output)
    print(json.dumps(dict(
        file=arguments.output.name, sha256=hashlib.sha256(arguments.output.read_bytes()).hexdigest(), stage=stage.name,
        iterations=state["iterations"], shown=state["shown"], shape=stage.shape, spacing_mm=stage.spacing, centre_voxel=stage.centre,
        hu=dict(low=stages.LOW_HU, high=stages.HIGH_HU, middle=stages.MIDDLE_HU, scale=stages.SCALE_HU))))


def check(path, model, image):
    onnx.checker.check_model(path)
    with torch.no_grad():
        expected = model(image)
    for ours, theirs in zip(ReferenceEvaluator(str(path)).run(None, {"image": image.numpy()}), expected):
        difference = abs(ours - theirs.numpy()).max()
        if not difference < TOLERANCE * max(1.0, float(theirs.abs().max())):
            raise SystemExit(f"{path}: the exported network differs from PyTorch by {difference}")


if __name__ == "__main__":
    main()
