"""Time and memory of `lamina segment` at three sizes, and against one network of nnU-Net's usual size in the same engine on the same machine.

Run it with `make bench-segmentation`. The peer is a plain 3D U-Net as nnU-Net makes it for TotalSegmentator's 1.5 mm models (128³ patches, 32 to 320
channels, six stages, about 31 million weights, which are random here: weights change no time), half-overlapping patches over the same CT. It stands for
one of that tool's five networks, without its resampling.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nibabel
import numpy as np
import openvino
from openvino import opset13 as ops

sys.path.insert(0, str(Path(__file__).resolve().parent))
from benchmark import LAMINA, ROOT, RUNS, rescaled, straightness, table  # noqa: E402

PATCH, STEP, SPACING = 128, 64, 1.5
PRECISION = {"INFERENCE_PRECISION_HINT": "f32"}  # as lamina computes, and as PyTorch does on a CPU
CHANNELS, CLASSES = (32, 64, 128, 256, 320, 320), 26


def main():
    fetched = subprocess.run([ROOT / "Tools/fetch_sample.sh"], capture_output=True, text=True)
    if fetched.returncode != 0:
        sys.exit(f"the benchmark needs the sample CT: {fetched.stderr}")
    ct = Path(fetched.stdout.strip()) / "cxr.nii.gz"
    threads = len(os.sched_getaffinity(0))
    print(f"{threads} threads, median of {RUNS} runs, load {os.getloadavg()[0]:.1f}")
    image = nibabel.load(ct)
    rows, sizes, times = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for name, factors in (("half the columns and rows", (-2, -2, 1)), ("as it is", (1, 1, 1)), ("each slice three times", (1, 1, 3))):
            path = Path(folder) / "ct.nii.gz"
            voxels = rescaled(image, factors, path)
            seconds, stages, memory = segment(path, threads)
            rows.append([name, f"{voxels:.0f}", f"{seconds:.1f}", f"{stages.get('read CT', 0):.1f}", f"{stages['segment']:.1f}", f"{memory:.2f}"])
            sizes.append(voxels)
            times.append(seconds)
        ours, _, _ = segment(ct, threads)
    table("`lamina segment`, sample CT", ["size", "million voxels", "s in all", "read", "segment", "GB"], rows)
    print(f"\nA straight line in the voxels explains {100 * straightness(np.array(sizes), np.array(times)):.1f} %.")
    patch = peer_seconds(threads)
    extent = np.array(image.shape[:3]) * image.header.get_zooms()[:3] / SPACING
    patches = int(np.prod([max(1, int(np.ceil((n - PATCH) / STEP)) + 1) for n in extent]))
    table("Against a network of nnU-Net's usual size", ["", "s"], [
        ["peer, one 128³ patch", f"{patch:.1f}"], [f"peer, {patches} patches of the sample CT at 1.5 mm", f"{patch * patches:.0f}"],
        ["`lamina segment`, file to file", f"{ours:.1f}"], ["ratio", f"{patch * patches / ours:.0f}"]])


def segment(ct, threads):
    """Medians of the wall time and of each stage, and the peak memory in GB."""
    walls, stages, memory = [], {}, 0
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            start = time.monotonic()
            command = [LAMINA, "segment", ct, "-o", f"{folder}/labels.nii.gz", "--threads", threads, "--json", "-q"]
            run = subprocess.run(list(map(str, command)), capture_output=True, text=True)
            walls.append(time.monotonic() - start)
        if run.returncode != 0:
            sys.exit(f"lamina segment failed with {run.returncode}: {run.stderr}")
        summary = json.loads(run.stdout)
        for stage in summary["stages"]:
            stages.setdefault(stage["name"], []).append(stage["seconds"])
        memory = max(memory, summary["peak_memory_bytes"] / 1e9)
    return statistics.median(walls), {name: statistics.median(t) for name, t in stages.items()}, memory


def peer_seconds(threads):
    """Seconds of one patch of the peer, the median after one run to warm up."""
    core = openvino.Core()
    model = core.compile_model(peer_network(), "CPU", {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", **PRECISION})
    request, image = model.create_infer_request(), np.random.default_rng(1).normal(size=(1, 1, PATCH, PATCH, PATCH)).astype(np.float32)
    times = []
    for _ in range(RUNS + 1):
        start = time.monotonic()
        request.infer([image])
        times.append(time.monotonic() - start)
    return statistics.median(times[1:])


def peer_network():
    random = np.random.default_rng(0)

    def weights(*shape):
        return ops.constant((random.normal(size=shape) * 0.02).astype(np.float32))

    def block(x, inputs, outputs, stride=1):
        x = ops.convolution(x, weights(outputs, inputs, 3, 3, 3), [stride] * 3, [1] * 3, [1] * 3, [1] * 3)
        x = ops.mvn(x, ops.constant(np.array([2, 3, 4], np.int64)), True, 1e-5, "inside_sqrt")
        return ops.prelu(x, ops.constant(np.array([0.01], np.float32)))

    image = ops.parameter([1, 1, PATCH, PATCH, PATCH], np.float32)
    x, inputs, skips = image, 1, []
    for stage, channels in enumerate(CHANNELS):
        x = block(block(x, inputs, channels, 2 if stage else 1), channels, channels)
        skips.append(x)
        inputs = channels
    for channels, skip in list(zip(CHANNELS, skips))[-2::-1]:
        x = ops.convolution_backprop_data(x, weights(inputs, channels, 2, 2, 2), [2] * 3)
        x = block(block(ops.concat([x, skip], 1), 2 * channels, channels), channels, channels)
        inputs = channels
    return openvino.Model([ops.convolution(x, weights(CLASSES, inputs, 1, 1, 1), [1] * 3, [0] * 3, [0] * 3, [1] * 3)], [image], "peer")


if __name__ == "__main__":
    main()
