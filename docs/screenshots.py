"""Pictures of the project's pages as a headless Chromium shows them (of the tests' packages)."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

CHROMEDRIVER = "/usr/bin/chromedriver"
REPORT, VIEWER = (1000, 1150), (1280, 860)  # pixels
STEPS = 3  # of the viewer's time slider, from the start of the injection
PATIENCE, SETTLED = 120.0, 3.0  # s for the first picture; for what a step of time changes
SHOWN = "return [...document.images].some(i => i.complete && i.naturalWidth > 300)"


def report_page(folder: Path, scratch: Path) -> Path:
    """Show how the report of a comparison begins."""
    path = scratch / "report.png"
    with _browser(REPORT) as browser:
        browser.get(next(folder.glob("*/report.html")).resolve().as_uri())
        browser.save_screenshot(str(path))
    return path


def viewer_page(folder: Path, scratch: Path) -> Path:
    """Show the viewer on a folder, some written times after the start."""
    path = scratch / "viewer.png"
    command = [sys.executable, "-m", "experiments.view", str(folder), "--no-browser"]
    with (
        _browser(VIEWER) as browser,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server,
    ):
        try:
            words = (word for line in server.stdout for word in line.split())
            browser.get(next(word for word in words if word.startswith("http://")))
            WebDriverWait(browser, PATIENCE).until(lambda page: page.execute_script(SHOWN))
            slider = browser.find_element(By.CSS_SELECTOR, "[role=slider]")
            for _ in range(STEPS):
                slider.send_keys(Keys.ARROW_RIGHT)
                time.sleep(SETTLED)
            browser.save_screenshot(str(path))
        finally:
            server.terminate()
    return path


@contextmanager
def _browser(size: tuple[int, int]) -> Iterator[Chrome]:
    options = ChromeOptions()
    for argument in (
        "headless=new",
        "no-sandbox",
        "hide-scrollbars",
        f"window-size={size[0]},{size[1]}",
    ):
        options.add_argument(f"--{argument}")
    browser = Chrome(options=options, service=ChromeService(CHROMEDRIVER))
    try:
        yield browser
    finally:
        browser.quit()
