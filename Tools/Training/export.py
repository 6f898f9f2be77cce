"""Writes the product's model: python -m Tools.Training.export COARSE.pt FINE.pt FOLDER --name NAME

The averaged weights of both stages are exported with their fixed input shapes, opset 17, as coarse.onnx and fine.onnx, and model.json describes them
as Protocols/Specification/model.schema.json says. Each file is read back and compared with PyTorch on random input before it gets its name.
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


CLASSES = {
    "coarse": ["background", "body", "arch", "sacrum", "other_bone", "canal"],
    "fine": ["background", "this_vertebra", "other_vertebra", "sacrum", "other_bone", "canal"],
}


def main():
    parser = argparse.ArgumentParser(prog="python -m Tools.Training.export", description=__doc__.splitlines()[0])
    parser.add_argument("coarse", type=Path, help="a training state, or weights/coarse.pt")
    parser.add_argument("fine", type=Path, help="a training state, or weights/fine.pt")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--name", required=True, help='such as "lamina-spine 1.0"')
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    window = dict(low_hu=stages.LOW_HU, high_hu=stages.HIGH_HU, middle_hu=stages.MIDDLE_HU, scale_hu=stages.SCALE_HU)
    description = dict(schema="lamina.model", schema_version="1.0.0", name=arguments.name, window=window)
    for name in ("coarse", "fine"):
        description[name] = exported(stages.STAGES[name], getattr(arguments, name), arguments.folder / f"{name}.onnx")
    (arguments.folder / "model.json").write_text(json.dumps(description, indent=2) + "\n")


def exported(stage, state_path, output):
    """Writes one network and returns its part of the description."""
    network = SpineNet(stage.shape, stages.CLASSES, stage.offsets, stage.width, stage.coordinates)
    state = torch.load(state_path, map_location="cpu", weights_only=True)
    network.load_state_dict({name: weight.float() for name, weight in state["average"].items()})
    model = Exported(network).eval()
    temporary = output.with_suffix(".writing")
    names = ["probabilities", "offsets"][: 2 if stage.offsets else 1]
    image = torch.randn(1, 1, *stage.shape, generator=torch.Generator().manual_seed(7))
    torch.onnx.export(model, image, temporary, dynamo=False, opset_version=17, input_names=["image"], output_names=names)
    check(temporary, model, image)
    os.replace(temporary, output)
    print(f"{output}: {state['iterations']} iterations, shown {', '.join(state['shown'])}")
    part = dict(file=output.name, sha256=hashlib.sha256(output.read_bytes()).hexdigest(), shape=list(stage.shape), spacing_mm=stage.spacing)
    if not stage.offsets:
        part["centre_voxel"] = list(stage.centre)
    return dict(part, classes=CLASSES[stage.name])


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
