"""Accuracy on phantoms: python -m Tools.Evaluation.phantoms --first-seed 101 --seeds 50 -o FOLDER

Plans each phantom from its own label map and compares plan.json with truth.json, pedicle by pedicle. A phantom's pedicle is an
elliptic hourglass known on paper, so width, height, centre and axis have a true value, and so has every wall near the isthmus. A phantom
is a drawing: these figures say how exactly the planner measures, not how well it does on people.
"""

import argparse
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from Tools.case_reading import matrix
from Tools.Evaluation import lamina, tables
from Tools.Evaluation.shaft import angle_degrees, ellipse_distance, line_distance, surface, unit

MEASURES = {
    "width_error": "isthmus width, absolute error, mm",
    "height_error": "isthmus height, absolute error, mm",
    "axis_angle": "pedicle axis, degrees",
    "centre_offset": "isthmus centre off the true axis, mm",
    "centre_along": "isthmus centre along the true axis, mm",
    "screw_offset": "screw axis past the true isthmus centre, mm",
}
MOVED = {
    "entry": "screw entry, mm",
    "tip": "screw tip, mm",
    "axis": "screw axis, degrees",
    "isthmus": "isthmus centre across the pedicle, mm",
    "pedicle_axis": "pedicle axis, degrees",
    "frame_origin": "vertebra frame's origin, mm",
    "frame_turn": "vertebra frame's axes, degrees",
}
CLEAR_HALF_LENGTH = 4.0  # the tube alone is bone within this distance of the isthmus, mm


def main():
    parser = argparse.ArgumentParser(prog="python -m Tools.Evaluation.phantoms", description=__doc__.splitlines()[0])
    parser.add_argument("--first-seed", type=int, default=101, help="seeds up to 100 were seen in development")
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--levels", default="T1-L5")
    parser.add_argument("--spacing", default="1,1,1", help="voxel spacing, mm")
    parser.add_argument("--turned-seeds", type=int, default=3, help="how many seeds to plan turned as well")
    parser.add_argument("--turned-levels", default="T9-L3")
    parser.add_argument("--jobs", type=int, default=1, help="phantoms at a time")
    parser.add_argument("--work", type=Path, help="keep the phantoms here instead of in a temporary folder")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.work or Path(temporary)
        spacing = ("--spacing", arguments.spacing)
        first = arguments.first_seed
        with ThreadPoolExecutor(arguments.jobs) as pool:
            compared = list(pool.map(lambda seed: one_seed(work, seed, arguments.levels, spacing), range(first, first + arguments.seeds)))
            turned = list(
                pool.map(lambda seed: one_turned(work, seed, arguments.turned_levels, spacing), range(first, first + arguments.turned_seeds)))
    rows = [row for seed in compared for row in seed]
    turns = [row for seed in turned for row in seed]
    report(arguments, rows, turns)


def one_seed(work, seed, levels, options):
    truth, plan = phantom_and_plan(work, seed, levels, options)
    return [compare(vertebra, pedicle, plan, seed) for vertebra in truth["vertebrae"] for pedicle in vertebra["pedicles"]]


def phantom_and_plan(work, seed, levels, options):
    name = "_".join([f"seed{seed}", levels, *options]).replace(",", "x").replace("--", "").replace("-", "to")
    folder = work / name
    truth = lamina.phantom(folder, seed, levels, *options)
    plan = lamina.plan(folder / "ct.nii.gz", folder / "labels.nii.gz", "lamina", work / f"{name}_case", "--levels", levels)
    return truth, plan


def screw_of(plan, level, side):
    return next(s for s in plan["screws"] if s["level"] == level and s["side"] == side)


def compare(vertebra, true, plan, seed):
    """One pedicle's errors against the truth."""
    screw = screw_of(plan, vertebra["level"], true["side"])
    row = {
        "seed": seed,
        "level": vertebra["level"],
        "side": true["side"],
        "status": screw["status"],
        "reasons": [reason["code"] for reason in screw["reasons"]],
        "true_width": round(true["width_mm"], 3),
    }
    centre, axis = np.array(true["isthmus_centre_lps_mm"]), unit(true["axis_lps"])
    found = screw["pedicle"]
    if found:
        offset = np.array(found["isthmus_centre_lps_mm"]) - centre
        row |= {
            "width_error": abs(found["width_mm"] - true["width_mm"]),
            "width_bias": found["width_mm"] - true["width_mm"],
            "height_error": abs(found["height_mm"] - true["height_mm"]),
            "height_bias": found["height_mm"] - true["height_mm"],
            "axis_angle": angle_degrees(found["axis"], axis),
            "centre_offset": float(np.linalg.norm(offset - (offset @ axis) * axis)),
            "centre_along": abs(float(offset @ axis)),
        }
    if screw["status"] == "planned":
        direction = np.array(screw["tip_lps_mm"]) - np.array(screw["entry_lps_mm"])
        row["screw_offset"] = line_distance(centre, screw["entry_lps_mm"], direction)
        row |= walls(screw, vertebra, true)
    return row


def walls(screw, vertebra, true):
    """How far the shaft passes the true pedicle wall near the isthmus and into the true canal, mm; 0 when it does not."""
    frame = matrix(vertebra["patient_from_vertebra"])
    points, _, _ = surface(screw)
    axis = unit(true["axis_lps"])
    left = frame[:3, 0]
    leftward = unit(left - (left @ axis) * axis)
    upward = np.cross(leftward, axis)
    d = points - np.array(true["isthmus_centre_lps_mm"])
    near = np.abs(d @ axis) <= CLEAR_HALF_LENGTH
    u, v, t = d[near] @ leftward, d[near] @ upward, d[near] @ axis
    # The hourglass of the truth (schema of truth.json) widens from the isthmus; its height differs a little more slowly.
    growth = (t / 6) ** 2 / (1 + (t / 6) ** 2 / 3)
    outside = ellipse_distance(u, v, true["width_mm"] / 2 * (1 + 0.35 * growth), true["height_mm"] / 2 * (1 + 0.10 * growth))
    inward = -1 if true["side"] == "left" else 1
    medial = outside[u * inward > 0.5 * np.hypot(u, v)]
    return {
        "medial_breach": float(max(0, medial.max(initial=0))),
        "wall_breach": float(max(0, outside.max(initial=0))),
        "canal_breach": canal_depth(points, frame, vertebra["canal"]),
    }


def canal_depth(points, frame, canal):
    """How deep the shaft's surface enters the true canal, mm."""
    rotation, origin = frame[:3, :3], frame[:3, 3]
    local = (points - origin) @ rotation
    line = (np.array(canal["centreline_lps_mm"]) - origin) @ rotation
    line = line[np.argsort(line[:, 2])]
    inside = (local[:, 2] >= line[0, 2]) & (local[:, 2] <= line[-1, 2])
    x = local[inside, 0] - np.interp(local[inside, 2], line[:, 2], line[:, 0])
    y = local[inside, 1] - np.interp(local[inside, 2], line[:, 2], line[:, 1])
    return float(max(0, (-ellipse_distance(x, y, canal["width_mm"] / 2, canal["depth_mm"] / 2)).max(initial=0)))


TURNS = {
    "patient 30 about x": ("--rotate", "x,30"),
    "patient -30 about x": ("--rotate", "x,-30"),
    "patient 30 about y": ("--rotate", "y,30"),
    "patient 30 about z": ("--rotate", "z,30"),
    "patient 25, skew axis": ("--variant", "rotated"),
    "grid 20, skew axis": ("--variant", "oblique"),
    "grid left-handed": ("--variant", "left-handed"),
}


def one_turned(work, seed, levels, options):
    """The same phantom planned upright and turned: how far each screw moves in the bone."""
    truth, plan = phantom_and_plan(work, seed, levels, options)
    rows = []
    for name, turn in TURNS.items():
        other_truth, other_plan = phantom_and_plan(work, seed, levels, (*options, *turn))
        for vertebra, other in zip(truth["vertebrae"], other_truth["vertebrae"]):
            # Both truths say where the same bone stands, so they give the exact motion between the two.
            back = matrix(vertebra["patient_from_vertebra"]) @ np.linalg.inv(matrix(other["patient_from_vertebra"]))
            for side in ("left", "right"):
                if vertebra["pedicles"]:
                    rows.append(moved(screw_of(plan, vertebra["level"], side), screw_of(other_plan, vertebra["level"], side), back) | {
                        "seed": seed, "turn": name})
    return rows


def moved(screw, other, back):
    row = {"level": screw["level"], "side": screw["side"], "same_status": screw["status"] == other["status"]}

    def place(key, of=other):
        return back[:3, :3] @ np.array(of[key]) + back[:3, 3]

    if screw["pedicle"] and other["pedicle"]:
        axis = np.array(screw["pedicle"]["axis"])
        offset = place("isthmus_centre_lps_mm", other["pedicle"]) - np.array(screw["pedicle"]["isthmus_centre_lps_mm"])
        frames = back @ matrix(other["patient_from_vertebra"]), matrix(screw["patient_from_vertebra"])
        row |= {
            "isthmus": float(np.linalg.norm(offset - (offset @ axis) * axis)),
            "pedicle_axis": angle_degrees(back[:3, :3] @ np.array(other["pedicle"]["axis"]), axis),
            "frame_turn": float(np.degrees(np.arccos(np.clip((np.trace(frames[0][:3, :3].T @ frames[1][:3, :3]) - 1) / 2, -1, 1)))),
            "frame_origin": float(np.linalg.norm(frames[0][:3, 3] - frames[1][:3, 3])),
        }
    if screw["status"] == other["status"] == "planned":
        entry, tip = np.array(screw["entry_lps_mm"]), np.array(screw["tip_lps_mm"])
        row |= {
            "entry": float(np.linalg.norm(place("entry_lps_mm") - entry)),
            "tip": float(np.linalg.norm(place("tip_lps_mm") - tip)),
            "axis": angle_degrees(place("tip_lps_mm") - place("entry_lps_mm"), tip - entry),
            "same_size": screw["diameter_mm"] == other["diameter_mm"] and screw["length_mm"] == other["length_mm"],
        }
    return row


def report(arguments, rows, turns):
    planned = [row for row in rows if row["status"] == "planned"]
    refusals = {}
    for row in rows:
        for code in row["reasons"] if row["status"] == "refused" else []:
            refusals[code] = refusals.get(code, 0) + 1
    counts = {
        "pedicles": len(rows),
        "planned": len(planned),
        "refused": len(rows) - len(planned),
        "refusals": refusals,
        "no_pedicle_found": sum("width_error" not in row for row in rows),
        "medial_breaches": sum(row["medial_breach"] > 0 for row in planned),
        "wall_breaches": sum(row["wall_breach"] > 0 for row in planned),
        "canal_breaches": sum(row["canal_breach"] > 0 for row in planned),
    }
    result = {
        "lamina": lamina.version(),
        "first_seed": arguments.first_seed,
        "seeds": arguments.seeds,
        "spacing_mm": arguments.spacing,
        "counts": counts,
        "figures": {measure: tables.by_region(rows, measure) for measure in [*MEASURES, "width_bias", "height_bias"]},
        "turned": {measure: tables.statistics([row.get(measure) for row in turns]) for measure in MOVED}
        | {
            "status_changed": sum(not row["same_status"] for row in turns),
            "size_changed": sum(not row.get("same_size", True) for row in turns),
        },
        "worst": sorted((row for row in rows if "width_error" in row), key=lambda row: -row["width_error"])[:10]
        + sorted((row for row in rows if "axis_angle" in row), key=lambda row: -row["axis_angle"])[:10],
        "rows": rows,
        "turned_rows": turns,
    }
    text = [
        f"Phantoms, {arguments.seeds} seeds from {arguments.first_seed}, {arguments.levels}, voxels {arguments.spacing} mm: {counts['planned']} of {counts['pedicles']} "
        f"pedicles planned; medial breaches {counts['medial_breaches']}, any wall {counts['wall_breaches']}, canal {counts['canal_breaches']}.",
        f"Refusals: {refusals or 'none'}.",
        "",
        tables.figures_table(MEASURES, rows, names=None),
    ]
    if turns:
        moved_rows = [[name, *(result["turned"][key].get(k) for k in ("count", "median", "p95", "max"))] for key, name in MOVED.items()]
        text += [
            "",
            f"The same bone turned ({', '.join(TURNS)}): how far a screw moves in the bone; status changed "
            f"{result['turned']['status_changed']}, size changed {result['turned']['size_changed']}.",
            "",
            tables.markdown(["moved", "n", "median", "95 %", "greatest"], moved_rows),
        ]
    tables.write(arguments.output, "phantoms", result, "\n".join(text))


main()
