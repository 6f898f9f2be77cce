"""Makes the networks that the tests run, and what they have to answer, with onnx's own reference evaluator in 64-bit floats.

    python -m pip install onnx==1.23.2 numpy && python make_tiny_model.py

tiny.onnx is a U-Net in miniature: 3 x 3 x 3 convolutions, instance norm, leaky ReLU, stride, nearest upsampling, two outputs of different sizes, and
open dimensions. Its weights have no symmetry, and the three sides of its input differ, so that a transposed or flipped axis shows.
tiny_reference.f32 holds, as little-endian floats, an input of 1 x 1 x 6 x 8 x 10, then `logits`, then `offsets`.
"""

import pathlib

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

FOLDER = pathlib.Path(__file__).parent
SEED = 20250614
OPSET = [helper.make_opsetid("", 17)]


def floats(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def save(name, nodes, inputs, outputs, weights=()):
    graph = helper.make_graph(nodes, name, inputs, outputs, list(weights))
    model = helper.make_model(graph, opset_imports=OPSET, ir_version=8, producer_name="make_tiny_model.py")
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, FOLDER / f"{name}.onnx")
    return model


def in_double(model):
    """The same network with 64-bit weights, so that the reference's own rounding does not count."""
    double = onnx.ModelProto()
    double.CopyFrom(model)
    for weight in double.graph.initializer:
        if weight.data_type == TensorProto.FLOAT and weight.name != "scales":
            weight.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weight).astype(numpy.float64), weight.name))
    for value in [*double.graph.input, *double.graph.output]:
        value.type.tensor_type.elem_type = TensorProto.DOUBLE
    return double


def tiny():
    random = numpy.random.default_rng(SEED)

    def weight(name, *shape, scale=0.3, about=0.0):
        return numpy_helper.from_array((about + scale * random.standard_normal(shape)).astype(numpy.float32), name)

    weights = [
        weight("w1", 4, 1, 3, 3, 3), weight("g1", 4, about=1), weight("b1", 4),
        weight("w2", 6, 4, 3, 3, 3, scale=0.1), weight("g2", 6, about=1), weight("b2", 6),
        weight("w3", 3, 10, 1, 1, 1), weight("c3", 3), weight("w4", 2, 6, 1, 1, 1), weight("c4", 2),
        numpy_helper.from_array(numpy.array([1, 1, 2, 2, 2], numpy.float32), "scales"),
    ]  # fmt: skip
    convolution = {"kernel_shape": [3, 3, 3], "pads": [1] * 6}
    nodes = [
        helper.make_node("Conv", ["ct", "w1"], ["x1"], **convolution),
        helper.make_node("InstanceNormalization", ["x1", "g1", "b1"], ["y1"], epsilon=1e-5),
        helper.make_node("LeakyRelu", ["y1"], ["z1"], alpha=0.01),
        helper.make_node("Conv", ["z1", "w2"], ["x2"], strides=[2, 2, 2], **convolution),
        helper.make_node("InstanceNormalization", ["x2", "g2", "b2"], ["y2"], epsilon=1e-5),
        helper.make_node("LeakyRelu", ["y2"], ["z2"], alpha=0.01),
        helper.make_node("Resize", ["z2", "", "scales"], ["u"], mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
        helper.make_node("Concat", ["u", "z1"], ["c"], axis=1),
        helper.make_node("Conv", ["c", "w3", "c3"], ["logits"]),
        helper.make_node("Conv", ["z2", "w4", "c4"], ["offsets"]),
    ]
    outputs = [floats("logits", ["n", 3, "d", "h", "w"]), floats("offsets", ["n", 2, "e", "i", "x"])]
    model = save("tiny", nodes, [floats("ct", ["n", 1, "d", "h", "w"])], outputs, weights)
    ct = random.standard_normal((1, 1, 6, 8, 10)).astype(numpy.float32)
    answers = ReferenceEvaluator(in_double(model)).run(None, {"ct": ct.astype(numpy.float64)})
    assert [a.shape for a in answers] == [(1, 3, 6, 8, 10), (1, 2, 3, 4, 5)] and all(a.dtype == numpy.float64 for a in answers)
    numpy.concatenate([ct.ravel(), *(a.ravel() for a in answers)]).astype("<f4").tofile(FOLDER / "tiny_reference.f32")


def odd_ones():
    """Networks that are sound, and that lamina refuses, or whose answers it does."""
    save("logarithm", [helper.make_node("Log", ["x"], ["y"])], [floats("x", ["n"])], [floats("y", ["n"])])
    save("sum_of_two", [helper.make_node("Add", ["a", "b"], ["y"])], [floats("a", ["n"]), floats("b", ["n"])], [floats("y", ["n"])])
    whole = helper.make_tensor_value_info("x", TensorProto.INT64, ["n"])
    save("whole_numbers", [helper.make_node("Cast", ["x"], ["y"], to=TensorProto.FLOAT)], [whole], [floats("y", ["n"])])


if __name__ == "__main__":
    tiny()
    odd_ones()
