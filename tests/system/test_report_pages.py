"""A comparison's report in a real browser: its pictures load, it prints, it is dark at night."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from sim.figures.draw import draw
from sim.report.build import write_report
from tests.system import chromium
from tests.system.chromium import needs_chromium
from tests.unit.results import synthetic
from tests.unit.results.records import write_record

NARROW = 390  # pixels, a telephone's


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("comparison")
    cases = synthetic.case(), synthetic.case(synthetic.NEEDLE_14G, synthetic.DRILL)
    records = [
        write_record(folder / side, of, synthetic.insertion(of), synthetic.infiltration(of, 5e-3))
        for side, of in zip("ab", cases, strict=True)
    ]
    return write_report(folder, records, draw(records, folder), "./run the command")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    needs_chromium()
    with chromium.browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def opened(browser, page):
    """The page as it opens from disk, with whatever the browser says about it from now on."""
    browser.get_log("browser")
    browser.get(page.as_uri())
    return browser


def seen_as(browser, scheme: str) -> str:
    """Return the page's background under a preference of colours."""
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    return browser.execute_script("return getComputedStyle(document.body).backgroundColor")


def test_every_picture_loads_and_nothing_is_amiss(opened, page):
    widths = opened.execute_script("return [...document.images].map(i => i.naturalWidth)")
    assert len(widths) == page.read_text().count("<img ") > 4
    assert min(widths) > 400
    assert opened.get_log("browser") == []
    asked = opened.execute_script(
        "return performance.getEntriesByType('resource').map(e => e.name.slice(0, 10))"
    )
    assert set(asked) <= {"data:image"}


def test_light_and_dark(opened):
    assert seen_as(opened, "light") == "rgb(255, 255, 255)"
    dark = [int(part) for part in re.findall(r"\d+", seen_as(opened, "dark"))]
    assert max(dark) < 64
    text = opened.execute_script("return getComputedStyle(document.body).color")
    assert min(int(part) for part in re.findall(r"\d+", text)) > 200


def test_a_narrow_screen_scrolls_only_downwards(opened):
    metrics = {"width": NARROW, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        width = opened.execute_script("return document.documentElement.scrollWidth")
    finally:
        opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert width <= NARROW


def test_it_prints_on_pages_with_everything_opened(opened):
    """What is folded on the screen is on paper, without the pictures being cut."""
    printed = opened.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    pdf = base64.b64decode(printed["data"])
    assert pdf.startswith(b"%PDF")
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    assert 5 <= pages <= 40
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        heights, shown = opened.execute_script(
            "return [[...document.images].map(i => i.getBoundingClientRect().height),"
            " [...document.querySelectorAll('details:not(.screen) :is(td, li)')]"
            ".every(e => e.checkVisibility({contentVisibilityAuto: true}))]"
        )
    finally:
        opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert max(heights) < 263 * 96 / 25.4, "of the paper between its margins"
    assert shown
