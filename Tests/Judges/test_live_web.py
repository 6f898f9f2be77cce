"""The page of `--web` in headless Chromium: nothing before it is confirmed, bones where the poses are, left on its side, nothing when ticks stay away."""

import hashlib
import json
import signal
import socket
import subprocess

import numpy as np
import pytest

import recordings
from browsing import PATIENCE, in_software, opened, reached, severe, until
from conftest import PROGRAM, heed_signals, run_lamina
from pose_publisher import tick, wire


def with_screws(made):
    """T12 in front of the reader with both screws, L1 lost, L2 doubtful with a screw that breaks a rule, of a plan that nobody has signed."""
    made.identity.approval = wire.APPROVAL_NONE
    made.bodies[0].pose.qx, made.bodies[0].pose.qw = 0, 1
    for side, x in ((wire.SIDE_LEFT, 55), (wire.SIDE_RIGHT, 25)):
        screw = made.bodies[0].screws.add(side=side, diameter_mm=6, length_mm=40)
        screw.planned.entry_x_mm, screw.planned.entry_y_mm, screw.planned.entry_z_mm, screw.planned.direction_y = x, 20, 100, -1
    body = made.bodies.add(level=21, level_name="L2", state=wire.BODY_STATE_DEGRADED, causes=["uncertain"])
    body.pose.CopyFrom(made.bodies[0].pose)
    body.pose.z_mm = 20
    body.screws.add(side=wire.SIDE_LEFT, diameter_mm=6, length_mm=40, plan_status=wire.PLAN_STATUS_RISK_ACCEPTED).planned.CopyFrom(made.bodies[0].screws[0].planned)
    made.body_count = 3
    return made


def of_case(made, case):
    made.identity.plan_sha256 = hashlib.sha256((case / "plan.json").read_bytes()).digest()
    return made


def test_a_recording_does_not_move_another_cases_bones(phantom_case, tmp_path):
    recording = recordings.write(tmp_path / "recording.jsonl", [tick(5, 1)])
    run = run_lamina("replay", recording, "--publish", "tcp://127.0.0.1:0", "--web", 0, "--case", phantom_case)
    assert run.returncode == 7 and "other_plan" in run.stderr


@pytest.fixture(scope="module")
def browser():
    made = opened(*in_software)
    yield made
    made.quit()


@pytest.fixture(scope="module")
def page(phantom_case, tmp_path_factory):
    recording = recordings.write(tmp_path_factory.mktemp("web") / "recording.jsonl", [of_case(with_screws(tick(5, n)), phantom_case) for n in range(1, 3000)])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [PROGRAM, "replay", recording, "--publish", "tcp://127.0.0.1:0", "--web", str(port), "--case", phantom_case, "-q", "--valid-for-ms", "1000"],
        stdout=subprocess.DEVNULL, preexec_fn=heed_signals)
    until(lambda: reached(f"http://127.0.0.1:{port}/"))
    yield {"url": f"http://127.0.0.1:{port}/", "process": process}
    process.send_signal(signal.SIGCONT)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0


def bright(browser):
    """Pixels of the drawing that are not its black ground."""
    return browser.execute_script("""
        const gl = lamina.renderer.getContext(), pixels = new Uint8Array(4 * gl.drawingBufferWidth * gl.drawingBufferHeight);
        gl.readPixels(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
        let count = 0;
        for (let n = 0; n < pixels.length; n += 4) if (pixels[n] > 60) count++;
        return count;""")


def shown(browser):
    return browser.execute_script("return lamina.shown.visible ? Object.keys(lamina.bones).filter(level => lamina.bones[level].visible) : []")


def test_the_page_shows_what_is_tracked_and_only_that(browser, page):
    browser.get(page["url"])
    until(lambda: browser.find_element("id", "ask").is_displayed() and browser.execute_script("return Object.keys(lamina.bones).length") == 3)
    assert not shown(browser) and bright(browser) == 0
    assert browser.find_element("id", "state").text == "NOT SHOWN"
    browser.find_element("id", "confirm").click()
    until(lambda: shown(browser))
    # The lost one is named and not drawn; what is no patient is marked.
    assert sorted(shown(browser)) == ["L2", "T12"]
    rows = {text.split()[0]: text for text in browser.execute_script("return Array.from(document.querySelectorAll('#bodies tr')).map(row => row.innerText)")}
    assert "LOST" in rows["L1"] and "covered" in rows["L1"] and "OK" in rows["T12"] and "DEGRADED" in rows["L2"] and "uncertain" in rows["L2"]
    assert browser.find_element("id", "mark").text == "REPLAY: NOT THE PATIENT NOW"
    assert browser.find_element("id", "approval").text == "PLAN NOT APPROVED"
    until(lambda: bright(browser) > 5000)
    # The bone is where its pose is: columns of the matrix, then the place.
    matrix = np.reshape(browser.execute_script("return Array.from(lamina.bones.T12.matrix.elements)"), (4, 4)).T
    assert matrix[:3, :3] == pytest.approx(np.eye(3), abs=1e-9) and matrix[:3, 3] == pytest.approx([40, -7, 100])
    assert not severe(browser)


def test_left_is_left(browser, page):
    """From the front the patient's left is at the reader's right, for screws and letters; bones are not mirrored."""
    where = browser.execute_script("""
        const at = thing => thing.getWorldPosition(new THREE.Vector3()).project(lamina.camera).toArray();
        const letters = Object.fromEntries(lamina.scene.children[1].children.map((sprite, n) => ["LRPAHF"[n], at(sprite)]));
        return {left: at(lamina.screws["T12 left"]), right: at(lamina.screws["T12 right"]), letters, turned: lamina.bones.T12.matrix.determinant()};""")
    assert where["left"][0] > where["right"][0] and where["letters"]["L"][0] > where["letters"]["R"][0]
    assert where["letters"]["H"][1] > where["letters"]["F"][1]
    assert where["turned"] == pytest.approx(1)
    colours = browser.execute_script("return ['T12 left', 'T12 right', 'L2 left'].map(name => lamina.screws[name].material.color.getHexString())")
    assert colours == ["35d0e8", "ff5fd2", "e02020"]


def test_when_ticks_stay_away_nothing_is_shown(browser, page):
    page["process"].send_signal(signal.SIGSTOP)
    until(lambda: browser.find_element("id", "state").text == "STALE")
    assert not shown(browser) and until(lambda: bright(browser) == 0)
    page["process"].send_signal(signal.SIGCONT)
    until(lambda: shown(browser))


def test_other_names_and_sites_get_nothing(page):
    port = page["url"].rsplit(":", 1)[1].strip("/")
    assert reached(page["url"]) and reached(page["url"] + "plan.json") and reached(page["url"] + "meshes/T12.stl")
    assert reached(page["url"], Host=f"evil.example:{port}") is None
    assert reached(page["url"], Origin="http://evil.example") is None
    assert reached(page["url"], Origin=f"http://127.0.0.1:{port}")
    for path in ["meshes/../plan.stl", "meshes/%2e%2e/plan.json", "labels.nii.gz", "manifest.json", "three/../../../../etc/passwd"]:
        assert reached(page["url"] + path) is None, path


def test_the_plan_it_serves_is_the_cases(page, phantom_case):
    assert json.loads(reached(page["url"] + "plan.json")) == json.loads((phantom_case / "plan.json").read_text())
