"""One frame found by others: python -m Tools.Evaluation.fluoroscopy.registration_peers --work WORK -o OUT

nanodrr and DiffDRR (requirements-peers.txt) on the CPU against `lamina track`, from the same starts of L1 in the same frames as in starts.py, turn by
turn. They draw L1's voxels, exactly those that the frame was drawn with, on 128 x 128 pixels about the start (2 x 2 of the frame's in one), and climb with
gradients of their own by the settings that their author's xvr registers with: Adam of 0.01 rad and 1 mm, a tenth of that at each plateau, three plateaus.
What is compared are the gradients of both images (their normalised cross-correlation), because a vertebra in a chest is not all of the image.

Their time ends at the step that gave the best image, without reading, building and the steps that only showed that it was the best.
"""

import argparse
import importlib.util
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from Tools.case_reading import Image
from Tools.Evaluation import lamina, tables
from Tools.Evaluation.fluoroscopy import judge, starts, wire
from Tools.Evaluation.fluoroscopy.evaluate import Bench
from Tools.Evaluation.fluoroscopy.pictures import read_frame
from Tools.Evaluation.fluoroscopy.projectors import affine_of, nanodrr_rays, nanodrr_subject, single
from Tools.Evaluation.fluoroscopy.rigid import inverse
from Tools.Evaluation.fluoroscopy.scene import Scene

PIXELS, BINNED = 128, 2
SAMPLES = 128  # of each ray inside L1's box: half a millimetre
STEP_RAD, STEP_MM = 0.01, 1.0
LAST_PLATEAU = 0.005  # the third has a step of a thousandth
TRIALS = ("ideal, vertebra only", "L1 alone tracked, still, no noise", "L1 alone tracked, still, 200 photons")


def main():
    arguments = options().parse_args()
    check_installed(arguments.programs)
    bench = Bench(arguments)
    rows = []
    for name in TRIALS:
        if arguments.only and arguments.only not in name:
            continue
        trial = starts.chosen(name)[0]
        target = starts.Target(trial, arguments.seeds[0], bench)
        picture = Picture(target, bench.case("sample", target.seed)[0])
        for number in range(arguments.starts):
            for program in arguments.programs:
                rows.append({"trial": name, "program": program, "start": number} | PROGRAMS[program](trial, target, picture, number, arguments))
                save(arguments, rows)  # after each: a long run may be stopped


def options():
    parser = starts.options()
    parser.prog, parser.description = "python -m Tools.Evaluation.fluoroscopy.registration_peers", __doc__.splitlines()[0]
    parser.add_argument("--programs", type=lambda text: text.split(","), default=list(PROGRAMS), help="comma-separated; default: all")
    parser.add_argument("--iterations", type=int, default=500, help="of a peer, at most")
    parser.add_argument("--plateau", type=float, default=1e-4, help="a gain of the likeness below this share of it is none; smaller is finer and slower")
    parser.add_argument("--threads", type=int, default=2)
    parser.set_defaults(starts=5)
    return parser


def check_installed(programs):
    for program in programs:
        if program not in PROGRAMS:
            raise SystemExit(f"--programs: no {program}; there are {', '.join(PROGRAMS)}")
        if program != "lamina" and importlib.util.find_spec(program.lower()) is None:
            raise SystemExit(f"{program} is not installed: pip install -r requirements-peers.txt, or leave it out with --programs")


class Picture:
    """A frame as line integrals, and the voxels of LEVEL in the vertebra's frame: the pivot is its origin, and numbers stay small."""

    def __init__(self, target, ct):
        frame = wire.read(target.folder / "geometry.json")["views"][0]
        seen = read_frame(target.folder / frame["frames"][0]["file"])
        self.integrals = -np.log(np.maximum(seen, 1) / frame["air_value"]).astype(np.float32)
        simulated = wire.read(target.folder / "simulation.json")
        alone = simulated["options"]["vertebra_only"]
        scene = Scene(ct, target.case, [starts.LEVEL], vertebra_only=alone, shell_mm=simulated["physics"]["shell_mm"])
        part, frame_here = scene.vertebrae[starts.LEVEL], inverse(target.rest[starts.LEVEL])
        self.volume = Image(part.voxels, frame_here[:3, :3] @ part.origin + frame_here[:3, 3], frame_here[:3, :3] @ part.lps_from_index)


def cropped(integrals, camera, pose):
    """PIXELS x PIXELS of an image about a vertebra's origin, BINNED x BINNED of its pixels in one, and their camera."""
    side = PIXELS * BINNED
    corner = np.rint(camera.pixels(pose[:3, 3])).astype(int) - side // 2
    corner = np.clip(corner, 0, np.array(camera.size) - side)
    part = integrals[corner[1] : corner[1] + side, corner[0] : corner[0] + side]
    small = part.reshape(PIXELS, BINNED, PIXELS, BINNED).mean((1, 3))
    principal = tuple((np.array(camera.principal) - corner - (BINNED - 1) / 2) / BINNED)
    return small, replace(camera, size=(PIXELS, PIXELS), spacing=tuple(BINNED * s for s in camera.spacing), principal=principal)


def by_lamina(trial, target, picture, number, arguments):
    row = next(row for row in target.follow(trial, number, arguments.track_options.split()) if row["level"] == starts.LEVEL)
    return graded(row) | {"seconds": row["ms"] / 1000, "steps": None}


def by_nanodrr(trial, target, picture, number, arguments):
    import torch
    from nanodrr.registration import Registration

    def build(camera, carm_from_vertebra):
        search = Registration(
            nanodrr_subject(picture.volume), single(inverse(carm_from_vertebra))[None], single(nanodrr_rays(camera))[None],
            torch.tensor([camera.distance]), PIXELS, PIXELS)
        return lambda: search(n_samples=SAMPLES), search._rot, search._xyz, lambda: search.pose

    return climbed(trial, target, picture, number, arguments, build)


def by_diffdrr(trial, target, picture, number, arguments):
    import torch
    from diffdrr.pose import RigidTransform, convert

    def build(camera, carm_from_vertebra):
        view = diffdrr_view(picture.volume, camera)
        # What its Registration module holds; that one's file brings networks along, which nothing here needs.
        turn, shift = map(torch.nn.Parameter, RigidTransform(single(inverse(carm_from_vertebra))).convert("euler_angles", "ZXY"))

        def pose():
            return convert(turn, shift, parameterization="euler_angles", convention="ZXY")

        return lambda: view(pose(), n_points=SAMPLES), turn, shift, lambda: pose().matrix

    return climbed(trial, target, picture, number, arguments, build)


def diffdrr_view(volume, camera):
    """DiffDRR's renderer of an Image in front of a camera. Its rows count against y, and its principal point is in mm from the middle."""
    import torch
    from diffdrr.drr import DRR
    from torchio import ScalarImage, Subject

    image = ScalarImage(tensor=torch.from_numpy(np.ascontiguousarray(volume.voxels.transpose(2, 1, 0))[None]), affine=affine_of(volume))
    subject = Subject(volume=image, density=image, mask=None, reorient=torch.eye(4))
    (du, dv), (columns, rows) = camera.spacing, camera.size
    offset = ((np.array(camera.size) - 1) / 2 - np.array(camera.principal)) * camera.spacing
    x0, y0 = map(float, offset)  # its calibration takes the type of these
    return DRR(subject, camera.distance, rows, du, columns, -dv, x0=x0, y0=y0, reverse_x_axis=False, renderer="trilinear")


def climbed(trial, target, picture, number, arguments, build):
    """Where a peer's gradient ascent ends, graded."""
    start, camera = target.start(trial, number), target.camera[0]
    seen, camera = cropped(picture.integrals, camera, start)
    highest = climb(*build(camera, camera.carm_from_room @ start), single(seen)[None, None], arguments)
    found = inverse(camera.carm_from_room) @ np.linalg.inv(highest.pop("vertebra_from_carm"))
    return graded(of_pose(target, found)) | highest


def climb(draw, turn, shift, vertebra_from_carm, seen, arguments):
    """The pose with the best likeness and when it was reached. The likeness is nanodrr's for both: DiffDRR's is the same, in a file that wants torchvision."""
    import torch
    from nanodrr.metrics import GradientNormalizedCrossCorrelation2d

    torch.set_num_threads(arguments.threads)
    likeness = GradientNormalizedCrossCorrelation2d()
    climber = torch.optim.Adam([{"params": [turn], "lr": STEP_RAD}, {"params": [shift], "lr": STEP_MM}], maximize=True)
    slower = torch.optim.lr_scheduler.ReduceLROnPlateau(climber, mode="max", factor=0.1, patience=10, threshold=arguments.plateau)
    highest = {"likeness": -np.inf}
    begun, worked = time.monotonic(), time.process_time()
    for step in range(arguments.iterations):
        climber.zero_grad()
        like = likeness(draw(), seen).sum()
        if like.item() > highest["likeness"]:
            highest = {
                "likeness": like.item(), "steps": step, "seconds": time.monotonic() - begun, "cpu_seconds": time.process_time() - worked,
                "vertebra_from_carm": vertebra_from_carm().detach()[0].double().numpy()}
        like.backward()
        climber.step()
        slower.step(like.item())
        if climber.param_groups[1]["lr"] < STEP_MM * LAST_PLATEAU:
            break
    return highest | {"all_seconds": time.monotonic() - begun}


def of_pose(target, room_from_vertebra):
    """The judge's grade of a pose that claims no covariance."""
    turn, _, back = np.linalg.svd(room_from_vertebra[:3, :3])  # single precision is not rigid enough for the judge
    room_from_vertebra[:3, :3] = turn @ back
    claimed = {"state": "OK", "room_from_vertebra": wire.row_major(room_from_vertebra)}
    return judge.grade(target.truth[starts.LEVEL], claimed, target.camera, target.surface[starts.LEVEL])


def graded(row):
    """What of a judge's row is compared; a start that found nothing has its state alone."""
    return {key: row[key] for key in ("state", "rotation_deg", "in_plane_mm", "depth_mm", "across_mtre_mm") if key in row}


PROGRAMS = {"lamina": by_lamina, "nanodrr": by_nanodrr, "DiffDRR": by_diffdrr}


def save(arguments, rows):
    tables.write(arguments.output, "registration_peers", {"lamina": lamina.version(), "seed": arguments.seeds[0], "rows": rows}, text(rows))


def text(rows):
    lines = []
    for trial in dict.fromkeys(row["trial"] for row in rows):
        for program in dict.fromkeys(row["program"] for row in rows):
            of = [row for row in rows if (row["trial"], row["program"]) == (trial, program)]
            if not of:
                continue
            spread = [tables.statistics([row.get(key) for row in of]) for key in ("rotation_deg", "in_plane_mm", "depth_mm", "seconds")]
            found = sum(map(starts.succeeded, of))
            lines.append([trial, program, len(of), found, *(f"{s['median']:.3g}, {s['max']:.3g}" if s["count"] else None for s in spread)])
    return tables.markdown(["frame", "program", "starts", f"mTREproj < {starts.FOUND_MM:g} mm", "rotation °: median, greatest", "in-plane mm", "depth mm", "seconds"], lines)


if __name__ == "__main__":
    main()
