"""Headless Chromium for the judges of pages; skips without it."""

import shutil
import time
import urllib.error
import urllib.request

import pytest

webdriver = pytest.importorskip("selenium.webdriver")
from selenium.webdriver.chrome.service import Service  # noqa: E402

PATIENCE = 60
#: WebGL without a graphics card.
in_software = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


def opened(*arguments):
    if shutil.which("chromedriver") is None:
        pytest.skip("needs Debian's chromium and chromium-driver")
    options = webdriver.ChromeOptions()
    for argument in ["--headless=new", "--no-sandbox", "--window-size=1200,900", *arguments]:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))


def severe(browser):
    """What the console has said of errors since it was asked last."""
    return [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]


def reached(url, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=5) as answer:
            return answer.read()
    except (urllib.error.URLError, OSError):
        return None


def until(wanted):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := wanted():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come")
