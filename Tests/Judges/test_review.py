"""`lamina review` in headless Chromium: what is dragged goes to the side that the letters say, what is applied is what `lamina adjust` makes, what is undone is as it was, and nobody else gets in."""

import base64
import hashlib
import http.client
import io
import json
import re
import resource
import shutil
import signal
import socket
import subprocess
import threading
import urllib.parse

import jsonschema
import numpy as np
import pytest
from PIL import Image

from browsing import opened, severe, until  # First: it skips where there is no selenium.
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from burned_text import letters, places
from conftest import PROGRAM, heed_signals, marked_ct, plan_arguments, run_lamina, schema, texts_of_screws

TRIAL_COLOUR = (0, 255, 130)


class Review:
    """A running `lamina review` of a case."""

    def __init__(self, case, *options, limit=None):
        def prepare():
            heed_signals()
            if limit:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        self.case = case
        self.process = subprocess.Popen(
            [PROGRAM, "review", case, "--port", "0", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=prepare)
        announced = (self.process.stderr if "--json" in options else self.process.stdout)
        line = ""
        while "http://" not in line:
            line = announced.readline()
            assert line, self.process.communicate()
        self.url = re.search(r"http://127\.0\.0\.1:\d+/[0-9a-f]{32}/", line).group()
        parts = urllib.parse.urlsplit(self.url)
        self.port, self.path = parts.port, parts.path

    def ask(self, method, part, body=None, path=None, **headers):
        """Status and JSON of a request; as a page of its own would send it unless told otherwise."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = {"Content-Type": "application/json"} if body is not None else {}
        data = body if isinstance(body, (str, bytes, type(None))) else json.dumps(body)
        connection.request(method, (self.path if path is None else path) + part, data, sent | {k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, json.loads(text) if text.startswith(b"{") else text

    def order(self, level="L1", side="left", action="place", **change):
        return {"plan_sha256": sha256(self.case / "plan.json"), "level": level, "side": side, "action": action} | change

    def end(self):
        """What it says when Ctrl-C ends it."""
        self.process.send_signal(signal.SIGINT)
        said, _ = self.process.communicate(timeout=60)
        return self.process.returncode, said


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def files(case):
    return {str(p.relative_to(case)): sha256(p) for p in case.rglob("*") if p.is_file()}


def plan(case):
    return json.loads((case / "plan.json").read_text())


def screw(case, level="L1", side="left"):
    return next(s for s in plan(case)["screws"] if (s["level"], s["side"]) == (level, side))


def events(case):
    return [json.loads(line) for line in (case / "audit.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def balls():
    return []


@pytest.fixture(scope="module")
def case(phantom, tmp_path_factory, balls):
    """L1 and L2 of a phantom whose left differs from its right."""
    folder = tmp_path_factory.mktemp("review")
    ct, middles = marked_ct(phantom, folder)
    balls += middles
    planned = run_lamina("plan", ct, "--labels", phantom / "labels.nii.gz", "--scheme", "lamina", "--levels", "L1-L2", "-o", folder / "case")
    assert planned.returncode == 0, planned.stderr
    return folder / "case"


@pytest.fixture(scope="module")
def review(case):
    made = Review(case, "-q")
    yield made
    code, _ = made.end()
    assert code == 0


@pytest.fixture(scope="module")
def browser():
    made = opened("--window-size=1300,1400", "--disable-3d-apis")
    yield made
    made.quit()


def errors(browser):
    """What the console has said but that there is no view in space, which these tests do without because drawing it in software takes seconds."""
    return [entry for entry in severe(browser) if "WebGL" not in entry["message"]]


def load(browser, review):
    browser.get("about:blank")
    browser.get(review.url)
    loaded(browser)


def loaded(browser):
    until(lambda: browser.execute_script("return !window.isOld && document.readyState === 'complete' && document.querySelectorAll('.review').length === 4"))
    browser.execute_script("document.documentElement.style.scrollBehavior = 'auto'")


def press(browser, button, wanted=None):
    """Clicks what changes the case, and waits for the page after it."""
    browser.execute_script("window.isOld = true; arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()
    if wanted:
        wanted()
    loaded(browser)


def go(browser, step, count):
    """Undoes or does again, and checks how many changes stand then."""
    press(browser, browser.find_element("id", step))
    assert f"since start: {count}" in browser.find_element("id", "applied").text


class Bench:
    """One pedicle's trial on the page, worked with the mouse."""

    def __init__(self, browser, name="L1:left"):
        self.browser, self.name = browser, name
        self.see(".offer").click()
        self.settled()

    def find(self, selector, number=0):
        return self.browser.find_elements("css selector", f"[data-review='{self.name}'] {selector}")[number]

    def see(self, selector, number=0):
        found = self.find(selector, number)
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", found)
        return found

    @property
    def state(self):
        return self.find(".state").text

    def settled(self):
        until(lambda: self.state not in ("", "Measuring \N{HORIZONTAL ELLIPSIS}"))
        return self.state

    def shown(self, name):
        return self.find(f".compare td.now[data-figure={name}]").text

    def numbers(self, name):
        return np.array([float(part) for part in self.shown(name).split(", ")])

    def picture(self, number):
        source = self.find(".stage img", number).get_attribute("src")
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(source.split(",", 1)[1]))).convert("RGB"))

    def scale(self, number):
        """Pixels of the picture for one of the screen."""
        return 400 / self.browser.execute_script("return arguments[0].getBoundingClientRect().width", self.find(".stage", number))

    def drag(self, handle, number, dx, dy):
        actions = ActionChains(self.browser, duration=50)
        actions.click_and_hold(self.see(f".{handle}-handle", number)).move_by_offset(dx, dy).release().perform()
        return self.settled()

    def step(self, name):
        self.see(f"[data-step='{name}']").click()
        return self.settled()

    def apply(self):
        press(self.browser, self.find(".apply"))


def unit(v):
    return np.array(v) / np.linalg.norm(v)


def axial(one):
    """The directions to the right and down of the axial picture through a planned screw, from plan.json alone."""
    axis = unit(np.array(one["tip_lps_mm"]) - one["entry_lps_mm"])
    left = np.reshape(one["patient_from_vertebra"], (4, 4))[:3, 0]
    return unit(left - (left @ axis) * axis), -axis


def adjusted_copy(case, folder, before, after, *options):
    """What `lamina adjust` makes of the same move, on a copy of the case as it was."""
    frame = np.reshape(before["patient_from_vertebra"], (4, 4))[:3, :3]
    offset = np.round(frame.T @ (np.array(after["entry_lps_mm"]) - before["entry_lps_mm"]), 2)
    made = run_lamina("adjust", folder, "--screw", "L1:left", "--entry-offset-mm", ",".join(map(str, offset)), *options)
    assert made.returncode == 0, made.stderr
    return screw(folder)


@pytest.mark.parametrize("towards, way", [("L", 14), ("R", -14)])
def test_a_dragged_entry_goes_to_the_side_of_the_letter(browser, review, case, balls, tmp_path, towards, way):
    shutil.copytree(case, tmp_path / "copy")
    before, texts = screw(case), texts_of_screws(case)
    load(browser, review)
    bench = Bench(browser)
    assert bench.numbers("entry") == pytest.approx(before["entry_lps_mm"], abs=0.051) and "Nothing changed" in bench.state
    picture = bench.picture(0)
    edges = letters(picture)
    assert edges == {"left": "R", "right": "L", "up": "A", "down": "P"} and places(picture, "TRIAL, NOT SAVED", TRIAL_COLOUR, 2)
    assert edges["right" if way > 0 else "left"] == towards
    # The picture is where the mapping says: the ball at the patient's left is white where the plan's own numbers put it.
    right, down = axial(before)
    middle = (np.array(before["entry_lps_mm"]) + before["tip_lps_mm"]) / 2
    u, v = (int(round((balls[0] - middle) @ d / 0.22 + size / 2)) for d, size in ((right, 400), (down, 360)))
    assert (picture[v - 3:v + 4, u - 3:u + 4] == 255).all()
    assert bench.drag("entry", 0, way, 0).startswith("This trial BREAKS A RULE")
    expected = np.array(before["entry_lps_mm"]) + way * bench.scale(0) * 0.22 * right
    assert bench.numbers("entry") == pytest.approx(expected, abs=0.15)
    # LPS: more x is more to the patient's left.
    assert (bench.numbers("entry")[0] > before["entry_lps_mm"][0] + 2) == (towards == "L") and abs(bench.numbers("entry")[0] - before["entry_lps_mm"][0]) > 2
    assert bench.numbers("tip") - bench.numbers("entry") == pytest.approx(np.array(before["tip_lps_mm"]) - before["entry_lps_mm"], abs=0.11)
    # The bone stayed where it was under the mouse.
    assert (bench.picture(0)[v - 3:v + 4, u - 3:u + 4] == 255).all()
    nearer = "lateral" if towards == "L" else "medial"
    assert float(bench.shown(nearer).split()[0]) < before["margins_mm"][nearer] - 1.5 and "BREACH" in bench.shown(nearer)
    assert bench.find(".broken").text.startswith("BREAKS A RULE") and bench.find(".broken li").value_of_css_property("color") == "rgba(255, 255, 255, 1)"
    # Nothing of a trial is in the case, and it cannot be applied without a reason.
    assert texts_of_screws(case) == texts and not bench.find(".apply").is_enabled()
    bench.see(".reason input").send_keys("a reason <b>in words</b>")
    bench.apply()
    after = screw(case)
    assert after["status"] == "risk_accepted" and after["edit"]["accepted_risk"]["reason"] == "a reason <b>in words</b>"
    assert after["entry_lps_mm"] == pytest.approx(expected, abs=0.15)
    assert run_lamina("verify", case).returncode == 0
    assert {k for k, text in texts_of_screws(case).items() if text != texts[k]} == {("L1", "left")}
    assert adjusted_copy(case, tmp_path / "copy", before, after, "--accept-risk", "a reason <b>in words</b>") == after
    assert "IT BREAKS A RULE" in browser.find_element("css selector", ".card[data-level=L1][data-side=left]").text
    assert "Changes applied since start: 1" in browser.find_element("id", "applied").text
    go(browser, "undo", 0)
    assert events(case)[-1]["changes"][0].startswith("undone: L1 left: entry moved")
    assert texts_of_screws(case) == texts and run_lamina("verify", case).returncode == 0
    assert events(case)[-1]["event"] == "adjusted" and "adjusted_by_hand" not in {w["code"] for w in plan(case)["warnings"]}
    assert not errors(browser)


def test_a_dragged_tip_turns_the_screw_about_its_entry(browser, review, case):
    before = screw(case)
    load(browser, review)
    bench = Bench(browser)
    assert letters(bench.picture(1)) == {"left": "A", "right": "P", "up": "H", "down": "F"}
    bench.drag("tip", 1, 0, -10)
    risen = 10 * bench.scale(1) * 0.22
    assert bench.numbers("entry") == pytest.approx(before["entry_lps_mm"], abs=0.051)
    assert bench.numbers("tip")[2] > before["tip_lps_mm"][2] + 0.8 * risen
    turned = float(re.match(r"([\d.]+)\N{DEGREE SIGN} cranial", bench.shown("sagittal")).group(1))
    assert turned == pytest.approx(before["angles_deg"]["sagittal"] + np.degrees(np.arctan2(risen, before["length_mm"])), abs=0.4)
    assert bench.shown("transverse") == f"{before['angles_deg']['transverse']:.1f}\N{DEGREE SIGN} medial"
    assert not errors(browser)


def test_keys_and_sizes(browser, review, case, tmp_path):
    shutil.copytree(case, tmp_path / "copy")
    before, texts = screw(case), texts_of_screws(case)
    load(browser, review)
    bench = Bench(browser)
    for name, key, n, way in (("offset0+", Keys.ENTER, 0, 1), ("offset0-", Keys.SPACE, 0, 0), ("offset0+", Keys.ENTER, 0, 1)):
        button = bench.see(f"[data-step='{name}']")
        browser.execute_script("arguments[0].focus()", button)
        button.send_keys(key)
        bench.settled()
        frame = np.reshape(before["patient_from_vertebra"], (4, 4))[:3, :3]
        assert frame[:, n] @ (bench.numbers("entry") - before["entry_lps_mm"]) == pytest.approx(0.5 * way, abs=0.1)
    Select(bench.see("select[aria-label='Length, mm']")).select_by_visible_text("35")
    assert bench.settled() == "This trial breaks no rule." and bench.shown("size") == "6 \N{MULTIPLICATION SIGN} 35"
    bench.apply()
    after = screw(case)
    assert after["status"] == "adjusted" and after == adjusted_copy(case, tmp_path / "copy", before, after, "--length-mm", "35")
    # A second change, undone, done again, and then both undone.
    bench = Bench(browser, "L1:right")
    assert bench.step("sagittal-") and bench.step("transverse-")
    bench.apply()
    both = texts_of_screws(case)
    for button, count in (("undo", 1), ("redo", 2), ("undo", 1), ("undo", 0)):
        go(browser, button, count)
        assert count != 2 or texts_of_screws(case) == both
    assert texts_of_screws(case) == texts and not errors(browser)


def test_where_nothing_can_be_measured_nothing_can_be_applied(browser, review):
    load(browser, review)
    bench = Bench(browser)
    assert bench.drag("entry", 0, -60, 0).startswith("NOT MEASURED")
    assert bench.shown("grade") == "not measured" and not bench.find(".apply").is_enabled()
    bench.see(".reset").click()
    assert bench.settled().startswith("Nothing changed") and not bench.find(".apply").is_enabled()
    assert not errors(browser)


def test_removed_added_and_an_approval_that_is_void(browser, review, case, tmp_path):
    texts = texts_of_screws(case)
    assert run_lamina("keys", tmp_path, "--signing", "a").returncode == 0
    assert run_lamina("approve", case, "--by", "Dr. A", "--key", tmp_path / "a.pem").returncode == 0
    load(browser, review)
    assert "Dr. A" in browser.find_element("id", "approval-now").text
    box = browser.find_element("css selector", "[data-review='L2:right'] .remove")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", box)
    box.click()
    browser.switch_to.alert.dismiss()
    assert texts_of_screws(case) == texts
    press(browser, box, lambda: browser.switch_to.alert.accept())
    assert screw(case, "L2", "right")["status"] == "removed" and browser.find_elements("css selector", "#approval-now.void")
    bench = Bench(browser, "L2:right")
    assert bench.find(".compare td.then").text == "no screw" and bench.state == "This trial breaks no rule."
    bench.apply()
    assert screw(case, "L2", "right")["edit"]["action"] == "added"
    for count in (1, 0):
        go(browser, "undo", count)
    assert texts_of_screws(case) == texts
    assert "VOID" in browser.find_element("id", "approval-now").text and not errors(browser)


def test_another_runs_change_is_not_lost(browser, review, case):
    load(browser, review)
    bench = Bench(browser)
    bench.step("offset0+")
    assert run_lamina("adjust", case, "--screw", "L2:left", "--length-mm", "35").returncode == 0
    standing = files(case)
    bench.see(".apply").click()
    until(lambda: "another run" in browser.find_element("id", "review-message").text)
    assert "NOT DONE" in browser.find_element("id", "review-message").text and files(case) == standing
    errors(browser)
    load(browser, review)
    assert "Another run" in browser.find_element("id", "review-message").text
    bench = Bench(browser)
    bench.step("offset0+")
    bench.apply()
    assert screw(case)["status"] == "adjusted" and screw(case, "L2", "left")["length_mm"] == 35
    go(browser, "undo", 0)
    assert screw(case)["status"] == "planned"


def test_nobody_else_gets_in(review, case):
    before = files(case)
    order = review.order(entry_offset_mm=[0.5, 0, 0])
    here = f"127.0.0.1:{review.port}"
    assert review.ask("POST", "trial", order)[0] == 200
    assert review.ask("POST", "trial", order, Origin=f"http://{here}")[0] == 200
    for part, body in (("", None), ("state", None), ("trial", order), ("apply", order), ("undo", {"plan_sha256": order["plan_sha256"]})):
        method = "GET" if body is None else "POST"
        for path in ("/", "/" + "0" * 32 + "/", review.path.upper().replace("/", "//", 1), review.path[:-1] + "0/"):
            status, answer = review.ask(method, part, body, path=path)
            assert status == 403 and answer["code"] == "no_token", (part, path)
        for headers in ({"Host": f"evil.example:{review.port}"}, {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"}):
            status, answer = review.ask(method, part, body, **headers)
            assert status == 403 and answer["code"] == "not_from_here", (part, headers)
        if body:
            assert review.ask(method, part, json.dumps(body), Content_Type="text/plain")[0] == 415
    assert files(case) == before


def test_bad_orders_change_nothing(review, case):
    before = files(case)
    good = review.order()
    for change, status, code in [
            ({"level": "L5"}, 400, "level_not_in_plan"), ({"level": "X"}, 400, "level_not_in_plan"), ({"side": "middle"}, 400, "bad_order"),
            ({"action": "explode"}, 400, "bad_order"), ({"entry_offset_mm": [1, 2]}, 400, "bad_offset"), ({"entry_offset_mm": [51, 0, 0]}, 400, "bad_offset"),
            ({"transverse_deg": 61}, 400, "bad_angle"), ({"diameter_mm": 6.3}, 400, "not_in_catalogue"), ({"length_mm": -5}, 400, "not_in_catalogue"),
            ({"accept_risk": "a\nb"}, 400, "bad_reason"), ({"plan_sha256": "0" * 64}, 409, "stale_page"), ({"action": "add"}, 400, "screw_exists")]:
        for part in ("trial", "apply"):
            found, answer = review.ask("POST", part, good | change)
            assert (found, answer["code"]) == (status, code) and answer["message"], (part, change, answer)
    assert review.ask("POST", "apply", good)[1]["code"] == "nothing_to_apply"
    found, answer = review.ask("POST", "apply", good | {"entry_offset_mm": [-4, 0, 0]})
    assert found == 422 and answer["code"] == "breaks_rules" and "medial_breach" in answer["message"]
    for body in ("", "{", "[]", b"\xff\xfe", "null", '{"plan_sha256": 1e999}', json.dumps(good).replace('"L1"', "1" * 400)):
        assert review.ask("POST", "apply", body)[0] == 400
    assert review.ask("POST", "apply", b" " * 200_000)[0] == 413
    assert review.ask("DELETE", "apply")[0] == 405 and review.ask("GET", "../../etc/passwd")[0] in (403, 404)
    for raw in (b"\0\0\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", b"POST " + review.path.encode() + b"apply HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                b"Content-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{"):
        with socket.create_connection(("127.0.0.1", review.port), timeout=5) as stream:
            stream.sendall(raw)
    assert review.ask("GET", "state")[0] == 200 and files(case) == before


def test_it_ends_with_a_summary(one_level_case, tmp_path):
    shutil.copytree(one_level_case, tmp_path / "case")
    review = Review(tmp_path / "case", "--json")
    taken = run_lamina("review", tmp_path / "case", "--port", review.port)
    assert taken.returncode == 6 and "socket_refused" in taken.stderr
    assert review.ask("POST", "apply", review.order(side="right", entry_offset_mm=[0, 0, 0.5]))[0] == 200
    code, said = review.end()
    summary = json.loads(said)
    jsonschema.validate(summary, schema("summary"))
    assert code == 0 and [(c["level"], c["side"], c["action"]) for c in summary["changes"]] == [("L1", "right", "moved")]
    with pytest.raises(ConnectionRefusedError):
        review.ask("GET", "state")
    quiet = Review(tmp_path / "case", "-q")
    assert quiet.end() == (0, "Review ended: no change stands\nNOT APPROVED: nobody has approved this plan\n")
    (tmp_path / "case/report.html").write_text("changed")
    assert run_lamina("review", tmp_path / "case", "--port", 0).returncode == 7


def test_a_case_that_was_planned_by_other_rules_is_not_judged_by_these(one_level_case, phantom, tmp_path):
    """Another run plans the same scan with the wider margins of a synthetic CT: nothing may be judged or written by the ones that were read at the start."""
    shutil.copytree(one_level_case, tmp_path / "case")
    review = Review(tmp_path / "case", "-q")
    assert review.ask("POST", "apply", review.order(side="right", entry_offset_mm=[0, 0, 0.5]))[0] == 200
    assert run_lamina(*plan_arguments(phantom, tmp_path / "case", "L1"), "--synthetic-ct", "--force").returncode in (0, 5)
    standing = files(tmp_path / "case")
    status, answer = review.ask("GET", "")
    assert status == 409 and answer["code"] == "another_case"
    for part in ("trial", "apply"):
        assert review.ask("POST", part, review.order(entry_offset_mm=[0, 0, 0.5]))[0] == 409
    code, said = review.end()
    assert code == 0 and "Changed in" not in said and "Applied before another run" in said and "L1 right" in said
    assert files(tmp_path / "case") == standing


def test_an_answer_is_sent_before_it_ends(one_level_case, tmp_path):
    shutil.copytree(one_level_case, tmp_path / "case")
    review, answers = Review(tmp_path / "case", "-q"), []
    asking = threading.Thread(target=lambda: answers.append(review.ask("POST", "apply", review.order(entry_offset_mm=[0.5, 0, 0]))))
    asking.start()
    until(lambda: any(p.name.startswith(".") for p in tmp_path.iterdir()) or answers)  # It is being written.
    code, said = review.end()
    asking.join()
    assert code == 0 and answers[0][0] == 200 and "Changed in" in said and screw(tmp_path / "case")["status"] == "adjusted"


def test_a_write_that_fails_loses_nothing(one_level_case, tmp_path):
    shutil.copytree(one_level_case, tmp_path / "case")
    before = files(tmp_path / "case")
    review = Review(tmp_path / "case", "-q", limit=20_000)
    status, answer = review.ask("POST", "apply", review.order(entry_offset_mm=[0.5, 0, 0]))
    assert status == 500 and answer["code"] == "file_too_large" and files(tmp_path / "case") == before
    assert review.ask("POST", "trial", review.order(entry_offset_mm=[0.5, 0, 0]))[0] == 200
    assert review.end()[0] == 0 and [p.name for p in tmp_path.iterdir()] == ["case"]
