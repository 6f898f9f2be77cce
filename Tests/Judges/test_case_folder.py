"""A case is whole or not there, true to its manifest, the same from run to run, and says one thing in all its files."""

import csv
import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time

import pytest

from conftest import ROOT, heed_signals, plan_arguments, run_lamina
from test_command_line import check


def files(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_files_keep_their_schemas(phantom, phantom_case):
    check(json.loads((phantom_case / "plan.json").read_text()), "plan")
    check(json.loads((phantom_case / "manifest.json").read_text()), "manifest")
    check(json.loads((phantom / "truth.json").read_text()), "truth")


def test_units_end_the_keys_of_measurements(phantom_case):
    manifest = json.loads((phantom_case / "manifest.json").read_text())
    for mesh in manifest["measurements"]["meshes"].values():
        assert set(mesh["repairs"]) == {"dropped_pieces", "dropped_volume_mm3", "filled_cavities", "filled_volume_mm3"}
        assert all(key == key.lower() for key in mesh)


def test_engines_are_named_with_their_versions(phantom_case):
    engines = json.loads((phantom_case / "manifest.json").read_text())["engines"]
    assert set(engines) == {"Assimp", "DCMTK", "Eigen", "GDCM", "libcrypto", "libpng", "LibTIFF", "teem", "ZeroMQ", "zlib"}
    assert all(any(c.isdigit() for c in version) for version in engines.values())


def test_schema_sees_a_lie(phantom_case):
    """The schema is strict: a refused screw with geometry, an unknown key and a swapped side name are errors."""
    import jsonschema

    plan = json.loads((phantom_case / "plan.json").read_text())
    screw = next(s for s in plan["screws"] if s["status"] == "planned")
    for change in ({"status": "refused"}, {"extra": 1}, {"side": "LEFT"}, {"entry_lps_mm": None}, {"level": "T14"}):
        lie = json.loads(json.dumps(plan))
        lie["screws"][plan["screws"].index(screw)].update(change)
        with pytest.raises(jsonschema.ValidationError):
            check(lie, "plan")


def test_manifest_names_every_file_with_its_hash(phantom_case):
    manifest = json.loads((phantom_case / "manifest.json").read_text())
    found = {name: hashlib.sha256(data).hexdigest() for name, data in files(phantom_case).items() if name not in ("manifest.json", "audit.jsonl")}
    assert {r["path"]: r["sha256"] for r in manifest["outputs"]} == found
    for record in manifest["inputs"]:
        data = open(record["path"], "rb").read()
        assert record["sha256"] == hashlib.sha256(data).hexdigest() and record["bytes"] == len(data)


def test_holds_the_files_that_were_promised(phantom_case, cut_case):
    """A mesh of every level asked for that has a label, a vertebra that is cut and so has no model too."""
    for case in (phantom_case, cut_case):
        plan = json.loads((case / "plan.json").read_text())
        screws = [f"screws/{s['level']}_{s['side']}.stl" for s in plan["screws"] if s["status"] == "planned"]
        assert screws and ("L2" in {v["level"] for v in plan["vertebrae"]}) == (case == phantom_case)
        meshes = [f"meshes/{level}.stl" for level in ("T12", "L1", "L2", "spine")]
        assert set(files(case)) == {"plan.json", "manifest.json", "audit.jsonl", "screws.csv", "report.html", "labels.nii.gz", *meshes, *screws}


def test_same_input_same_bytes_whatever_the_threads(phantom, phantom_case, tmp_path):
    again = tmp_path / "again"
    assert run_lamina(*plan_arguments(phantom, again), "--threads", 1).returncode in (0, 5)
    first, second = files(phantom_case), files(again)
    # The two that hold times of day.
    for name in ("manifest.json", "audit.jsonl"):
        del first[name], second[name]
    assert first == second


def test_csv_says_exactly_what_the_plan_says(phantom_case):
    plan = json.loads((phantom_case / "plan.json").read_text())
    with open(phantom_case / "screws.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["level"], r["side"], r["status"]) for r in rows] == [(s["level"], s["side"], s["status"]) for s in plan["screws"]]
    for row, screw in zip(rows, plan["screws"]):
        if screw["status"] == "refused":
            assert row["entry_l_mm"] == row["diameter_mm"] == "" and row["reasons"]
            continue
        assert [float(row[f"entry_{axis}_mm"]) for axis in "lps"] == screw["entry_lps_mm"]
        assert [float(row[f"tip_{axis}_mm"]) for axis in "lps"] == screw["tip_lps_mm"]
        assert float(row["diameter_mm"]) == screw["diameter_mm"] and float(row["length_mm"]) == screw["length_mm"]
        for name, margin in screw["margins_mm"].items():
            assert float(row[f"margin_{name}_mm"]) == margin


def test_left_is_the_patients_left(phantom_case):
    """+x of LPS points to the patient's left: of a pair of entries the left one has the larger x, unless the phantom lies askew (it does not)."""
    plan = json.loads((phantom_case / "plan.json").read_text())
    entry = {(s["level"], s["side"]): s["entry_lps_mm"] for s in plan["screws"] if s["status"] == "planned"}
    pairs = [level for level, side in entry if side == "left" and (level, "right") in entry]
    assert pairs
    for level in pairs:
        assert entry[level, "left"][0] > entry[level, "right"][0] + 10


def test_existing_case_needs_force(phantom, phantom_case, tmp_path):
    case = tmp_path / "case"
    shutil.copytree(phantom_case, case)
    before = files(case)
    run = run_lamina(*plan_arguments(phantom, case, "L1"))
    assert run.returncode == 2 and "--force" in run.stderr and files(case) == before
    assert run_lamina(*plan_arguments(phantom, case, "L1"), "--force").returncode in (0, 5)
    assert {s["level"] for s in json.loads((case / "plan.json").read_text())["screws"]} == {"L1"}
    assert os.listdir(tmp_path) == ["case"]


def test_force_never_replaces_what_is_not_a_case(phantom, tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "a.jpg").write_text("precious")
    run = run_lamina(*plan_arguments(phantom, photos, "L1"), "--force")
    assert run.returncode == 2 and (photos / "a.jpg").read_text() == "precious"


def start(phantom, case, levels="T12-L2", stage="plan"):
    command = [os.environ.get("LAMINA", str(ROOT / ".build/release/lamina")), *map(str, plan_arguments(phantom, case, levels)), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed_signals)
    # Wait until it is at that stage, so that the signal comes in the middle of the work.
    for line in process.stderr:
        if json.loads(line) == {"event": "stage_started", "stage": stage}:
            break
    assert [n for n in os.listdir(case.parent) if n.startswith(f".{case.name}.lamina-")], "no draft folder while it works"
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stop_leaves_nothing(phantom, tmp_path, number):
    out = tmp_path / "out"
    out.mkdir()
    process = start(phantom, out / "case")
    process.send_signal(number)
    stdout, _ = process.communicate(timeout=60)
    assert process.returncode == 6
    assert json.loads(stdout)["error"]["code"] == "stopped"
    assert os.listdir(out) == []


def test_a_kill_leaves_no_case_and_the_next_run_cleans_up(phantom, tmp_path):
    process = start(phantom, tmp_path / "case")
    process.kill()
    process.communicate(timeout=60)
    left = os.listdir(tmp_path)
    assert len(left) == 1 and left[0].startswith(".case.lamina-")
    assert run_lamina(*plan_arguments(phantom, tmp_path / "case", "L1")).returncode in (0, 5)
    assert os.listdir(tmp_path) == ["case"]


def test_two_runs_at_once_give_one_whole_case(phantom, tmp_path):
    case = tmp_path / "case"
    first, second = start(phantom, case), start(phantom, case)
    codes = []
    for process in (first, second):
        process.communicate(timeout=300)
        codes.append(process.returncode)
    assert sorted(code == 2 for code in codes) == [False, True], codes
    assert os.listdir(tmp_path) == ["case"] and (case / "manifest.json").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
@pytest.mark.parametrize("share", [0.01, 0.6, 0.98])  # full at the first mesh, at the second, and in the midst of the other files
def test_a_full_disk_exits_6_and_leaves_nothing(phantom, one_level_case, tmp_path, share):
    small = tmp_path / "small"
    small.mkdir()
    size = int(share * sum(map(len, files(one_level_case).values())))
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", small]).returncode != 0:
        print("SKIPPED: tmpfs cannot be mounted here", file=sys.stderr)
        pytest.skip("tmpfs cannot be mounted here")
    try:
        run = run_lamina(*plan_arguments(phantom, small / "case", "L1"), "--json")
        summary = json.loads(run.stdout)
        check(summary, "summary")
        assert run.returncode == 6, run.stderr
        error = summary["error"]
        assert error["code"] == "disk_full" and "disk is full" in error["what"] and "Free some space" in error["what"]
        assert error["what"].startswith(str(small / "case")), "a person cannot find a hidden folder that is gone"
        assert os.listdir(small) == []
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_limit_on_the_size_of_files_exits_6_and_leaves_nothing(phantom, tmp_path):
    """SIGXFSZ, which comes with it, would end the process and leave the draft."""
    run = run_lamina(*plan_arguments(phantom, tmp_path / "case", "L1"), "--json", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)))
    assert run.returncode == 6 and json.loads(run.stdout)["error"]["code"] == "file_too_large"
    assert os.listdir(tmp_path) == []


def test_a_stop_at_any_moment_of_writing_leaves_nothing_or_all(phantom, tmp_path):
    """Stopped up to 0.3 s after the first file is begun: the code says which of the two it was."""
    for n in range(5):
        out = tmp_path / f"out{n}"
        out.mkdir()
        process = start(phantom, out / "case", "L1", stage="write files")
        time.sleep(0.07 * n)
        process.send_signal(signal.SIGTERM)
        stdout, _ = process.communicate(timeout=60)
        assert (process.returncode, os.listdir(out)) in ((6, []), (0, ["case"]), (5, ["case"]))
        assert json.loads(stdout)["exit_code"] == process.returncode


def test_nothing_is_written_into_a_case(phantom_case, tmp_path):
    """It would make the case differ from its manifest."""
    case = tmp_path / "case"
    shutil.copytree(phantom_case, case)
    before = files(case)
    run = run_lamina("mesh", case, "-o", case / "more")
    assert run.returncode == 2 and "inside the case" in run.stderr and files(case) == before


@pytest.mark.parametrize("command", [["mesh"], ["phantom", "--levels", "L1"]])
def test_force_never_replaces_what_another_command_wrote(phantom_case, tmp_path, command):
    """`lamina mesh CASE -o CASE --force` would cost the plan."""
    case = tmp_path / "case"
    shutil.copytree(phantom_case, case)
    before = files(case)
    run = run_lamina(*command, *([case] if command == ["mesh"] else []), "-o", case, "--force")
    assert run.returncode == 2 and "lamina plan" in run.stderr and files(case) == before


def changed_labels(case):
    (case / "labels.nii.gz").write_bytes(b"x")


def piped_plan(case):
    (case / "plan.json").unlink()
    os.mkfifo(case / "plan.json")


def foldered_plan(case):
    (case / "plan.json").unlink()
    (case / "plan.json").mkdir()


@pytest.mark.parametrize(
    "change", [changed_labels, piped_plan, foldered_plan, lambda case: os.symlink("/etc/hosts", case / "added")],
    ids=["changed", "pipe", "folder", "added_link"])
def test_a_tampered_case_exits_7(phantom_case, tmp_path, change):
    case = tmp_path / "case"
    shutil.copytree(phantom_case, case)
    change(case)
    run = run_lamina("mesh", case, "-o", tmp_path / "mesh", "--levels", "L1")
    assert run.returncode == 7 and not (tmp_path / "mesh").exists()
    run = run_lamina("verify", case, "--json")
    error = json.loads(run.stdout)["error"]
    assert run.returncode == 7 and error["code"] == "case_changed"
    assert any(f"{case}/{name} " in error["what"] for name in ("labels.nii.gz", "plan.json", "added"))


def test_verify_passes_a_whole_case(phantom, phantom_case, tmp_path):
    for case in (phantom, phantom_case):
        run = run_lamina("verify", case, "--json")
        check(json.loads(run.stdout), "summary")
        assert run.returncode == 0
    run = run_lamina("verify", tmp_path)
    assert run.returncode == 7 and "manifest.json" in run.stderr


def test_a_folder_of_meshes_has_no_labels_to_mesh(phantom, tmp_path):
    made = run_lamina("mesh", phantom / "labels.nii.gz", "--scheme", "lamina", "--levels", "L1", "-o", tmp_path / "a")
    assert made.returncode == 0
    run = run_lamina("mesh", tmp_path / "a", "-o", tmp_path / "b")
    assert run.returncode == 3 and "labels.nii.gz" in run.stderr


def test_an_output_that_cannot_be_written_is_told_before_the_work(phantom, tmp_path):
    (tmp_path / "file").write_text("")
    started = time.monotonic()
    run = run_lamina(*plan_arguments(phantom, tmp_path / "file" / "case"))
    assert run.returncode == 6 and "file" in run.stderr
    assert time.monotonic() - started < 2, "the CT was read first"
