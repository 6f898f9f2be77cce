"""A person's change to a screw: measured anew, refused where it breaks a rule, on the right side, and nothing else touched."""

import csv
import hashlib
import json
import shutil
import struct
import subprocess
import zipfile

import jsonschema
import nibabel as nib
import numpy as np
import pytest

from conftest import PROGRAM, run_lamina, schema, texts_of_screws

FIGURES = ("margins_mm", "grade", "grade_if_bone_is_one_voxel_smaller", "hu", "depth_fraction", "angles_deg", "diameter_mm", "length_mm")


@pytest.fixture
def case(lone_case, tmp_path):
    shutil.copytree(lone_case, tmp_path / "case")
    return tmp_path / "case"


def adjust(case, *options, exit_code=0):
    """The summary, which keeps its schema, as the case does then."""
    run = run_lamina("adjust", case, "--json", *options)
    assert run.returncode == exit_code, run.stdout + run.stderr
    summary = json.loads(run.stdout)
    jsonschema.validate(summary, schema("summary"))
    if exit_code == 0:
        jsonschema.validate(json.loads((case / "plan.json").read_text()), schema("plan"))
        jsonschema.validate(json.loads((case / "manifest.json").read_text()), schema("manifest"))
        assert run_lamina("verify", case).returncode == 0
    return summary


def plan(case):
    return json.loads((case / "plan.json").read_text())


def screw(case, level="L1", side="left"):
    return next(s for s in plan(case)["screws"] if (s["level"], s["side"]) == (level, side))


def files(case):
    return {str(p.relative_to(case)): hashlib.sha256(p.read_bytes()).hexdigest() for p in case.rglob("*") if p.is_file()}


def in_vertebra(one):
    """Entry and unit direction in the vertebra's frame, from LPS entry and tip alone."""
    frame = np.reshape(one["patient_from_vertebra"], (4, 4))
    entry, tip = (np.linalg.solve(frame, [*one[name], 1])[:3] for name in ("entry_lps_mm", "tip_lps_mm"))
    return entry, (tip - entry) / np.linalg.norm(tip - entry)


def bone_left(phantom, one, level_id):
    """Bone from the shaft to the midline's side at the isthmus, mm, seen in the labels' own voxels."""
    labels = nib.load(phantom / "labels.nii.gz")
    voxels, ijk_from_ras = np.asanyarray(labels.dataobj), np.linalg.inv(labels.affine)
    frame = np.reshape(one["patient_from_vertebra"], (4, 4))
    entry, axis = np.array(one["entry_lps_mm"]), np.array(one["tip_lps_mm"]) - one["entry_lps_mm"]
    axis /= np.linalg.norm(axis)
    medial = frame[:3, 0] * (-1 if one["side"] == "left" else 1)
    medial -= (medial @ axis) * axis
    medial /= np.linalg.norm(medial)
    depth = (np.array(one["pedicle"]["isthmus_centre_lps_mm"]) - entry) @ axis
    walls = []
    for s in np.arange(depth - 4, depth + 4, 0.5):
        steps = np.arange(0, 15, 0.05)
        points = (entry + s * axis) + steps[:, None] * medial
        ijk = np.rint((points * [-1, -1, 1]) @ ijk_from_ras[:3, :3].T + ijk_from_ras[:3, 3]).astype(int)
        outside = np.nonzero(voxels[tuple(ijk.T)] != level_id)[0]
        walls.append(steps[outside[0]] if len(outside) else 15)
    return min(walls) - one["diameter_mm"] / 2


def test_a_screw_left_where_it_is_keeps_every_figure(case):
    """The same judge: what the planner measured is measured again to the last digit. No other screw changes by a character."""
    before, others = screw(case), texts_of_screws(case)
    summary = adjust(case, "--screw", "L1:left", "--length-mm", before["length_mm"])
    after = screw(case)
    assert after["status"] == "adjusted" and after["edit"]["action"] == "moved" and after["edit"]["worse"] == []
    for name in FIGURES:
        assert after[name] == before[name], name
    assert after["score"] == pytest.approx(before["score"], abs=2e-3)
    assert after["entry_lps_mm"] == before["entry_lps_mm"] and after["tip_lps_mm"] == before["tip_lps_mm"]
    now = texts_of_screws(case)
    assert {k for k in others if now[k] != others[k]} == {("L1", "left")}
    assert [c["status"] for c in summary["changes"]] == ["adjusted"]
    assert "placed_by_hand" in [r["code"] for r in after["reasons"]] and before["alternatives"] == after["alternatives"][1:]


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_entry_moves_along_the_vertebras_axes(lone_phantom, case, side):
    before = screw(case, "L1", side)
    inwards = -1.0 if side == "left" else 1.0
    summary = adjust(case, "--screw", f"L1:{side}", "--entry-offset-mm", f"{inwards},0.5,-0.25", "--accept-risk", "to see what it costs")
    after = screw(case, "L1", side)
    (entry, direction), (entry_now, direction_now) = in_vertebra(before), in_vertebra(after)
    assert entry_now - entry == pytest.approx([inwards, 0.5, -0.25], abs=1e-4)
    assert direction_now == pytest.approx(direction, abs=1e-5)
    # Nearer to the midline by 1 mm: on this side, and on no other, that much bone is gone.
    assert after["margins_mm"]["medial"] == pytest.approx(before["margins_mm"]["medial"] - 1, abs=0.5)
    assert after["margins_mm"]["lateral"] > before["margins_mm"]["lateral"] + 0.4
    assert after["margins_mm"]["canal"] < before["margins_mm"]["canal"] - 0.4
    worse = {note["code"]: note["values"] for note in summary["changes"][0]["worse"]}
    assert worse["less_medial"] == {"before_mm": before["margins_mm"]["medial"], "after_mm": after["margins_mm"]["medial"]}
    assert "less_canal" in worse and "less_lateral" not in worse
    for one in (before, after):
        assert bone_left(lone_phantom, one, 20) == pytest.approx(one["margins_mm"]["medial"], abs=1.1)


@pytest.mark.parametrize("side", ["left", "right"])
def test_angles_are_those_of_the_plan(case, side):
    """Both angles are measured with numpy in the vertebra's frame; the entry stays."""
    before = screw(case, "L1", side)
    wanted = [round(before["angles_deg"]["transverse"] + 2, 2), round(before["angles_deg"]["sagittal"] - 1.5, 2)]
    adjust(case, "--screw", f"L1:{side}", "--transverse-deg", wanted[0], "--sagittal-deg", wanted[1], "--accept-risk", "angles alone are tried")
    after = screw(case, "L1", side)
    _, d = in_vertebra(after)
    towards_midline = -d[0] if side == "left" else d[0]
    assert np.degrees([np.arctan2(towards_midline, -d[1]), np.arctan2(d[2], -d[1])]) == pytest.approx(wanted, abs=1e-3)
    assert after["angles_deg"] == pytest.approx({"transverse": wanted[0], "sagittal": wanted[1]}, abs=2e-3)
    assert after["entry_lps_mm"] == pytest.approx(before["entry_lps_mm"], abs=1e-5)


def test_what_breaks_a_rule_is_refused_and_nothing_is_written(case):
    before = files(case)
    error = adjust(case, "--screw", "L1:left", "--entry-offset-mm", "-4,0,0", exit_code=5)["error"]
    assert error["code"] == "breaks_rules" and error["where"] == "L1 left"
    assert "medial_breach" in error["what"] and "--accept-risk" in error["do"]
    assert files(case) == before


def test_an_accepted_risk_stands_wherever_the_screw_does(case):
    reason = 'tumour in the lateral wall, agreed with "Dr. B", 3 mm'
    run = run_lamina("adjust", case, "--screw", "L1:left", "--entry-offset-mm", "-4,0,0", "--accept-risk", reason)
    assert run.returncode == 0, run.stderr
    assert "BREAKS A RULE" in run.stdout and reason in run.stdout and "WORSE" in run.stdout
    one = screw(case)
    assert one["status"] == "risk_accepted" and one["margins_mm"]["medial"] < 0 and one["grade"] != "A"
    assert one["edit"]["accepted_risk"]["reason"] == reason
    assert "medial_breach" in [f["code"] for f in one["edit"]["accepted_risk"]["broken"]]
    row = next(r for r in csv.DictReader((case / "screws.csv").open(newline="")) if (r["level"], r["side"]) == ("L1", "left"))
    assert row["accepted_risk"] == reason and row["status"] == "risk_accepted" and "risk_accepted" in row["case_warnings"]
    manifest = json.loads((case / "manifest.json").read_text())
    assert any(reason in w["message"] for w in manifest["warnings"]) and reason in manifest["arguments"]
    # Taken back: nothing of the risk stays with the plan.
    old = one["edit"]["before"]
    adjust(case, "--screw", "L1:left", "--entry-offset-mm", "4,0,0")
    assert screw(case)["status"] == "adjusted" and screw(case)["margins_mm"] == old["margins_mm"]
    assert "risk_accepted" not in {w["code"] for w in plan(case)["warnings"]}


@pytest.mark.parametrize("options, code, exit_code", [
    (["--screw", "L1:left", "--length-mm", 43], "not_in_catalogue", 2), (["--screw", "L1:left", "--diameter-mm", 6.3], "not_in_catalogue", 2),
    (["--screw", "L4:left", "--length-mm", 45], "level_not_in_plan", 2), (["--screw", "L1:left", "--add"], "screw_exists", 2),
    (["--screw", "L1:left", "--entry-offset-mm", "0,0,30", "--accept-risk", "x"], "not_through_pedicle", 5),
    (["--screw", "L1:left", "--transverse-deg", 55, "--accept-risk", "x"], "not_through_pedicle", 5),
    # Into the other side's pedicle.
    (["--screw", "L1:left", "--entry-offset-mm", "-25,0,0", "--accept-risk", "x"], "not_through_pedicle", 5),
    (["--screw", "L1:left"], "usage", 2), (["--screw", "L1", "--remove"], "usage", 2), (["--screw", "L1:left", "--remove", "--length-mm", 45], "usage", 2),
    (["--screw", "L1:left", "--length-mm", 45, "--accept-risk", " "], "usage", 2), (["--screw", "L1:left", "--entry-offset-mm", "1,2", ], "usage", 2)])
def test_what_cannot_be_done_is_said(lone_case, options, code, exit_code):
    before = files(lone_case)
    assert adjust(lone_case, *options, exit_code=exit_code)["error"]["code"] == code
    assert files(lone_case) == before


def test_a_buried_head_is_against_the_rules(case):
    """The entry 6 mm inside the bone along the screw: walls may be whole, but the head would lie in the bone."""
    _, direction = in_vertebra(screw(case))
    inwards = ",".join(str(6 * d) for d in direction)
    assert "off_cortex" in adjust(case, "--screw", "L1:left", "--entry-offset-mm", inwards, exit_code=5)["error"]["what"]


def test_removed_and_put_back(case):
    before = screw(case)
    adjust(case, "--screw", "L1:left", "--remove")
    gone = screw(case)
    assert gone["status"] == "removed" and gone["entry_lps_mm"] is None and gone["reasons"][0]["code"] == "removed_by_hand"
    assert gone["edit"]["before"]["entry_lps_mm"] == before["entry_lps_mm"] and not (case / "screws/L1_left.stl").exists()
    assert adjust(case, "--screw", "L1:left", "--length-mm", 40, exit_code=2)["error"]["code"] == "no_screw"
    adjust(case, "--screw", "L1:left", "--add")
    again = screw(case)
    assert again["status"] == "adjusted" and again["edit"]["action"] == "added" and (case / "screws/L1_left.stl").exists()
    assert again["entry_lps_mm"] == pytest.approx(before["entry_lps_mm"], abs=1e-5)
    assert again["margins_mm"] == pytest.approx(before["margins_mm"], abs=2e-3)


def test_a_screw_in_a_refused_pedicle_needs_its_risk_said(lone_phantom, tmp_path):
    """Only thick screws are made, so every pedicle is refused; a person puts one in along the pedicle's axis."""
    thick = {"schema": "lamina.screws", "schema_version": "1.0.0", "name": "thick", "source": "test",
             "screws": [{"diameter_mm": 12.5, "lengths_mm": [30, 35, 40, 45, 50]}], "typical": {"L1": {"diameter_mm": 12.5, "length_mm": 45}}}
    (tmp_path / "thick.json").write_text(json.dumps(thick))
    case = tmp_path / "case"
    made = run_lamina("plan", lone_phantom / "ct.nii.gz", "--labels", lone_phantom / "labels.nii.gz", "--scheme", "lamina", "--levels", "L1", "-o", case,
                      "--catalogue", tmp_path / "thick.json")
    assert made.returncode == 5 and screw(case)["status"] == "refused", made.stderr
    assert adjust(case, "--screw", "L1:left", "--length-mm", 40, exit_code=2)["error"]["code"] == "no_screw"
    assert "fills_pedicle" in adjust(case, "--screw", "L1:left", "--add", exit_code=5)["error"]["what"]
    adjust(case, "--screw", "L1:left", "--add", "--accept-risk", "no other implant in the house")
    one = screw(case)
    assert one["status"] == "risk_accepted" and one["edit"]["before"] == {"status": "refused"}
    axis = np.array(one["tip_lps_mm"]) - one["entry_lps_mm"]
    assert axis / np.linalg.norm(axis) == pytest.approx(one["pedicle"]["axis"], abs=1e-4)


def test_the_mesh_of_the_screw_stands_where_the_plan_says(case):
    old = (case / "screws/L1_left.stl").read_bytes()
    untouched = (case / "screws/L1_right.stl").read_bytes()
    before = screw(case)["length_mm"]
    adjust(case, "--screw", "L1:left", "--length-mm", before - 5)
    data, one = (case / "screws/L1_left.stl").read_bytes(), screw(case)
    assert data != old and (case / "screws/L1_right.stl").read_bytes() == untouched
    count = struct.unpack_from("<I", data, 80)[0]
    points = np.array([struct.unpack_from("<12f", data, 84 + 50 * n)[3:] for n in range(count)]).reshape(-1, 3)
    entry, tip = np.array(one["entry_lps_mm"]), np.array(one["tip_lps_mm"])
    along = (points - entry) @ (tip - entry) / np.linalg.norm(tip - entry)
    assert one["length_mm"] == before - 5 and along.max() == pytest.approx(one["length_mm"], abs=0.05)


def test_every_file_but_those_of_the_screw_is_kept(case):
    before = files(case)
    adjust(case, "--screw", "L1:left", "--length-mm", screw(case)["length_mm"] - 5)
    now = files(case)
    assert {n for n in before if now[n] != before[n]} == {
        "plan.json", "screws.csv", "report.html", "screws/L1_left.stl", "manifest.json", "audit.jsonl"}
    assert "placed by a person" in (case / "report.html").read_text()
    assert set(now) == set(before)


def test_adjusted_again_and_not_relabelled(case):
    length = screw(case)["length_mm"]
    adjust(case, "--screw", "L1:left", "--length-mm", length - 5)
    adjust(case, "--screw", "L1:right", "--remove")
    assert screw(case)["length_mm"] == length - 5 and screw(case, "L1", "right")["status"] == "removed"
    before = files(case)
    run = run_lamina("relabel", case, "--shift", 1, "--json")
    assert run.returncode == 2 and json.loads(run.stdout)["error"]["code"] == "adjusted_by_hand" and "L1 left" in run.stdout
    assert files(case) == before


def test_small_steps_for_the_worse_are_measured_from_lamina_s_own_screw(case):
    own = screw(case)
    for _ in range(2):
        adjust(case, "--screw", "L1:left", "--entry-offset-mm", "-0.4,0,0")
    edit = screw(case)["edit"]
    assert edit["before"]["entry_lps_mm"] == own["entry_lps_mm"] and edit["before"]["status"] == "planned"
    (less,) = [w for w in edit["worse"] if w["code"] == "less_medial"]
    assert less["values"]["before_mm"] == pytest.approx(own["margins_mm"]["medial"], abs=1e-6)
    assert less["values"]["after_mm"] < own["margins_mm"]["medial"] - 0.6
    # Nor does taking it out and putting it in again begin a new count.
    adjust(case, "--screw", "L1:left", "--remove")
    adjust(case, "--screw", "L1:left", "--add")
    again = screw(case)["edit"]
    assert again["before"]["entry_lps_mm"] == own["entry_lps_mm"] and [w["code"] for w in again["worse"]] == [w["code"] for w in edit["worse"]]


def test_a_relabelled_case_can_be_adjusted(case):
    """Its levels have other names than the first command line has."""
    assert run_lamina("relabel", case, "--shift", 1).returncode in (0, 5)
    adjust(case, "--screw", "L2:left", "--length-mm", screw(case, "L2", "left")["length_mm"] - 5)
    assert [json.loads(line)["event"] for line in (case / "audit.jsonl").read_text().splitlines()] == ["planned", "relabelled", "adjusted"]


def test_another_scan_is_refused(case, lone_phantom):
    image = nib.load(lone_phantom / "ct.nii.gz")
    nib.save(nib.Nifti1Image(np.asanyarray(image.dataobj) + np.int16(1), image.affine, image.header), case.parent / "other.nii.gz")
    error = adjust(case, "--screw", "L1:left", "--remove", "--input", case.parent / "other.nii.gz", exit_code=7)["error"]
    assert error["code"] == "another_scan"


def markup(path, name, entry, tip, system="LPS", **changes):
    """A line as 3D Slicer saves it; points in LPS come out in `system`."""
    sign = np.array([-1, -1, 1]) if system == "RAS" else np.ones(3)
    line = {"type": "Line", "name": name, "coordinateSystem": system, "coordinateUnits": "mm", "locked": False, "fixedNumberOfControlPoints": False,
            "labelFormat": "%N-%d", "lastUsedControlPointNumber": 2, "controlPoints": [
                {"id": str(n), "label": label, "description": "", "position": (sign * point).tolist(), "selected": True, "positionStatus": "defined"}
                for n, (label, point) in enumerate((("entry", entry), ("tip", tip)), 1)]} | changes
    path.write_text(json.dumps({
        "@schema": "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/Schema/markups-schema-v1.0.3.json#",
        "markups": [{k: v for k, v in line.items() if v is not None}]}))
    return path


def drawn_line(case, side="left"):
    """The planned screw, its entry 0.4 mm up and out, as somebody would draw it."""
    one = screw(case, "L1", side)
    frame = np.reshape(one["patient_from_vertebra"], (4, 4))
    shift = frame[:3, :3] @ [0.3 if side == "left" else -0.3, 0, 0.3]
    return np.array(one["entry_lps_mm"]) + shift, np.array(one["tip_lps_mm"]) + shift


@pytest.mark.parametrize("side", ["left", "right"])
def test_lps_and_ras_lines_give_the_same_screw_on_the_same_side(lone_case, tmp_path, side):
    entry, tip = drawn_line(lone_case, side)
    made = {}
    for system in ("LPS", "RAS"):
        case = tmp_path / system
        shutil.copytree(lone_case, case)
        adjust(case, "--from-markups", markup(tmp_path / f"{system}.mrk.json", f"L1_{side}", entry, tip, system))
        made[system] = screw(case, "L1", side)
    assert made["LPS"] == made["RAS"]
    one = made["LPS"]
    assert one["entry_lps_mm"] == pytest.approx(entry, abs=1e-4) and one["tip_lps_mm"] == pytest.approx(tip, abs=1e-3)
    assert one["edit"]["source"] == "markups"
    inputs = {r["path"]: r["sha256"] for r in json.loads((tmp_path / "RAS/manifest.json").read_text())["inputs"]}
    drawing = tmp_path / "RAS.mrk.json"
    assert inputs[str(drawing)] == hashlib.sha256(drawing.read_bytes()).hexdigest()
    x = in_vertebra(one)[0][0]
    assert (x > 0) == (side == "left")


def test_a_line_longer_than_a_made_screw_is_not_passed(case, tmp_path):
    entry, tip = drawn_line(case)
    along = (tip - entry) / np.linalg.norm(tip - entry)
    length = screw(case)["length_mm"]
    adjust(case, "--from-markups", markup(tmp_path / "a.mrk.json", "L1_left", entry, entry + (length - 1) * along))
    assert screw(case)["length_mm"] < length - 1


def test_two_files_at_once(case, tmp_path):
    paths = [markup(tmp_path / f"{side}.mrk.json", f"L1_{side}", *drawn_line(case, side)) for side in ("left", "right")]
    assert len(adjust(case, "--from-markups", *paths)["changes"]) == 2
    assert screw(case, "L1", "left")["status"] == screw(case, "L1", "right")["status"] == "adjusted"


@pytest.mark.parametrize("name, changes, exit_code, code, text", [
    ("L1_right", {}, 5, "wrong_pedicle", "L1 left"), ("L2_left", {}, 5, "wrong_pedicle", "L1 left"), ("T12_right", {}, 5, "wrong_pedicle", "L1 left"),
    ("L1_left", {"coordinateSystem": None}, 3, "bad_wire_file", "coordinateSystem is missing"),
    ("L1_left", {"coordinateSystem": "1"}, 3, "bad_wire_file", "coordinateSystem"),
    # The same numbers read as RAS lie on the other side of the patient or outside.
    ("L1_left", {"coordinateSystem": "RAS"}, 5, None, ""),
    ("L1_left", {"coordinateUnits": "cm"}, 3, "bad_wire_file", "coordinateUnits"), ("screw 1", {}, 3, "bad_wire_file", "L4_left"),
    ("L1_left", {"type": "Fiducial"}, 3, "bad_wire_file", "Line"), ("L1_left", {"controlPoints": []}, 3, "bad_wire_file", "two control points")])
def test_a_line_in_the_wrong_place_or_words_is_refused(phantom_case, tmp_path, name, changes, exit_code, code, text):
    before = files(phantom_case)
    path = markup(tmp_path / "line.mrk.json", name, *drawn_line(phantom_case), **changes)
    error = adjust(phantom_case, "--from-markups", path, exit_code=exit_code)["error"]
    assert (code is None or error["code"] == code) and text in error["what"]
    assert files(phantom_case) == before


def test_a_line_drawn_from_tip_to_entry_is_refused(lone_case, tmp_path):
    entry, tip = drawn_line(lone_case)
    path = markup(tmp_path / "line.mrk.json", "L1_left", tip, entry)
    assert adjust(lone_case, "--from-markups", path, exit_code=5)["error"]["code"] == "not_through_pedicle"


def test_slicers_own_line_is_read(case, tmp_path):
    """Saved by 3D Slicer's own libraries, which leave the line's name out and call the file by it."""
    import slicer_core as slicer

    entry, tip = drawn_line(case)
    line, storage = slicer.vtkMRMLMarkupsLineNode(), slicer.vtkMRMLMarkupsJsonStorageNode()
    for label, point in (("entry", entry), ("tip", tip)):
        line.AddControlPoint((point * [-1, -1, 1]).tolist(), label)  # Slicer's own coordinates are RAS
    storage.SetFileName(str(tmp_path / "L1_left.mrk.json"))
    assert storage.WriteData(line) == 1
    adjust(case, "--from-markups", tmp_path / "L1_left.mrk.json")
    assert screw(case)["entry_lps_mm"] == pytest.approx(entry, abs=1e-4) and screw(case)["tip_lps_mm"] == pytest.approx(tip, abs=1e-3)


def test_exports_show_a_persons_screw_and_its_line_comes_back(case, tmp_path):
    """A screw that is not the planner's is neither left out nor unmarked; the exported line is the same screw again."""
    adjust(case, "--screw", "L1:left", "--entry-offset-mm", "-4,0,0", "--accept-risk", "to be seen")
    adjust(case, "--screw", "L1:right", "--remove")
    one = screw(case)
    assert run_lamina("export", case, "--format", "mrb", "-o", tmp_path / "a.mrb").returncode == 0
    with zipfile.ZipFile(tmp_path / "a.mrb") as archive:
        lines = {name.split("/")[-1]: archive.read(name) for name in archive.namelist() if name.endswith(".mrk.json")}
        scene = next(archive.read(name).decode() for name in archive.namelist() if name.endswith(".mrml"))
    assert set(lines) == {"L1_left.mrk.json"} and "BREAKS A RULE" in scene and "L1_right" in scene
    assert "BREAKS A RULE" in lines["L1_left.mrk.json"].decode()
    (tmp_path / "L1_left.mrk.json").write_bytes(lines["L1_left.mrk.json"])
    adjust(case, "--from-markups", tmp_path / "L1_left.mrk.json", "--accept-risk", "again")
    for name in ("entry_lps_mm", "tip_lps_mm", "length_mm", "diameter_mm"):
        assert screw(case)[name] == pytest.approx(one[name], abs=1e-4)


def test_two_changes_at_once_are_both_made_or_one_is_refused(case):
    runs = {
        side: subprocess.Popen([PROGRAM, "adjust", case, "--screw", f"L1:{side}", "--remove", "--json"], stdout=subprocess.PIPE, text=True) for side in ("left", "right")}
    codes = {side: (json.loads(run.communicate(timeout=120)[0]), run.returncode)[1] for side, run in runs.items()}
    assert set(codes.values()) <= {0, 7} and 0 in codes.values()
    assert {side for side in codes if screw(case, side=side)["status"] == "removed"} == {side for side, code in codes.items() if code == 0}
    assert run_lamina("verify", case).returncode == 0
