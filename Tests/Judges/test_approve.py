"""An approval is signed by its key, judged by openssl; any byte that changes later is found and named; a later change voids it for all to see."""

import base64
import csv
import hashlib
import json
import os
import shutil
import stat
import subprocess

import jsonschema
import pytest

from conftest import plan_arguments, run_lamina, schema


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    made = run_lamina("keys", folder, "--signing", "surgeon", "--signing", "other")
    assert made.returncode == 0, made.stderr
    assert {p.name for p in folder.iterdir()} == {"surgeon.pem", "surgeon.pub", "other.pem", "other.pub"}
    return folder


@pytest.fixture
def case(lone_case, tmp_path):
    shutil.copytree(lone_case, tmp_path / "case")
    return tmp_path / "case"


def approve(case, keys, by="Dr. Änne Weiß", name="surgeon"):
    run = run_lamina("approve", case, "--by", by, "--key", keys / f"{name}.pem", "--json")
    assert run.returncode == 0, run.stdout
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def approved_case(lone_case, keys, tmp_path_factory):
    """Tests must not change it."""
    case = tmp_path_factory.mktemp("approved") / "case"
    shutil.copytree(lone_case, case)
    approve(case, keys)
    return case


@pytest.fixture
def approved(approved_case, tmp_path):
    shutil.copytree(approved_case, tmp_path / "case")
    return tmp_path / "case"


def audit(case):
    return [json.loads(line) for line in (case / "audit.jsonl").read_text().splitlines()]


def verify(case, *options):
    run = run_lamina("verify", case, "--json", *options)
    summary = json.loads(run.stdout)
    jsonschema.validate(summary, schema("summary"))
    return run.returncode, summary


def signed_bytes(entry):
    content = {k: v for k, v in entry.items() if k not in ("entry_sha256", "signature")}
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def openssl_verifies(entry, key, folder):
    (folder / "signed").write_bytes(signed_bytes(entry))
    (folder / "signature").write_bytes(base64.b64decode(entry["signature"]))
    return subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin", "-in", folder / "signed", "-sigfile", folder / "signature"],
        capture_output=True).returncode == 0


def test_keys_are_those_of_openssl(keys):
    secret = keys / "surgeon.pem"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600 and secret.read_text().startswith("-----BEGIN PRIVATE KEY-----")
    text = subprocess.run(["openssl", "pkey", "-in", secret, "-noout", "-text"], capture_output=True, text=True, check=True).stdout
    assert "ED25519 Private-Key" in text
    derived = subprocess.run(["openssl", "pkey", "-in", secret, "-pubout"], capture_output=True, text=True, check=True).stdout
    assert derived == (keys / "surgeon.pub").read_text()
    assert run_lamina("keys", keys, "--signing", "surgeon").returncode == 2


def test_openssl_confirms_the_signature_of_what_the_case_is(approved, keys, tmp_path):
    entries = audit(approved)
    for entry in entries:
        jsonschema.validate(entry, schema("audit"))
        assert entry["entry_sha256"] == hashlib.sha256(signed_bytes(entry)).hexdigest()
    lines = (approved / "audit.jsonl").read_bytes().splitlines()
    assert [e["event"] for e in entries] == ["planned", "approved"]
    assert entries[0]["previous"] == "0" * 64 and entries[1]["previous"] == hashlib.sha256(lines[0]).hexdigest()
    entry = entries[-1]
    manifest = json.loads((approved / "manifest.json").read_text())
    for key, name in (("manifest_sha256", "manifest.json"), ("plan_sha256", "plan.json"), ("labels_sha256", "labels.nii.gz")):
        assert entry[key] == hashlib.sha256((approved / name).read_bytes()).hexdigest()
    assert entry["image_sha256"] == manifest["image"]["sha256"] and entry["by"] == "Dr. Änne Weiß"
    assert base64.b64decode(entry["public_key"]) == subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", keys / "surgeon.pub", "-outform", "DER"], capture_output=True, check=True).stdout
    assert openssl_verifies(entry, keys / "surgeon.pub", tmp_path)
    # The judge can say no.
    assert not openssl_verifies(entry, keys / "other.pub", tmp_path)
    assert not openssl_verifies(entry | {"by": "Dr. Anne Weiss"}, keys / "surgeon.pub", tmp_path)


def test_a_key_of_openssl_signs_too(case, tmp_path):
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", tmp_path / "own.pem"], check=True)
    (tmp_path / "own.pem").chmod(0o600)
    approve(case, tmp_path, name="own")
    subprocess.run(["openssl", "pkey", "-in", tmp_path / "own.pem", "-pubout", "-out", tmp_path / "own.pub"], check=True)
    assert verify(case, "--trusted", tmp_path / "own.pub")[0] == 0


def test_verify_says_who_and_whether_the_key_is_trusted(lone_case, approved_case, keys):
    code, summary = verify(lone_case)
    assert code == 0 and summary["approval"] == {"state": "not_approved", "signatures": []}
    assert "NOT APPROVED" in run_lamina("verify", lone_case).stdout
    code, summary = verify(lone_case, "--trusted", keys / "surgeon.pub")
    assert code == 7 and summary["error"]["code"] == "not_approved"
    text = run_lamina("verify", approved_case).stdout
    assert "Approved by “Dr. Änne Weiß” on 20" in text and "not compared with a trusted one" in text
    code, summary = verify(approved_case, "--trusted", keys / "surgeon.pub")
    assert code == 0 and summary["approval"]["state"] == "approved" and summary["approval"]["signatures"][0]["trusted"]
    code, summary = verify(approved_case, "--trusted", keys / "other.pub")
    assert code == 7 and summary["error"]["code"] == "not_trusted_key"
    assert verify(approved_case, "--trusted", keys / "other.pub", "--trusted", keys / "surgeon.pub")[0] == 0
    assert verify(approved_case, "--trusted", keys / "surgeon.pem")[1]["error"]["code"] == "bad_key"


def test_two_may_approve(approved, keys):
    approve(approved, keys, "Dr. B", "other")
    for name in ("surgeon", "other"):
        assert verify(approved, "--trusted", keys / f"{name}.pub")[0] == 0
    assert [s["by"] for s in verify(approved)[1]["approval"]["signatures"]] == ["Dr. Änne Weiß", "Dr. B"]


def test_one_byte_of_any_file_is_found_and_named(approved):
    """First, middle and last byte of every file, each by its lowest bit. A case's own files and the names that they are blamed on are the same."""
    names = sorted(p for p in approved.rglob("*") if p.is_file())
    assert {"plan.json", "labels.nii.gz", "manifest.json", "audit.jsonl", "screws.csv"} <= {p.name for p in names}
    for path in names:
        whole = path.read_bytes()
        for at in {0, len(whole) // 2, len(whole) - 1}:
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
            code, summary = verify(approved)
            assert code == 7 and str(path) in summary["error"]["what"], (path, at, summary)
        path.write_bytes(whole)
    assert verify(approved)[0] == 0


def test_every_byte_of_the_audit_counts(approved):
    """Each byte of the last line, the signature's loose end included: base64 has bits that decode to nothing."""
    path = approved / "audit.jsonl"
    whole = path.read_bytes()
    start = whole[:-1].rindex(b"\n") + 1
    for at in range(start, len(whole), 37):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
        assert verify(approved)[0] == 7, at
    loose = whole.index(b'=="', whole.index(b'"signature":"'))
    path.write_bytes(whole[:loose - 1] + bytes([whole[loose - 1] ^ 1]) + whole[loose:])
    assert verify(approved)[0] == 7


def rewritten(entries):
    """An audit whose hashes are all right again, as a forger would write it."""
    lines, previous = [], "0" * 64
    for number, entry in enumerate(entries):
        entry = entry | {"number": number, "previous": previous}
        entry["entry_sha256"] = hashlib.sha256(signed_bytes(entry)).hexdigest()
        lines.append(json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())
        previous = hashlib.sha256(lines[-1]).hexdigest()
    return b"\n".join(lines) + b"\n"


def test_a_forger_with_all_hashes_right_lacks_the_key(approved):
    path = approved / "audit.jsonl"
    planned, signed = audit(approved)
    whole = path.read_bytes()
    assert rewritten([planned, signed]) == whole, "the forger's own writing must be right, or nothing is tested"
    for entries in ([planned, signed | {"by": "Dr. C"}], [planned, signed | {"time": "2020-01-01T00:00:00Z"}], [planned | {"changes": ["x"]}, signed], [signed]):
        path.write_bytes(rewritten(entries))
        code, summary = verify(approved)
        assert code == 7 and "audit.jsonl" in summary["error"]["what"], entries


def test_the_approval_of_one_case_does_not_serve_another(approved, keys, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(approved, other)
    assert run_lamina("adjust", other, "--screw", "L1:left", "--remove").returncode == 0
    shutil.copy(approved / "audit.jsonl", other / "audit.jsonl")
    code, summary = verify(other)
    assert code == 7 and "manifest.json" in summary["error"]["what"]


def test_a_lost_audit_is_missed(approved):
    (approved / "audit.jsonl").unlink()
    code, summary = verify(approved)
    assert code == 7 and "audit.jsonl is missing" in summary["error"]["what"]


def changed_by_adjust(case, phantom):
    return run_lamina("adjust", case, "--screw", "L1:left", "--remove")


def changed_by_relabel(case, phantom):
    return run_lamina("relabel", case, "--shift", 1)


def changed_by_plan(case, phantom):
    return run_lamina(*plan_arguments(phantom, case, "L1"), "--force")


@pytest.mark.parametrize("change, event", [(changed_by_adjust, "adjusted"), (changed_by_relabel, "relabelled"), (changed_by_plan, "planned")])
def test_a_later_change_voids_the_approval(approved, lone_phantom, keys, change, event):
    run = change(approved, lone_phantom)
    assert run.returncode in (0, 5), run.stderr
    assert "is void" in run.stdout
    assert [e["event"] for e in audit(approved)] == ["planned", "approved", "voided", event]
    assert audit(approved)[2]["by"] == "Dr. Änne Weiß"
    assert any(w["code"] == "earlier_approval_void" and "Dr. Änne Weiß" in w["message"] for w in json.loads((approved / "plan.json").read_text())["warnings"])
    assert all("earlier_approval_void" in row["case_warnings"] for row in csv.DictReader((approved / "screws.csv").open(newline="")))
    code, summary = verify(approved)
    assert code == 0 and summary["approval"]["state"] == "void"
    assert "VOID" in run_lamina("verify", approved).stdout
    assert verify(approved, "--trusted", keys / "surgeon.pub")[0] == 7
    approve(approved, keys)
    assert verify(approved, "--trusted", keys / "surgeon.pub")[0] == 0


def test_a_history_that_cannot_be_believed_is_said_to_be_lost(approved, lone_phantom):
    text = (approved / "audit.jsonl").read_text()
    (approved / "audit.jsonl").write_text(text.replace("Weiß", "Weiss"))
    run = changed_by_plan(approved, lone_phantom)
    assert run.returncode in (0, 5), run.stderr
    assert "earlier_audit_damaged" in {w["code"] for w in json.loads((approved / "plan.json").read_text())["warnings"]}
    assert [e["event"] for e in audit(approved)] == ["planned"] and "damaged" in audit(approved)[0]["changes"][0]
    assert verify(approved)[1]["approval"]["state"] == "not_approved"


def simulate(case, tmp_path, *options):
    return run_lamina(
        "simulate", case, "-o", tmp_path / "frames", "--frames", 1, "--pixels", 64, "--spacing", 4, "--noise", 0, "--views", "AP", "--force", "--json", *options)


def test_those_who_use_a_plan_say_whether_it_is_approved(lone_case, approved, keys, tmp_path):
    run = simulate(lone_case, tmp_path)
    summary = json.loads(run.stdout)
    assert run.returncode == 0 and summary["approval"]["state"] == "not_approved" and "not_approved" in {w["code"] for w in summary["warnings"]}
    run = simulate(approved, tmp_path, f"--require-approval={keys / 'surgeon.pub'}")
    assert run.returncode == 0 and json.loads(run.stdout)["approval"]["signatures"][0]["trusted"], run.stdout


@pytest.mark.parametrize("command", ["simulate", "track", "navigate"])
def test_those_who_use_a_plan_can_demand_its_approval(lone_case, approved, keys, tmp_path, command):
    def used(case, *options):
        own = {"simulate": ["-o", tmp_path / "run"], "track": ["--frames", tmp_path, "--auto", "-o", tmp_path / "run"], "navigate": ["--frames", tmp_path, "--auto"]}
        run = run_lamina(command, case, *own[command], "--json", *options)
        return run.returncode, json.loads(run.stdout).get("error", {}).get("code")

    assert used(lone_case, "--require-approval") == (7, "not_approved")
    assert used(lone_case, f"--require-approval={keys / 'surgeon.pub'}") == (7, "not_approved")
    assert used(approved, f"--require-approval={keys / 'other.pub'}") == (7, "not_trusted_key")
    assert used(approved, f"--require-approval={tmp_path / 'none.pub'}")[0] == 6
    # As a script's unset variable leaves it: not "anybody".
    assert used(approved, "--require-approval=")[0] == 2 and used(approved, "--require-approval", "")[0] == 2
    assert run_lamina("adjust", approved, "--screw", "L1:left", "--remove").returncode == 0
    assert used(approved, "--require-approval") == (7, "approval_void")
    # Also when nothing is asked for: somebody remembers that it was approved.
    assert used(approved) == (7, "approval_void")


def test_a_plan_changed_after_approval_is_used_where_that_is_known(approved, tmp_path):
    assert run_lamina("adjust", approved, "--screw", "L1:left", "--remove").returncode == 0
    run = simulate(approved, tmp_path, "--allow-void-approval")
    assert run.returncode == 0 and json.loads(run.stdout)["approval"]["state"] == "void"


@pytest.mark.parametrize("spoil, code, exit_code", [
    (lambda p: p.chmod(0o644), "key_not_secret", 2), (lambda p: p.write_text("nothing"), "bad_key", 2), (lambda p: p.unlink(), "unreadable", 6),
    (lambda p: subprocess.run(["openssl", "genrsa", "-out", p, "1024"], check=True, capture_output=True), "bad_key", 2),
    (lambda p: subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-aes256", "-pass", "pass:x", "-out", p], check=True), "bad_key", 2)])
def test_a_key_that_cannot_sign_is_refused(case, keys, tmp_path, spoil, code, exit_code):
    key = tmp_path / "key.pem"
    shutil.copy(keys / "surgeon.pem", key)
    spoil(key)
    before = (case / "audit.jsonl").read_bytes()
    run = run_lamina("approve", case, "--by", "X", "--key", key, "--json", stdin=subprocess.DEVNULL)
    assert run.returncode == exit_code and json.loads(run.stdout)["error"]["code"] == code
    assert (case / "audit.jsonl").read_bytes() == before


def test_a_changed_case_is_not_approved(case, keys):
    (case / "plan.json").write_text((case / "plan.json").read_text() + " ")
    before = (case / "audit.jsonl").read_bytes()
    assert run_lamina("approve", case, "--by", "X", "--key", keys / "surgeon.pem").returncode == 7
    assert (case / "audit.jsonl").read_bytes() == before
    assert [name for name in os.listdir(case.parent) if name.startswith(".")] == []
