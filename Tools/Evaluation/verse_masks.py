"""Plans on people's vertebrae: python -m Tools.Evaluation.verse_masks FOLDER -o OUTPUT

FOLDER holds VerSe masks (sub-*_seg-vert_msk.nii.gz, CC BY-SA 4.0) and pedicle_points.json with the body and pedicle points that people
marked, RAS mm. There is no CT, so one is painted from the mask: 300 HU for bone, 40 HU around it. What is planned therefore rests on the
shape alone, and HU terms count for nothing. Walls are graded on the human mask by code that shares nothing with the planner.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np

from Tools.case_reading import VERSE_IDS, Image, read_image, write_image
from Tools.Evaluation import lamina, tables
from Tools.Evaluation.masks import ENTRY_ZONE, Wall, breaches
from Tools.Evaluation.shaft import gertzbein_robbins, line_distance, surface, unit

BONE, TISSUE = 300, 40  # HU
MARGINS = (-0.5, 0.0, 0.5)  # mm the bone is shrunk or grown by, to show how far the grades lean on the mask's edge


def main():
    parser = argparse.ArgumentParser(prog="python -m Tools.Evaluation.verse_masks", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--work", type=Path, help="keep the cases here instead of in a temporary folder")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    points = json.loads((arguments.folder / "pedicle_points.json").read_text())
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.work or Path(temporary)
        for subject, marks in points.items():
            mask = arguments.folder / f"{subject}_seg-vert_msk.nii.gz"
            rows += one_subject(subject, mask, marks, work)
    report(arguments, rows)


def one_subject(subject, mask, marks, work):
    labels = read_image(mask)
    ct = work / f"{subject}_painted_ct.nii.gz"
    ct.parent.mkdir(parents=True, exist_ok=True)
    painted = np.where(labels.voxels > 0, BONE, TISSUE).astype(np.int16)
    write_image(Image(painted, labels.origin, labels.lps_from_index), ct)
    plan = lamina.plan(ct, mask, "verse", work / f"{subject}_case")
    # The points are RAS; LPS turns the first two axes round.
    human = {(m["level"], m["kind"]): np.array(m["ras_mm"]) * [-1, -1, 1] for m in marks}
    walls = {}
    return [judge(subject, screw, human, labels, walls) for screw in plan["screws"]]


def judge(subject, screw, human, labels, walls):
    level, side = screw["level"], screw["side"]
    row = {
        "subject": subject,
        "level": level,
        "side": side,
        "status": screw["status"],
        "reasons": [reason["code"] for reason in screw["reasons"]],
        "warnings": [warning["code"] for warning in screw["warnings"]],
    }
    mark = human.get((level, side))
    if screw["pedicle"] and mark is not None:
        row["pedicle_to_point"] = line_distance(mark, screw["pedicle"]["isthmus_centre_lps_mm"], screw["pedicle"]["axis"])
        row["width"], row["height"] = screw["pedicle"]["width_mm"], screw["pedicle"]["height_mm"]
    if screw["status"] != "planned":
        return row
    entry, tip = np.array(screw["entry_lps_mm"]), np.array(screw["tip_lps_mm"])
    row |= {"diameter": screw["diameter_mm"], "length": screw["length_mm"], "own_grade": screw["grade"]}
    if mark is not None:
        row["screw_to_point"] = line_distance(mark, entry, tip - entry)
        medial = unit(human[level, "right" if side == "left" else "left"] - mark)
        row["side_is_right"] = bool(np.linalg.norm(entry - mark) < np.linalg.norm(entry - human[level, "right" if side == "left" else "left"]))
    else:
        medial = unit(np.array([-1.0 if side == "left" else 1.0, 0, 0]))
    if level not in walls:
        walls[level] = Wall(labels, VERSE_IDS[level])
    for margin in MARGINS:
        any_wall, medial_wall = breaches(screw, walls[level], medial, surface, margin=margin)
        row[f"breach{margin:+g}"], row[f"medial_breach{margin:+g}"] = round(any_wall, 3), round(medial_wall, 3)
        row[f"grade{margin:+g}"] = gertzbein_robbins(any_wall)
    row["breach_without_entry_zone"] = round(breaches(screw, walls[level], medial, surface, skip=0)[0], 3)
    return row


def report(arguments, rows):
    planned = [row for row in rows if row["status"] == "planned"]
    grades = {f"{margin:+g}": {g: sum(row[f"grade{margin:+g}"] == g for row in planned) for g in "ABCDE"} for margin in MARGINS}
    medial = {f"{margin:+g}": sum(row[f"medial_breach{margin:+g}"] > 0 for row in planned) for margin in MARGINS}
    counts = {
        "pedicles": len(rows),
        "planned": len(planned),
        "refused": [f"{r['subject']} {r['level']} {r['side']}: {', '.join(r['reasons'])}" for r in rows if r["status"] == "refused"],
        "wrong_side": sum(not row.get("side_is_right", True) for row in planned),
        "medial_breaches": medial,
        "grades": grades,
        "screw_within_2_mm_of_point": sum(row["screw_to_point"] <= 2 for row in planned if "screw_to_point" in row),
    }
    measures = {"pedicle_to_point": "pedicle axis to the human point, mm", "screw_to_point": "screw axis to the human point, mm",
                "breach+0": "greatest breach, mm", "medial_breach+0": "greatest medial breach, mm"}
    lines = [
        f"Human masks: {counts['planned']} of {counts['pedicles']} pedicles planned, {counts['wrong_side']} on the wrong side; "
        f"{counts['screw_within_2_mm_of_point']} screw axes within 2 mm of the human pedicle point. The first {ENTRY_ZONE:g} mm of a shaft "
        "are not graded.",
        "",
        tables.figures_table(measures, rows, names=None),
        "",
        tables.markdown(
            ["bone edge moved by, mm", "A", "B", "C", "D", "E", "medial breaches"],
            [[name, *grades[name].values(), medial[name]] for name in grades]),
        "",
        tables.markdown(
            ["subject", "level", "side", "status", "width", "screw", "to point", "grade", "breach", "medial", "reasons and warnings"],
            [[r["subject"].removeprefix("sub-"), r["level"], r["side"], r["status"], r.get("width"),
              f"{r['diameter']:g}x{r['length']:g}" if "diameter" in r else None, r.get("screw_to_point"), r.get("grade+0"), r.get("breach+0"),
              r.get("medial_breach+0"), ", ".join(r["reasons"] + r["warnings"])] for r in rows]),
    ]
    result = {"lamina": lamina.version(), "counts": counts, "figures": {m: tables.by_region(rows, m) for m in measures}, "rows": rows}
    tables.write(arguments.output, "verse_masks", result, "\n".join(lines))


main()
