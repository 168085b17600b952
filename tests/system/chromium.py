"""A real browser without a display, and a viewer to look at with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

CHROMIUM, DRIVER = "chromium", "chromedriver"
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--window-size=1200,800",
    "--force-device-scale-factor=1",
)
PATIENCE = 60.0  # s


def find_chromium() -> tuple[str, str] | None:
    """Return the paths of Chromium and its driver, None where one is missing."""
    found = shutil.which(CHROMIUM), shutil.which(DRIVER)
    return None if None in found else found


def needs_chromium() -> None:
    """Skip a test where there is no Chromium; on CI, where there has to be one, fail it."""
    if find_chromium() is None:
        reason = f"{CHROMIUM} or {DRIVER} is not installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@contextmanager
def browser(profile: Path) -> Iterator[webdriver.Chrome]:
    """Yield a browser that keeps what it has to in a folder of its own."""
    chromium, driver = find_chromium()
    options = Options()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    downloads = {"download.default_directory": str(profile), "download.prompt_for_download": False}
    options.add_experimental_option("prefs", downloads)
    found = webdriver.Chrome(options=options, service=Service(driver))
    found.set_script_timeout(PATIENCE)
    try:
        yield found
    finally:
        found.quit()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Yield the address of a viewer's page of a folder."""
    with viewing(folder) as (_, address):
        yield address


@contextmanager
def viewing(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Yield the process of a viewer, which is ended if it has not, and its page's address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "experiments.view", str(folder), "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        line = process.stdout.readline()
        assert line.startswith("viewer: http://127.0.0.1:"), line
        yield process, line.split()[1]
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(PATIENCE)
        process.stdout.close()
