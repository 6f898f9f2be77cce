"""Grades placed screws of a tracker's poses.jsonl against where the simulation put them (screws.json)."""

from pathlib import Path

import numpy as np

from Tools.Evaluation import tables
from Tools.Evaluation.fluoroscopy import wire
from Tools.Evaluation.fluoroscopy.rigid import apply

# A screw that says found and is off by more than this in the directions that the views show is a lie, whatever its own sigma says.
WRONG_MM, WRONG_DEG = 3.0, 4.0
MEASURES = {
    "entry_mm": "entry from its true place in the vertebra, mm", "tip_mm": "tip, mm", "angle_deg": "direction, degrees",
    "entry_across_mm": "entry in the room across the rays, mm (worst view)", "tip_across_mm": "tip in the room across the rays, mm (worst view)",
}


def grade(frames, run, moments, truth):
    """Rows of every planned screw that the tracker told of; None where it told of none and there were none."""
    described = Path(frames) / "screws.json"
    placed = wire.read(described) if described.exists() else {"from_frame": 0, "screws": []}
    lines = wire.read_lines(Path(run) / "poses.jsonl")
    if not placed["screws"] and not any("screws" in line for line in lines):
        return None
    poses = {(line["frame"], v["level"]): np.array(v["room_from_vertebra"]).reshape(4, 4) for line in truth for v in line["vertebrae"]}
    true = {(s["level"], s["side"]): s for s in placed["screws"]}
    rows = []
    for line in lines:
        told = {}
        for entry in line.get("screws", []):
            key = entry["level"], entry["side"]
            if key in told:
                raise SystemExit(f"poses.jsonl: frame {line['frame']} has screw {key} twice")
            told[key] = entry
        present = {k: s for k, s in true.items() if line["frame"] >= placed["from_frame"]}
        for key in sorted(set(told) | set(present)):
            pose = poses.get((line["frame"], key[0]))
            row = one(told.get(key), present.get(key), present, pose, moments[line["frame"]])
            rows.append(row | {"frame": line["frame"], "level": key[0], "side": key[1]})
    return figures(rows)


def one(entry, truth, present, pose, views):
    row = {"state": entry["state"] if entry else "missing", "causes": entry["causes"] if entry else [], "is_there": truth is not None}
    if row["state"] not in ("found", "uncertain"):
        return row
    ends = np.array([entry["vertebra_entry_mm"], entry["vertebra_tip_mm"]], float)
    if truth is None:
        return row | {"wrong": True}
    right = np.array([truth["entry_vertebra_mm"], truth["tip_vertebra_mm"]], float)
    there = apply(pose, right)
    here = np.array([entry["room_entry_mm"], entry["room_tip_mm"]], float)
    across = [max(float(np.linalg.norm(np.cross(h - t, unit(t - view.source)))) for view in views) for h, t in zip(here, there)]
    angle = float(np.degrees(np.arccos(np.clip(unit(ends[1] - ends[0]) @ unit(right[1] - right[0]), -1, 1))))
    row |= {
        "entry_mm": float(np.linalg.norm(ends[0] - right[0])), "tip_mm": float(np.linalg.norm(ends[1] - right[1])), "angle_deg": angle,
        "entry_across_mm": across[0], "tip_across_mm": across[1],
    }
    # The nearest of the screws that are there, in the vertebra's own true place: another one is an exchange of sides.
    same = [s for s in present.values() if s["level"] == truth["level"]]
    nearest = min(same, key=lambda s: np.linalg.norm(ends[0] - s["entry_vertebra_mm"]) + np.linalg.norm(ends[1] - s["tip_vertebra_mm"]))
    row["exchanged"] = nearest["side"] != truth["side"]
    row["wrong"] = row["exchanged"] or max(across) > WRONG_MM or (len(views) > 1 and angle > WRONG_DEG)
    covariance = np.array(entry["covariance"], float).reshape(6, 6)
    errors = np.concatenate([here[0] - there[0], here[1] - there[1]])
    row["normal"] = [float(x) for x in np.abs(errors) / np.sqrt(np.maximum(np.diag(covariance), 1e-12))]
    row["deviation_sigmas"] = [
        row[f"{end}_mm"] / max(entry["deviation"][f"{end}_sigma_mm"], 1e-6) for end in ("entry", "tip")]
    # Left out of the tracker's numbers: the signs of its deviation, checked against the truth's own.
    plan = np.array(truth["planned_vertebra_from_screw"]).reshape(4, 4)
    away = right[0] - plan[:3, 3]
    medial = -away[0] if truth["side"] == "left" else away[0]
    row["medial_error_mm"] = abs(entry["deviation"]["entry_medial_mm"] - float(medial))
    row["cranial_error_mm"] = abs(entry["deviation"]["entry_cranial_mm"] - float(away[2]))
    return row


def unit(vector):
    return vector / np.linalg.norm(vector)


def figures(rows):
    there, absent = [r for r in rows if r["is_there"]], [r for r in rows if not r["is_there"]]
    found = [r for r in there if r["state"] == "found"]
    placed = [r for r in there if r["state"] in ("found", "uncertain")]
    causes = {}
    for row in there:
        for cause in row["causes"]:
            causes[cause] = causes.get(cause, 0) + 1

    def within(key, group):
        numbers = [x for r in group for x in r[key]]
        return round(sum(x <= 2 for x in numbers) / len(numbers), 4) if numbers else None

    return {
        "there": len(there), "found": len(found), "uncertain": len(placed) - len(found), "missed": len(there) - len(placed),
        "absent": len(absent), "false_found": sum(r["state"] == "found" for r in absent),
        "false_uncertain": sum(r["state"] == "uncertain" for r in absent),
        "wrong_found": sum(r["wrong"] for r in found), "exchanged_found": sum(r["exchanged"] for r in found),
        "causes": causes,
        "found_errors": {m: tables.statistics([r.get(m) for r in found]) for m in MEASURES},
        "any_errors": {m: tables.statistics([r.get(m) for r in placed]) for m in MEASURES},
        "signed": {m: tables.statistics([r.get(m) for r in found]) for m in ("medial_error_mm", "cranial_error_mm")},
        "within_2_sigma": within("normal", placed), "deviation_within_2_sigma": within("deviation_sigmas", placed),
        "rows": rows,
    }


def markdown(result):
    lines = [
        f"Screws: {result['there']} there, {result['found']} found, {result['uncertain']} uncertain, {result['missed']} not found; of {result['absent']} that are not "
        f"there {result['false_found']} found, {result['false_uncertain']} uncertain. Found and wrong (over {WRONG_MM:g} mm across the rays, {WRONG_DEG:g} degrees, "
        f"or the other side's): {result['wrong_found']}; exchanged: {result['exchanged_found']}.",
        "",
        tables.markdown(["screws that say found", "n", "median", "95 %", "greatest"], [
            [title, *(result["found_errors"][key].get(k) for k in ("count", "median", "p95", "max"))] for key, title in MEASURES.items()]),
        "",
        f"Of all that have a place, {result['within_2_sigma']} of coordinates lie within two of their sigmas, {result['deviation_within_2_sigma']} of ends' distances within "
        "two of their deviation's.",
    ]
    return "\n".join(lines)
