"""Time and memory of `lamina plan` on the sample CT: stage by stage, and how both grow with voxels and with levels.

Run it with `make bench`. Figures are the median of three runs on an otherwise idle machine; the first two lines say which machine.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import nibabel
import numpy

ROOT = Path(__file__).resolve().parents[1]
LAMINA = os.environ.get("LAMINA", str(ROOT / ".build/release/lamina"))
RUNS = int(os.environ.get("RUNS", "3"))


def plan(ct, labels, levels, threads):
    """The medians over RUNS of each stage's seconds, and the largest peak memory in MB."""
    stages, memory, refused = {}, 0, 0
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            command = [LAMINA, "plan", ct, "--labels", labels, "--scheme", "totalsegmentator-v2", "--levels", levels]
            command += ["-o", f"{folder}/case", "--threads", str(threads), "--json", "-q"]
            run = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        if run.returncode not in (0, 5):
            sys.exit(f"lamina plan failed with {run.returncode}: {run.stderr}")
        summary = json.loads(run.stdout)
        for stage in summary["stages"]:
            stages.setdefault(stage["name"], []).append(stage["seconds"])
        memory = max(memory, summary["peak_memory_bytes"] / 1e6)
        refused = sum(screw["status"] == "refused" for screw in summary["screws"])
    return {name: statistics.median(times) for name, times in stages.items()}, memory, refused


def table(title, header, rows):
    print(f"\n{title}\n")
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    sys.stdout.flush()


def straightness(x, y):
    """Share of the variance of y that a straight line in x explains."""
    residual = y - numpy.polyval(numpy.polyfit(x, y, 1), x)
    return 1 - float(numpy.sum(residual**2) / numpy.sum((y - numpy.mean(y)) ** 2))


def rescaled(image, factors, path):
    """The same anatomy on more voxels (each repeated) or fewer (every n-th taken): `factors` n > 0 repeats, n < 0 takes every -n-th."""
    voxels, affine = numpy.asarray(image.dataobj), image.affine.copy()
    for axis, factor in enumerate(factors):
        if factor > 1:
            voxels = numpy.repeat(voxels, factor, axis=axis)
            # The first of `factor` voxels lies (factor - 1) / 2 new voxels before the old centre.
            affine[:3, 3] -= affine[:3, axis] * (factor - 1) / (2 * factor)
            affine[:3, axis] /= factor
        elif factor < -1:
            voxels = numpy.take(voxels, range(0, voxels.shape[axis], -factor), axis=axis)
            affine[:3, axis] *= -factor
    nibabel.save(nibabel.Nifti1Image(voxels, affine, dtype=voxels.dtype), path)
    return voxels.size / 1e6


def main():
    fetched = subprocess.run([ROOT / "Tools/fetch_sample.sh"], capture_output=True, text=True)
    if fetched.returncode != 0:
        sys.exit(f"the benchmark needs the sample CT: {fetched.stderr}")
    sample = Path(fetched.stdout.strip())
    ct, labels = sample / "cxr.nii.gz", sample / "mask.nii.gz"
    cores = len(os.sched_getaffinity(0))
    processor = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    version = subprocess.run([LAMINA, "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    print(f"lamina {version}, {processor}, {cores} cores, median of {RUNS} runs, load {os.getloadavg()[0]:.1f}")

    levels = "T9-L2"
    columns = {threads: plan(ct, labels, levels, threads) for threads in sorted({1, cores})}
    names = list(columns[cores][0])
    rows = [[name] + [f"{columns[t][0][name]:.2f}" for t in columns] for name in names]
    rows.append(["**all stages, s**"] + [f"**{sum(columns[t][0].values()):.2f}**" for t in columns])
    rows.append(["peak memory, MB"] + [f"{columns[t][1]:.0f}" for t in columns])
    table(f"`lamina plan`, {levels} on the sample CT (512 x 512 x 133)", ["stage, s"] + [f"{t} thread{'s' * (t > 1)}" for t in columns], rows)

    with tempfile.TemporaryDirectory() as folder:
        images = nibabel.load(ct), nibabel.load(labels)
        rows, sizes, seconds = [], [], []
        for factors in [(-2, -2, 1), (-2, 1, 1), (1, 1, 1), (1, 1, 2), (2, 1, 2)]:
            paths = Path(folder) / "ct.nii.gz", Path(folder) / "labels.nii.gz"
            size = [rescaled(image, factors, path) for image, path in zip(images, paths)][0]
            stages, memory, _ = plan(*paths, "T10", cores)
            sizes.append(size)
            seconds.append(sum(stages.values()))
            rest = seconds[-1] - stages["plan"]
            rows.append([f"{size:.1f}", f"{rest:.2f}", f"{stages['plan']:.2f}", f"{seconds[-1]:.2f}", f"{memory:.0f}"])
    table("Growth with voxels (T10, the sample resampled)", ["million voxels", "files and checks, s", "planning, s", "all, s", "peak MB"], rows)
    print(f"\nA straight line explains {100 * straightness(numpy.array(sizes), numpy.array(seconds)):.1f} % of the variance.")

    rows, counts, seconds = [], [], []
    for count, chosen in [(1, "T10"), (2, "T9-T10"), (4, "T8-T11"), (8, "T5-T12"), (12, "T2-L1")]:
        stages, memory, refused = plan(ct, labels, chosen, cores)
        counts.append(count)
        seconds.append(sum(stages.values()))
        rows.append([f"{count} ({chosen})", f"{stages['plan']:.2f}", f"{seconds[-1]:.2f}", f"{stages['plan'] / count / 2:.2f}", str(refused), f"{memory:.0f}"])
    table("Growth with levels", ["levels", "planning, s", "all, s", "planning a screw, s", "refused", "peak MB"], rows)
    print(f"\nA straight line explains {100 * straightness(numpy.array(counts), numpy.array(seconds)):.1f} % of the variance.")


if __name__ == "__main__":
    main()
