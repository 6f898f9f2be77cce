"""Grades a tracker's poses against the truth: python -m Tools.Evaluation.fluoroscopy.judge FRAMES RUN [-o OUT]

FRAMES is a folder of Tools.Evaluation.fluoroscopy.frames; RUN holds poses.jsonl. Nothing of the tracker is used but what it wrote.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from Tools.Evaluation import tables
from Tools.Evaluation.fluoroscopy import cameras, judge_screws, wire
from Tools.Evaluation.fluoroscopy.rigid import apply, rotation_vector

# A pose that is off by more than this and says OK is a lie: 3 mm is a pedicle wall and a half, and 3 degrees move a screw's tip by 2 mm.
WRONG_MM, WRONG_DEG = 3.0, 3.0
# Frames that show no truth of this patient: whatever says OK on them is wrong.
BLIND = ("mirrored", "swapped", "other", "black", "nan")
AXES = ["rotation x", "rotation y", "rotation z", "shift x", "shift y", "shift z"]
MEASURES = {
    "rotation_deg": "rotation, degrees",
    "in_plane_mm": "in-plane, mm (worst view)",
    "depth_mm": "depth, mm (worst view)",
    "origin_mm": "origin in space, mm",
    "mtre_mm": "mean surface point in space, mm",
    "across_mtre_mm": "mean surface point across the beam (mTREproj), mm (worst view)",
    "projected_mtre_mm": "mean surface point as seen, mm at the detector (worst view)",
}


def judge(frames, run):
    """Figures of one sequence."""
    frames, run = Path(frames), Path(run)
    moments = moments_of(frames)
    surface = {level: np.array(points) for level, points in wire.read(frames / "surface.json").items()}
    found = by_frame(wire.read_lines(run / "poses.jsonl"))
    rows = []
    truth = wire.read_lines(frames / "truth.jsonl")
    for line in truth:
        views = moments[line["frame"]]
        for true in line["vertebrae"]:
            level = true["level"]
            rows.append(grade(true, found.get((line["frame"], level)), views, surface[level]) | {"frame": line["frame"], "level": level})
    simulation = frames / "simulation.json"
    events = wire.read(simulation)["events"] if simulation.exists() else []
    for row in rows:
        if any(e["code"] in BLIND and e["frame"] <= row["frame"] < e["end"] for e in events):
            row |= {"blind": True, "wrong": True}
    screws = judge_screws.grade(frames, run, moments, truth)
    return figures(rows, events, len(moments[0])) | {"rows": rows} | ({"screws": screws} if screws else {})


def moments_of(frames):
    """[moment][view] cameras as they truly stood: geometry.json, set right where the simulation made it wrong."""
    views = cameras.from_geometry(wire.read(frames / "geometry.json"))
    truth = frames / "true_cameras.json"
    if truth.exists():
        right = wire.read(truth)
        views = [
            [replace(c, principal=tuple(right[c.name]["principal_point_px"]), distance=right[c.name]["source_detector_mm"]) for c in view]
            for view in views]
    return list(zip(*views))


def by_frame(lines):
    """{(frame, level): entry}; a pose told twice is an error of the tracker's."""
    found = {}
    for line in lines:
        if line["schema"] != "lamina.poses":
            raise SystemExit(f"poses.jsonl: schema {line['schema']!r} instead of 'lamina.poses'")
        for entry in line["vertebrae"]:
            key = line["frame"], entry["level"]
            if key in found:
                raise SystemExit(f"poses.jsonl: frame {key[0]} has {key[1]} twice")
            found[key] = entry
    return found


def grade(true, entry, views, surface):
    """One vertebra at one moment."""
    if entry is None:
        return {"state": "MISSING"}
    row = {"state": entry["state"], "causes": entry.get("causes", [])}
    if "room_from_vertebra" not in entry:
        return row
    at = np.array(true["room_from_vertebra"]).reshape(4, 4)
    claimed = np.array(entry["room_from_vertebra"], float).reshape(4, 4)
    if not np.isfinite(claimed).all() or np.abs(claimed[:3, :3] @ claimed[:3, :3].T - np.eye(3)).max() > 1e-4 or np.linalg.det(claimed[:3, :3]) < 0:
        return row | {"not_rigid": True, "wrong": True}
    turn = rotation_vector(claimed[:3, :3] @ at[:3, :3].T)  # about the room's axes, as the covariance is told
    shift = claimed[:3, 3] - at[:3, 3]
    rays = [unit(at[:3, 3] - view.source) for view in views]
    depth = [float(shift @ ray) for ray in rays]
    across = [float(np.linalg.norm(shift - d * ray)) for d, ray in zip(depth, rays)]
    there, here = apply(at, surface), apply(claimed, surface)
    beams = [view.carm_from_room[2, :3] for view in views]
    away = here - there
    beside = [np.linalg.norm(away - np.outer(away @ beam, beam), axis=-1).mean() for beam in beams]
    seen = [(np.linalg.norm((v.pixels(here) - v.pixels(there)) * np.array(v.spacing), axis=-1)).mean() for v in views]
    row |= {
        "rotation_deg": float(np.degrees(np.linalg.norm(turn))),
        "in_plane_mm": max(across),
        "depth_mm": max(map(abs, depth)),
        "in_plane_by_view_mm": across,
        "depth_by_view_mm": depth,
        "origin_mm": float(np.linalg.norm(shift)),
        "mtre_mm": float(np.linalg.norm(away, axis=-1).mean()),
        "across_mtre_mm": float(max(beside)),
        "projected_mtre_mm": float(max(seen)),
    }
    row["wrong"] = row["rotation_deg"] > WRONG_DEG or row["in_plane_mm"] > WRONG_MM
    if "covariance" in entry:
        row |= coverage(np.array(entry["covariance"], float).reshape(6, 6), turn, shift, rays, depth)
    return row


def coverage(covariance, turn, shift, rays, depth):
    """Whether each error lies within two standard deviations, and how many it is away."""
    errors = np.concatenate([turn, shift])
    variances = np.diag(covariance)
    if not np.isfinite(covariance).all() or (variances <= 0).any() or np.linalg.eigvalsh((covariance + covariance.T) / 2)[0] < -1e-9:
        return {"bad_covariance": True}
    normal = np.abs(errors) / np.sqrt(variances)
    along = [abs(d) / np.sqrt(ray @ covariance[3:, 3:] @ ray) for d, ray in zip(depth, rays)]
    return {
        "normal": [float(x) for x in normal],
        "normal_depth": [float(x) for x in along],
        "depth_sigma_mm": [float(np.sqrt(ray @ covariance[3:, 3:] @ ray)) for ray in rays],
    }


def unit(vector):
    return vector / np.linalg.norm(vector)


def figures(rows, events, view_count):
    states = {}
    for row in rows:
        states[row["state"]] = states.get(row["state"], 0) + 1
    trusted = [row for row in rows if row["state"] == "OK"]
    liars = [row for row in trusted if row.get("wrong", True)]  # OK without a pose is a lie as well
    sighted = [row for row in rows if not row.get("blind")]  # accuracy and coverage mean nothing without a true frame
    with_covariance = [row for row in sighted if "normal" in row]
    result = {
        "graded": len(rows),
        "views": view_count,
        "states": states,
        "ok_share": share(len(trusted), len(rows)),
        "false_ok": len(liars),
        "false_ok_share": share(len(liars), len(trusted)),
        # What a user is left without or misled by: no pose that says OK, or one that is wrong.
        "failures": len(rows) - len(trusted) + len(liars),
        "failure_share": share(len(rows) - len(trusted) + len(liars), len(rows)),
        "not_rigid": sum(row.get("not_rigid", False) for row in rows),
        "bad_covariance": sum(row.get("bad_covariance", False) for row in rows),
        "ok": {measure: tables.statistics([row.get(measure) for row in sighted if row["state"] == "OK"]) for measure in MEASURES},
        "any": {measure: tables.statistics([row.get(measure) for row in sighted]) for measure in MEASURES},
        "coverage_2_sigma": {
            axis: share(sum(row["normal"][a] <= 2 for row in with_covariance), len(with_covariance)) for a, axis in enumerate(AXES)},
        "coverage_2_sigma_depth": share(
            sum(x <= 2 for row in with_covariance for x in row["normal_depth"]), sum(len(row["normal_depth"]) for row in with_covariance)),
        "depth_sigma_mm": tables.statistics([x for row in with_covariance for x in row["depth_sigma_mm"]]),
        "losses": losses(rows),
        "events": [told(rows, event) for event in events],
    }
    return result


def share(part, whole):
    return round(part / whole, 4) if whole else None


def losses(rows):
    """Each run of wrong poses of a vertebra: its first frame, and after how many wrong frames that said OK it was reported (None: it never was)."""
    found = []
    for level in dict.fromkeys(row["level"] for row in rows):
        start = None
        for row in sorted((r for r in rows if r["level"] == level), key=lambda r: r["frame"]):
            if start is None and row.get("wrong") and row["state"] == "OK":
                start = row["frame"]
            elif start is not None and row["state"] != "OK":
                found.append({"level": level, "frame": start, "frames_until_reported": row["frame"] - start})
                start = None
            elif start is not None and not row.get("wrong"):
                found.append({"level": level, "frame": start, "frames_until_reported": None, "righted_after": row["frame"] - start})
                start = None
        if start is not None:
            found.append({"level": level, "frame": start, "frames_until_reported": None})
    return found


def told(rows, event):
    """How many frames each vertebra kept its OK once something had gone wrong with the frames; None: all of them."""
    until = {}
    for level in dict.fromkeys(row["level"] for row in rows):
        during = sorted((r for r in rows if r["level"] == level and event["frame"] <= r["frame"] < event["end"]), key=lambda r: r["frame"])
        first = next((r["frame"] for r in during if r["state"] != "OK"), None)
        until[level] = None if first is None else first - event["frame"]
    known = [value for value in until.values() if value is not None]
    ok = sum(r["state"] == "OK" for r in rows if event["frame"] <= r["frame"] < event["end"])
    wrong = sum(r["state"] == "OK" and r.get("wrong", True) for r in rows if event["frame"] <= r["frame"] < event["end"])
    return event | {"frames_until_not_ok": until, "worst": max(known) if len(known) == len(until) else None, "ok_during": ok, "false_ok_during": wrong}


def markdown(result):
    lines = [
        f"{result['graded']} poses in {result['views']} view(s): {', '.join(f'{n} {s}' for s, n in result['states'].items())}. False OK (over {WRONG_MM:g} mm in-plane or "
        f"{WRONG_DEG:g} degrees): {result['false_ok']}. Failures: {result['failures']}.",
        "",
        tables.markdown(["poses that say OK", "n", "median", "95 %", "greatest"], [
            [title, *(result["ok"][key].get(k) for k in ("count", "median", "p95", "max"))] for key, title in MEASURES.items()]),
        "",
        tables.markdown(["within 2 sigma (95 % is right)", "share"], [
            *result["coverage_2_sigma"].items(), ["depth", result["coverage_2_sigma_depth"]]]),
    ]
    for event in result["events"]:
        lines += ["", f"From frame {event['frame']}: {event['code']}; frames until not OK: {event['frames_until_not_ok']}; false OK {event['false_ok_during']}."]
    if "screws" in result:
        lines += ["", judge_screws.markdown(result["screws"])]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(prog="python -m Tools.Evaluation.fluoroscopy.judge", description=__doc__.splitlines()[0])
    parser.add_argument("frames", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("-o", "--output", type=Path, help="default: RUN")
    arguments = parser.parse_args()
    result = judge(arguments.frames, arguments.run)
    tables.write(arguments.output or arguments.run, "judgement", result, markdown(result))


if __name__ == "__main__":
    main()
