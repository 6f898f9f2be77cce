"""report.html in headless Chromium: it opens without a request and without an error, its numbers are the plan's, left is left in every picture, refusals show."""

import base64
import io
import json
import os
import re
import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from browsing import in_software, opened
from burned_text import letters, places
from conftest import marked_ct, run_lamina

WHITE = (255, 255, 255)
HOSTILE = "Zoë <img src=x onerror=\"window.injected=1\"></script><script>window.injected=1"


@pytest.fixture(scope="module")
def browser():
    made = opened(*in_software)
    yield made
    made.quit()


@pytest.fixture(scope="module")
def marked_case(phantom, tmp_path_factory):
    folder = tmp_path_factory.mktemp("marked")
    planned = run_lamina(
        "plan", marked_ct(phantom, folder)[0], "--labels", phantom / "labels.nii.gz", "--scheme", "lamina", "--levels", "T11,T12-L2",
        "--pseudonym", HOSTILE[:64], "--study-date", "2026-08-17", "-o", folder / "case")
    assert planned.returncode == 4, planned.stderr  # T11 is not there
    return folder / "case"


@pytest.fixture(scope="module")
def page(browser, marked_case):
    browser.get((marked_case / "report.html").as_uri())
    return browser


@pytest.fixture(scope="module")
def plan(marked_case):
    return json.loads((marked_case / "plan.json").read_text())


def at(plan, pointer):
    for part in pointer.strip("/").split("/"):
        plan = plan[int(part)] if isinstance(plan, list) else plan[part]
    return plan


def image_of(browser, selector):
    source = browser.find_element("css selector", selector).get_attribute("src")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(source.split(",", 1)[1]))).convert("RGB"))


def test_it_opens_alone_and_nothing_leaves(page, marked_case):
    severe = [entry for entry in page.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
    assert not severe, severe
    messages = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    asked = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    asked = [url for url in asked if not url.startswith("data:")]
    assert asked == [(marked_case / "report.html").as_uri()]
    sizes = page.execute_script("return Array.from(document.images).map(image => [image.naturalWidth, image.complete])")
    plan = json.loads((marked_case / "plan.json").read_text())
    there = {vertebra["level"] for vertebra in plan["vertebrae"]}
    # Two of the spine, three of each pedicle; a level that is not there has none.
    assert len(sizes) == 2 + 3 * sum(screw["level"] in there for screw in plan["screws"]) and all(width > 100 and complete for width, complete in sizes)
    # The policy is in force: a request and a script that come in later are both stopped.
    blocked = page.execute_async_script("""
        const done = arguments[0];
        const script = document.createElement('script');
        script.textContent = 'window.injected = 1';
        document.body.append(script);
        fetch('http://127.0.0.1:9/').then(() => done('asked'), error => done(String(error)));""")
    assert "TypeError" in blocked and page.execute_script("return window.injected") is None
    assert any("Content Security Policy" in entry["message"] for entry in page.get_log("browser"))


def test_hostile_names_are_words(page):
    assert page.find_element("id", "pseudonym").text == HOSTILE[:64]
    assert page.find_element("id", "study-date").text == "2026-08-17"
    assert page.execute_script("return window.injected") is None


@pytest.mark.parametrize("day", ["2026-02-30", "2026-8-17", "17.08.2026", ""])
def test_a_day_that_is_none_is_refused(phantom, tmp_path, day):
    run = run_lamina("plan", phantom / "ct.nii.gz", "-o", tmp_path / "case", "--study-date", day)
    assert run.returncode == 2 and "--study-date" in run.stderr and not list(tmp_path.iterdir())


def test_every_number_is_the_plans(page, plan):
    shown = page.execute_script("""
        return Array.from(document.querySelectorAll('[data-plan]')).map(
            e => [e.dataset.plan, e.textContent, Number(e.dataset.digits), Number(e.dataset.factor || 1)])""")
    for pointer, text, digits, factor in shown:
        assert re.fullmatch(r"-?\d+(\.\d+)?", text), (pointer, text)
        assert len(text.partition(".")[2]) == digits, (pointer, text)
        assert abs(float(text) - factor * at(plan, pointer)) <= 0.5 * 10.0**-digits + 1e-9, (pointer, text)
        assert float(text) != 0 or at(plan, pointer) == 0 or digits >= 3 or at(plan, pointer) * factor < 0.5, (pointer, text)
    assert "Markup(" not in page.find_element("tag name", "body").text
    words = page.execute_script("return Array.from(document.querySelectorAll('[data-plan-text]')).map(e => [e.dataset.planText, e.textContent])")
    for pointer, text in words:
        assert text == at(plan, pointer), pointer
    pointers = {pointer for pointer, *_ in shown} | {pointer for pointer, _ in words}
    for index, screw in enumerate(plan["screws"]):
        wanted = ["level", "side", "status"]
        if screw["status"] == "planned":
            wanted += ["diameter_mm", "length_mm", "grade", "angles_deg/transverse", "angles_deg/sagittal", "hu/mean", "depth_fraction"]
            wanted += [f"margins_mm/{name}" for name in screw["margins_mm"]] + [f"tip_lps_mm/{n}" for n in range(3)]
            wanted += [f"alternatives/{n}/diameter_mm" for n in range(len(screw["alternatives"]))]
        missing = [part for part in wanted if f"/screws/{index}/{part}" not in pointers]
        assert not missing, (screw["level"], screw["side"], missing)
    assert page.find_element("id", "plan-hash").text == subprocess.run(
        ["sha256sum", page.current_url.removeprefix("file://").replace("report.html", "plan.json")], capture_output=True, text=True).stdout[:64]


def balls(picture):
    """Middles (right, down) of the dense balls from the picture's middle, in pixels: no stroke of a letter and no cortex is so thick."""
    solid = ndimage.binary_erosion((picture == 255).all(axis=2), iterations=6)
    labelled, count = ndimage.label(solid)
    middles = ndimage.center_of_mass(solid, labelled, range(1, count + 1))
    return [(x - picture.shape[1] / 2, y - picture.shape[0] / 2) for y, x in middles]


@pytest.mark.parametrize("number, sides, pixel, seen", [(0, "RLAP", 0.22, "LP"), (1, "APHF", 0.22, "PH"), (2, "RLHF", 0.11, "LH")])
def test_left_is_left_in_each_picture(page, plan, number, sides, pixel, seen):
    """Each ball stands at the edge whose letter names the side that it lies on, and none at the edge across."""
    index = next(n for n, screw in enumerate(plan["screws"]) if (screw["level"], screw["side"]) == ("L1", "left"))
    picture = image_of(page, f"#screw-{index} figure:nth-of-type({number + 1}) img")
    found = letters(picture)
    assert found == dict(zip(("left", "right", "up", "down"), sides))
    ways = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
    towards = {letter: np.array(ways[edge]) for edge, letter in found.items()}
    marks = np.array(balls(picture)) * pixel
    assert len(marks) == 2, marks
    for letter in seen:
        assert (marks @ towards[letter]).max() > 8, (letter, marks)
        across = {"L": "R", "P": "A", "H": "F"}[letter]
        assert (marks @ towards[across]).max() < 6, (across, marks)
    assert places(picture, "L1 LEFT", WHITE, 2) and places(picture, "10 mm", WHITE, 1)


def test_levels_stand_in_order_in_the_whole_spine(page):
    front, side = image_of(page, ".spine figure:nth-of-type(1) img"), image_of(page, ".spine figure:nth-of-type(2) img")
    assert letters(front) == {"left": "R", "right": "L", "up": "H", "down": "F"}
    assert letters(side) == {"left": "A", "right": "P", "up": "H", "down": "F"}
    for picture in (front, side):
        rows = [places(picture, level, (255, 230, 0), 2)[0][1] for level in ("T12", "L1", "L2")]
        assert rows == sorted(rows) and rows[2] - rows[0] > 40


def test_the_view_in_space_draws_and_is_not_mirrored(page, plan):
    colours = page.execute_script("""
        const gl = lamina.renderer.getContext(), pixels = new Uint8Array(4 * gl.drawingBufferWidth * gl.drawingBufferHeight);
        gl.readPixels(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
        return Array.from(new Set(Array.from({length: pixels.length / 4}, (_, n) => pixels[4 * n] >> 3))).length;""")
    assert colours > 8
    where = page.execute_script("""
        const at = thing => thing.getWorldPosition(new THREE.Vector3()).project(lamina.camera).toArray();
        const all = (things) => Object.fromEntries(Object.entries(things).map(([name, thing]) => [name, at(thing)]));
        return {letters: all(lamina.letters), screws: all(lamina.screws)};""")
    assert where["letters"]["L"][0] > where["screws"]["L1 left"][0] > where["screws"]["L1 right"][0] > where["letters"]["R"][0]
    assert where["letters"]["H"][1] > where["screws"]["T12 left"][1] > where["screws"]["L2 left"][1] > where["letters"]["F"][1]
    # Vertices are the case's own mesh, thinned: the same box to half a millimetre.
    box = page.execute_script("const b = lamina.bones.L1.geometry.boundingBox; return [b.min.toArray(), b.max.toArray()]")
    trimesh = pytest.importorskip("trimesh")
    bounds = trimesh.load(page.current_url.removeprefix("file://").replace("report.html", "meshes/L1.stl")).bounds
    assert np.array(box) == pytest.approx(bounds, abs=0.5)


def test_levels_hide_and_stand_alone(page):
    shown = "return Object.keys(lamina.bones).filter(level => lamina.bones[level].visible)"
    page.execute_script("document.querySelector('.toggles [data-isolate=L1]').click()")
    assert page.execute_script(shown) == ["L1"]
    assert page.execute_script("return lamina.screws['L1 left'].visible && !lamina.screws['T12 left'].visible")
    page.execute_script("document.querySelector('[data-show=T12]').click()")
    assert sorted(page.execute_script(shown)) == ["L1", "T12"]
    page.execute_script("document.getElementById('all').click()")
    assert len(page.execute_script(shown)) == 3


def test_keys(page):
    body = page.find_element("tag name", "body")
    body.send_keys("jj")
    assert page.switch_to.active_element.get_attribute("id") == "screw-1"
    page.switch_to.active_element.send_keys("k")
    assert page.switch_to.active_element.get_attribute("id") == "screw-0"
    page.switch_to.active_element.send_keys("?")
    assert page.find_element("id", "help").is_displayed()
    page.execute_script("document.getElementById('help').close()")


def test_refusals_are_as_visible_as_screws(browser, page, plan, marked_case, cut_case):
    missing = page.find_elements("css selector", ".card.refused[data-level=T11]")
    assert len(missing) == 2 and all("refused" in card.text.lower() and "No picture" in card.text for card in missing)
    assert "2 refused" in page.find_element("id", "screws-title").text
    browser.get((cut_case / "report.html").as_uri())
    refused = [n for n, screw in enumerate(json.loads((cut_case / "plan.json").read_text())["screws"]) if screw["status"] == "refused"]
    assert refused
    for index in refused:
        card = browser.find_element("id", f"screw-{index}")
        assert card.is_displayed() and "No screw is planned here" in card.text and len(card.find_elements("tag name", "img")) == 3
        assert card.size["height"] > 300
        row = browser.find_element("css selector", f".listing tr:nth-child({index + 1})")
        assert "REFUSED" in row.text and "no screw" in row.text
    browser.get((marked_case / "report.html").as_uri())


def test_without_webgl_the_page_says_so(one_level_case):
    browser = opened("--disable-3d-apis")
    try:
        browser.get((one_level_case / "report.html").as_uri())
        assert "no WebGL" in browser.find_element("id", "no-webgl").text
        assert browser.find_element("id", "screw-0").is_displayed()
        assert "no patient name kept" in browser.find_element("id", "pseudonym").text
        assert "not kept" in browser.find_element("id", "study-date").text
    finally:
        browser.quit()


def test_the_printed_report_has_the_plans_hash_on_every_page(lamina, one_level_case, tmp_path):
    if shutil.which("chromium") is None or shutil.which("pdftotext") is None:
        pytest.skip("needs Debian's chromium and poppler-utils")
    made = lamina("report", one_level_case, "--pdf", tmp_path / "report.pdf")
    assert made.returncode == 0, made.stderr
    text = subprocess.run(["pdftotext", "-layout", tmp_path / "report.pdf", "-"], capture_output=True, text=True, check=True).stdout
    pages = text.split("\f")[:-1]
    digest = subprocess.run(["sha256sum", one_level_case / "plan.json"], capture_output=True, text=True).stdout[:64]
    assert len(pages) >= 3 and all(digest in page for page in pages)
    # A card is on one page: its name and its last table.
    for side in ("left", "right"):
        assert any(re.search(rf"L1 {side}\s+the patient", page) and "Rejected alternatives" in page for page in pages)
    assert lamina("report", one_level_case, "--pdf", tmp_path / "report.pdf").returncode == 2


def test_without_chromium_the_error_says_what_to_do(lamina, one_level_case, tmp_path):
    made = lamina("report", one_level_case, "--pdf", tmp_path / "report.pdf", env={**os.environ, "LAMINA_CHROMIUM": "/nowhere"})
    assert made.returncode == 6 and "apt-get install chromium" in made.stderr and not (tmp_path / "report.pdf").exists()
