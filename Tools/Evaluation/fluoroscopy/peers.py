"""Times of RTK's Joseph projector, and of any other program on the same volumes: python -m Tools.Evaluation.fluoroscopy.peers CT CASE -o OUT --ours COMMAND

Two tasks: one vertebra on 128 x 128 pixels of 0.8 mm, the whole CT on 256 x 256 pixels of 1.2 mm. Source 700 mm in front of the middle of the volume,
detector at 1020 mm, columns towards the patient's left, rows towards the feet. Volumes are written in HU (air is -1000, mu = 0.02/mm x (1 + HU/1000), not
below 0), and RTK projects what was written. COMMAND is run once a task, with {volume} {pixels} {spacing} {threads} {image} filled in; it shall print a JSON object with `plain_ms`
(its own median, without reading) and write {image}: 32-bit floats, row by row. The other program and RTK run turn by turn, so that a busy machine is
busy for both.
"""

import argparse
import json
import shlex
import statistics
import subprocess
import time
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from Tools.case_reading import VERSE_IDS, Image, read_image, write_image
from Tools.Evaluation import tables
from Tools.Evaluation.fluoroscopy import attenuation
from Tools.Evaluation.fluoroscopy.cameras import BEAMS, Camera
from Tools.Evaluation.fluoroscopy.projectors import SID, itk_image
from Tools.Evaluation.fluoroscopy.rigid import apply, rigid

AIR_HU = -1000
TASKS = {"vertebra": (128, 0.8), "whole": (256, 1.2)}


def main():
    parser = argparse.ArgumentParser(prog="python -m Tools.Evaluation.fluoroscopy.peers", description=__doc__.splitlines()[0])
    parser.add_argument("ct", type=Path)
    parser.add_argument("case", type=Path)
    parser.add_argument("--level", default="T11")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--rounds", type=int, default=3, help="how often the two take turns")
    parser.add_argument("--ours", help="a command line with {volume} {pixels} {spacing} {threads} {image}")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    rows = [compare(arguments, task, volume) for task, volume in volumes(arguments).items()]
    lines = [[r["task"], r["voxels"], r["pixels"], r["rtk_ms"], r.get("ours_ms"), r.get("mean_difference_percent"), r.get("greatest_difference_percent")] for r in rows]
    header = ["task", "voxels", "pixels", f"RTK Joseph ms, {arguments.threads} threads", "ours ms", "mean difference, % of the mean", "greatest, %"]
    tables.write(arguments.output, "peers", {"threads": arguments.threads, "rows": rows}, tables.markdown(header, lines))


def volumes(arguments):
    """{task: Image in HU}: the vertebra's box with all else air, and the CT."""
    ct, labels = read_image(arguments.ct), read_image(arguments.case / "labels.nii.gz")
    mask = labels.voxels == VERSE_IDS[arguments.level]
    box = tuple(slice(max(0, w.min() - 2), w.max() + 3) for w in np.nonzero(mask))
    part = np.where(mask[box], ct.voxels[box], AIR_HU)
    corner = ct.points([box[2].start, box[1].start, box[0].start])
    return {"vertebra": Image(np.rint(part).astype(np.int16), corner, ct.lps_from_index), "whole": Image(np.rint(ct.voxels).astype(np.int16), ct.origin, ct.lps_from_index)}


def compare(arguments, task, volume):
    pixels, spacing = TASKS[task]
    out = arguments.output
    file = out / f"{task}.nii.gz"
    write_image(volume, file)
    volume = read_image(file)  # what the other program reads as well: NIfTI keeps positions as floats
    camera = Camera("AP", (pixels, pixels), (spacing, spacing), 1020.0, ((pixels - 1) / 2,) * 2, np.eye(4))
    middle = volume.points((np.array(volume.voxels.shape[::-1]) - 1) / 2)
    carm_from_patient = rigid(BEAMS["AP"], [0, 0, 700.0] - BEAMS["AP"] @ middle)
    mu = Image(attenuation.attenuation(volume.voxels), volume.origin, volume.lps_from_index)
    row = {"task": task, "voxels": "x".join(map(str, volume.voxels.shape[::-1])), "pixels": pixels, "spacing_mm": spacing}
    project = whole_detector(mu, carm_from_patient, camera, arguments.threads)
    drawn, ours, times, our_times = project()[1], None, [], []
    for _ in range(arguments.rounds):
        times += [project()[0] for _ in range(arguments.runs)]
        if arguments.ours:
            told = run_ours(arguments, file, pixels, spacing, out / f"{task}.ours.raw")
            our_times.append(told["plain_ms"])
            row["ours_said"] = told
    sitk.WriteImage(sitk.GetImageFromArray(drawn), str(out / f"{task}.rtk.mha"))
    row["rtk_ms"] = statistics.median(times)
    if arguments.ours:
        ours = np.fromfile(out / f"{task}.ours.raw", np.float32).reshape(pixels, pixels)
        row["ours_ms"] = statistics.median(our_times)
        difference = np.abs(ours - drawn)
        row["mean_difference_percent"] = float(100 * difference.mean() / drawn.mean())
        row["greatest_difference_percent"] = float(100 * difference.max() / drawn.mean())
        row["agrees_within_1_percent"] = bool(row["mean_difference_percent"] < 1)
    return row


def whole_detector(image, carm_from_image, camera, threads):
    """A function that projects once and returns (ms, image): the filter alone is timed, with all pixels and no reading, as the other's is."""
    import itk

    itk.MultiThreaderBase.SetGlobalDefaultNumberOfThreads(threads)
    mirror = np.diag([1.0, 1.0, -1.0])  # RTK's world: projectors.rtk says why
    steps = carm_from_image[:3, :3] @ image.lps_from_index
    volume = itk_image(itk, image.voxels, mirror @ apply(carm_from_image, image.origin) + [0, 0, SID], image.spacing, mirror @ steps / image.spacing)
    corner = -np.array(camera.principal) * camera.spacing
    stack = itk_image(itk, np.zeros((1, *camera.size[::-1]), np.float32), [*corner, 0], [*camera.spacing, 1], np.eye(3))
    geometry = itk.RTK.ThreeDCircularProjectionGeometry.New()
    geometry.AddProjection(SID, camera.distance, 0.0)
    joseph = itk.RTK.JosephForwardProjectionImageFilter[type(stack), type(stack)].New()
    joseph.SetGeometry(geometry)
    joseph.SetInput(0, stack)
    joseph.SetInput(1, volume)
    joseph.InPlaceOff()  # or the next run would add to this one's image

    def once():
        joseph.Modified()
        begun = time.perf_counter()
        joseph.Update()
        return 1000 * (time.perf_counter() - begun), itk.array_from_image(joseph.GetOutput())[0].copy()

    once()
    return once


def run_ours(arguments, volume, pixels, spacing, image):
    command = arguments.ours.format(volume=volume, pixels=pixels, spacing=spacing, threads=arguments.threads, image=image)
    done = subprocess.run(shlex.split(command), capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{command}: exit {done.returncode}\n{done.stderr[-1000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


if __name__ == "__main__":
    main()
