"""X-ray frames with a known truth, by other people's projectors: python -m Tools.Evaluation.fluoroscopy.frames CT CASE -o FOLDER

Every vertebra with a frame in the case's plan.json moves on its own, the other labelled ones as a group, and the rest of the patient stands still. Writes
frames, geometry.json, truth.jsonl, initial.json (one rough place of the patient), initial_poses.json (a start for each vertebra), landmarks.json, and for
the judge surface.json (points of each vertebra, its own frame), screws.json (those that were placed, where they really are) and simulation.json (options, seeds, physics, when something goes wrong).
"""

import argparse
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from Tools.Evaluation.fluoroscopy import attenuation, cameras, implants, motion, wire
from Tools.Evaluation.fluoroscopy.detector import FULL, Detector
from Tools.Evaluation.fluoroscopy.disturbances import EVENTS, Exposures, carm_places, dropped
from Tools.Evaluation.fluoroscopy.mesh_scene import MeshScene
from Tools.Evaluation.fluoroscopy.pictures import write_frames
from Tools.Evaluation.fluoroscopy.projectors import PROJECTORS
from Tools.Evaluation.fluoroscopy.rigid import apply
from Tools.Evaluation.fluoroscopy.scene import Scene


def options():
    parser = argparse.ArgumentParser(prog="python -m Tools.Evaluation.fluoroscopy.frames", description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("ct", type=Path, help="the CT that the case was planned on")
    add("case", type=Path, help="a folder of `lamina plan`")
    add("-o", "--output", type=Path, required=True)
    add("--seed", type=int, default=1, help="every random number comes from it")
    add("--levels", help="comma-separated; default: all of plan.json")
    add("--views", default="AP", help="AP, LAT or AP,LAT")
    add("--frames", type=int, default=45)
    add("--rate", type=float, default=15, help="frames a second")
    add("--size", default="512x512", help="columns x rows")
    add("--spacing", type=float, default=0.6, help="pixel spacing at the detector, mm")
    add("--projector", choices=[*PROJECTORS, "gvxr"], default="rtk", help="gvxr: closed surfaces and a tube's spectrum instead of voxels and one energy")
    add("--threads", type=int, default=2)
    add("--motion", choices=["none", "group", "independent", "steps"], default="independent")
    add("--motion-deg", type=float, default=1.5, help="RMS of each vertebra's own turning")
    add("--motion-mm", type=float, default=1.0, help="RMS of each vertebra's own shift")
    add("--initial-deg", type=float, default=1.0)
    add("--initial-mm", type=float, default=1.0)
    add("--initial-levels-off", type=int, default=0, help="start this many vertebrae too far towards the head")
    add("--photons", type=float, default=200, help="a pixel behind the vertebrae, scatter included; 0: no noise")
    add("--scatter", type=float, default=0.5, help="scatter-to-primary ratio behind the vertebrae")
    add("--blur-mm", type=float, default=0.25, help="sigma at the detector")
    add("--shell-mm", type=float, help="how far a vertebra's bone reaches past its label; default 2.5, with --vertebra-only 0")
    add("--values", choices=["intensity", "inverted", "line_integral"], default="intensity")
    add("--no-air-value", action="store_true", help="leave air_value out of geometry.json")
    add("--vertebra-only", action="store_true", help="nothing in the beam but the vertebrae of interest")
    add("--miscalibrated-px", type=float, default=0, help="geometry.json's principal point is off by this much")
    add("--distance-error", type=float, default=0, help="geometry.json's source_detector_mm is too long by this share")
    add("--tool", action="store_true", help="a titanium rod moves through")
    add("--screws", metavar="WHICH", help="screws of the plan stand in their vertebrae: `all`, or such as T12:left,L1:right")
    add("--screw-mm", type=float, default=1.2, help="standard deviation of a screw's entry from the plan, along each of its axes")
    add("--screw-deg", type=float, default=2.0, help="of its direction, about each axis across it")
    add("--screws-from", type=int, default=0, help="the first frame that shows them")
    add("--screw-heads", action="store_true", help="screws have tulips")
    add("--collimate", choices=["said", "unsaid"], help="shutters close around the spine; said: geometry.json has the field")
    add("--carm-turn-deg", type=float, default=0, help="the C-arm turns by this much in the middle third, and geometry.json says so")
    add("--detector-turn-deg", type=float, default=0, help="the whole C-arm is turned about its beam, and geometry.json says so: 180 puts the head down")
    add("--leave-view", metavar="LEVEL", help="the C-arm travels until this level is out of view, and back; geometry.json says so")
    add("--drop", action="store_true", help="a fifth of the moments and a gap of a third of a second are missing")
    add("--event", choices=EVENTS, help="what goes wrong from --event-from on")
    add("--event-from", type=int, help="default: a third of the frames")
    add("--event-length", type=int, help="default: to the end")
    add("--other", type=Path, help="with --event other: frames of another patient, a folder of this program")
    return parser


def main():
    make(options().parse_args())


def make(arguments, scene=None):
    """Writes the sequence; a scene made for the same CT, case and levels may be passed to save reading it again."""
    a = arguments
    names = a.views.split(",")
    scene = scene or scene_of(a)
    columns, rows = map(int, a.size.split("x"))
    views = cameras.cameras(names, np.random.default_rng([a.seed, 0]), columns, rows, a.spacing, turn_deg=a.detector_turn_deg)
    times = np.arange(a.frames) / a.rate
    if a.drop:
        times = times[dropped(a.frames, a.rate, np.random.default_rng([a.seed, 4]))]
    rest = scene.at_rest()
    poses, group = motion.poses(a.motion, a.seed, times, rest, a.motion_deg, a.motion_mm)
    surfaces = scene.surfaces()
    places = carm_places(views, len(times), a.carm_turn_deg, a.leave_view, poses, surfaces)
    detector = Detector(a.photons, a.scatter, blur_sigma_mm=a.blur_mm)
    events = []
    screws = implants.placed(scene.plan, scene.levels, a.screws, a.seed, a.screw_mm, a.screw_deg) if a.screws else []
    exposures = Exposures(a, scene, detector, events, screws)
    stacks = {view.name: exposures.sequence(view, places[view.name], poses, group) for view in views}
    exposures.spoil(stacks)

    a.output.mkdir(parents=True, exist_ok=True)
    believed = [misbelieved(view, a) for view in views]
    write_geometry(a, "geometry.json", views, believed, places, stacks, exposures, times)
    wire.write(a.output / "true_cameras.json", {view.name: {"principal_point_px": list(view.principal), "source_detector_mm": view.distance} for view in views})
    wire.write_lines(a.output / "truth.jsonl", [wire.poses_line(t, time, poses[t]) for t, time in enumerate(times)])
    write_start(a, scene, poses[0], views, places)
    wire.write(a.output / "surface.json", {level: np.round(points, 3).tolist() for level, points in surfaces.items()})
    wire.write(a.output / "screws.json", {"from_frame": a.screws_from, "screws": [screw.described() for screw in screws]})
    wire.write(a.output / "simulation.json", {
        "options": {key: str(value) if isinstance(value, Path) else value for key, value in vars(a).items()},
        "physics": asdict(detector) | scene.physics(),
        "events": events,
    })


def scene_of(a):
    shell = a.shell_mm if a.shell_mm is not None else 0.0 if a.vertebra_only else attenuation.SHELL_MM
    levels = a.levels and a.levels.split(",")
    if a.projector == "gvxr":
        return MeshScene(a.ct, a.case, levels, a.vertebra_only)
    return Scene(a.ct, a.case, levels, a.projector, a.vertebra_only, shell, a.threads)


def misbelieved(view, a):
    """The view as geometry.json has it, which may be wrong."""
    random = np.random.default_rng([a.seed, 5])
    direction = random.uniform(0, 2 * np.pi)
    off = a.miscalibrated_px * np.array([np.cos(direction), np.sin(direction)])
    return replace(view, principal=tuple(np.array(view.principal) + off), distance=view.distance * (1 + a.distance_error))


def write_geometry(a, name, views, believed, places, stacks, exposures, times):
    entries = []
    for view, belief in zip(views, believed):
        files = write_frames(a.output, view.name, stacks[view.name], a)
        own = [replace(belief, carm_from_room=place.carm_from_room) for place in places[view.name]]
        air = None if a.no_air_value or a.values == "line_integral" else exposures.air_value[view.name]
        if a.values == "inverted" and air is not None:
            air = FULL - air  # in the file's own values, as the image is
        entry = cameras.view_json(own[0], a.values, air, [(file, None, time, camera) for file, time, camera in zip(files, times, own)])
        if a.values == "inverted":
            entry["full_scale"] = FULL
        if a.collimate == "said":
            entry["field"] = {"polygon_px": exposures.shutters[view.name]}
        entries.append(entry)
    wire.write(a.output / name, {"schema": "lamina.geometry", "schema_version": "1.0.0", "views": entries})


def write_start(a, scene, first, views, places):
    shift = np.zeros(3)
    if a.initial_levels_off:
        # Along the spine, so that each vertebra starts on its neighbour: the levels are in order from head to foot.
        centres = [pose[:3, 3] for pose in first.values()]
        if len(centres) < 2:
            raise SystemExit("--initial-levels-off needs two levels or more: their distance is one level")
        shift = a.initial_levels_off * (centres[0] - centres[-1]) / (len(centres) - 1)
    patient = motion.room_from_patient(first, scene.patient_from_vertebra, a.seed, a.initial_deg, a.initial_mm)
    patient[:3, 3] += shift
    wire.write(a.output / "initial.json", wire.initial(patient))
    each = motion.perturbed(first, a.seed, a.initial_deg, a.initial_mm)
    for pose in each.values():
        pose[:3, 3] += shift
    line = wire.poses_line(0, 0, each, state="OK")
    wire.write(a.output / "initial_poses.json", line)
    random, picked = np.random.default_rng([a.seed, 6]), []
    for (level, point), lps in scene.landmarks().items():
        room = apply(first[level] @ np.linalg.inv(scene.patient_from_vertebra[level]), lps)
        for view in views:
            pixel = places[view.name][0].pixels(room) + random.normal(0, 1.5, 2)  # a careful hand
            picked.append({"view": view.name, "level": level, "point": point, "pixel": np.round(pixel, 1).tolist()})
    wire.write(a.output / "landmarks.json", {"schema": "lamina.landmarks", "schema_version": "1.0.0", "landmarks": picked})


if __name__ == "__main__":
    main()
