"""The viewer in a real browser, and what its server refuses."""

from __future__ import annotations

import dataclasses
import http.client
import io
import json
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys

from sim.results.files import write_json, write_text
from tests.pictures import is_blank, pixels
from tests.system.chromium import PATIENCE, browser, needs_chromium, viewing
from tests.unit.results import synthetic
from tests.unit.results.records import write_record

TIP = 5e-3  # m
READY = """
return window.trame?.state && !trame.state.get('busy')
    && document.getElementById('view')?.naturalWidth > 0;
"""
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A comparison, a run without fields and a damaged one."""
    root = tmp_path_factory.mktemp("opened")
    sides = (synthetic.case(), synthetic.case(synthetic.NEEDLE_14G, synthetic.DRILL))
    for side, of in zip(("a_27G", "b_14G"), sides, strict=True):
        result = synthetic.infiltration(of, TIP)
        result = dataclasses.replace(result, fields=synthetic.field(of, TIP, 2.5e-3))
        write_record(root / "pair" / side, of, synthetic.insertion(of), result)
    write_json(root / "pair/comparison.json", {})
    write_record(root / "rest/none", sides[0], synthetic.insertion(sides[0], 1e-3), None)
    (root / "rest/damaged").mkdir()
    write_text(root / "rest/damaged/metrics.json", "{")
    return root


@pytest.fixture(scope="module")
def viewer(folder):
    with viewing(folder) as (process, address):
        yield process, address
        process.terminate()
        assert process.wait(PATIENCE) == 0


@pytest.fixture(scope="module")
def page(viewer, tmp_path_factory):
    needs_chromium()
    with browser(tmp_path_factory.mktemp("profile")) as driver:
        driver.get(viewer[1])
        until(lambda: driver.execute_script(READY))
        yield driver


@pytest.fixture
def opened(page):
    """The page with the pair at the start of its injection."""
    set_state(page, in_space=False, quantity="concentration")
    click(page, ".pick-both[data-number='0']")
    until(lambda: state(page, "left") == 0 and state(page, "right") == 1)
    until(lambda: page.execute_script(READY) and state(page, "last") == 5)
    set_state(page, step=0, playing=False)
    settled(page)
    return page


def until(done: Callable[[], object], patience: float = PATIENCE) -> None:
    end = time.monotonic() + patience
    while not done():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


def state(page, name: str) -> object:
    return page.execute_script("return trame.state.get(arguments[0])", name)


def set_state(page, **values: object) -> None:
    for name, value in values.items():
        page.execute_script("trame.state.set(arguments[0], arguments[1])", name, value)


def click(page, selector: str) -> None:
    page.execute_script("document.querySelector(arguments[0]).click()", selector)


def seen(page) -> np.ndarray:
    """Return the picture's pixels as the browser shows them."""
    shot = page.find_element("id", "view").screenshot_as_png
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)


def settled(page) -> np.ndarray:
    """Return the picture once it no longer changes."""
    before = seen(page)
    for _ in range(100):
        time.sleep(0.3)
        after = seen(page)
        if before.shape == after.shape and np.array_equal(before, after):
            return after
        before = after
    raise AssertionError("the picture goes on changing")


def changed(one: np.ndarray, other: np.ndarray) -> float:
    return float((one != other).any(axis=-1).mean()) if one.shape == other.shape else 1.0


def test_it_loads_both_needles(opened, tmp_path):
    path = tmp_path / "view.png"
    Image.fromarray(seen(opened).astype(np.uint8)).save(path)
    assert not is_blank(pixels(path))
    rows = opened.find_elements("css selector", ".pick-both")
    assert [row.text for row in rows[:2]] == ["27G", "14G coaxial"]
    assert len(rows) == 4


def test_the_slider_moves_and_the_picture_changes(opened):
    before, said = seen(opened), opened.find_element("id", "time").text
    thumb = opened.find_element("css selector", "[role=slider][aria-valuemax='5']")
    thumb.send_keys(Keys.ARROW_RIGHT)
    until(lambda: state(opened, "step") == 1)
    until(lambda: changed(before, seen(opened)) > 0.01)
    assert said != opened.find_element("id", "time").text == "30.0 s"


def test_it_plays_to_the_end(opened):
    before = seen(opened)
    click(opened, "#play")
    until(lambda: state(opened, "step") == 5 and not state(opened, "playing"))
    until(lambda: changed(before, seen(opened)) > 0.01)
    assert opened.find_element("id", "time").text == "7.0 d"


def test_another_run_is_shown_and_a_damaged_one_says_so(opened):
    both = seen(opened)
    for name in ("damaged", "27G"):  # the last has no fields
        number = 2 if name == "damaged" else 3
        click(opened, f".pick-left[data-number='{number}']")
        until(lambda: left_and_right(both, seen(opened))[0] > 0.02)  # a message, no tissue
        assert left_and_right(both, settled(opened))[1] < 0.02  # the other one stays
        click(opened, ".pick-both[data-number='0']")
        until(lambda: left_and_right(both, seen(opened))[0] == 0.0)
    red = opened.find_element("css selector", ".text-error").get_attribute("title")
    assert red.startswith("it has no case.json") or red.startswith("damaged")


def left_and_right(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Return which share of the pixels of a column has changed at most, in each half."""
    rows = len(one) - 80  # without the bar of colours
    columns = (one[:rows] != other[:rows]).any(axis=-1).mean(axis=0)
    left, right = np.array_split(columns, 2)
    return float(left.max()), float(right.max())


def test_a_click_probes_a_point_in_both(opened):
    set_state(opened, step=1)
    settled(opened)
    view = opened.find_element("id", "view")
    aside = -int(0.22 * view.size["width"])
    ActionChains(opened).move_to_element_with_offset(view, aside, 10).click().perform()
    probed = opened.find_element("id", "probed")
    until(lambda: "depth" in probed.text)
    assert "27G: " in probed.text
    assert "14G coaxial: " in probed.text
    assert "mg/mL" in probed.text
    first = probed.text
    set_state(opened, step=4)
    until(lambda: probed.text != first)


def test_a_block_can_be_turned_and_clipped(opened):
    flat = seen(opened)
    set_state(opened, in_space=True)
    until(lambda: changed(flat, seen(opened)) > 0.02)
    block = settled(opened)
    view = opened.find_element("id", "view")
    drag = ActionChains(opened).move_to_element(view).click_and_hold()
    drag.move_by_offset(80, 30).release().perform()
    until(lambda: changed(block, seen(opened)) > 0.02)
    turned = settled(opened)
    set_state(opened, clip=3.0)
    until(lambda: changed(turned, seen(opened)) > 0.02)


def test_the_screenshot_is_the_picture(opened, page):
    folder = Path(opened.capabilities["chrome"]["userDataDir"])
    click(opened, "#screenshot")
    until(lambda: list(folder.glob("*.png")))
    picture = pixels(next(folder.glob("*.png")))
    assert not is_blank(picture)
    assert picture.shape == seen(opened).shape


def test_the_curve_has_a_mark_that_moves(opened):
    places = []
    for step in (1, 4):
        set_state(opened, step=step)
        until(lambda: state(opened, "mark") not in ("", *places))
        places.append(state(opened, "mark"))
    mark = opened.find_element("id", "mark")
    assert float(places[1][:-1]) > float(places[0][:-1])
    assert mark.is_displayed()


def test_the_browser_has_nothing_to_complain_and_asks_nobody_else(opened, viewer):
    complaints = [entry for entry in opened.get_log("browser") if entry["level"] != "INFO"]
    assert not complaints
    messages = (json.loads(e["message"])["message"] for e in opened.get_log("performance"))
    asked = [
        m["params"]["request"]["url"]
        for m in messages
        if m["method"] == "Network.requestWillBeSent" and m["params"]["documentURL"] == viewer[1]
    ]
    home = viewer[1].removesuffix("index.html")
    assert any(address.startswith(home) for address in asked)
    assert [a for a in asked if not a.startswith((home, "data:", "blob:"))] == []


def status(address: str, path: str, headers: dict[str, str] | None = None) -> int:
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=PATIENCE)
    connection.request("GET", path, headers=headers or {})
    answer = connection.getresponse().status
    connection.close()
    return answer


def test_without_its_token_nothing_is_served(viewer):
    _, address = viewer
    token = urlsplit(address).path.split("/")[1]
    assert len(token) >= 43  # of 32 bytes
    assert status(address, f"/{token}/index.html") == 200
    assert status(address, f"/{token}/view.png") == 200
    assert status(address, f"/{token}/ws", UPGRADE) == 101
    wrong = token[:-1] + ("0" if token[-1] != "0" else "1")
    for start in ("", f"/{wrong}", f"/{token[:-1]}", f"/{token}0", "//", "/%2e/" + token):
        for name in ("/", "/index.html", "/view.png", "/curve.png", "/vue.global.js"):
            assert status(address, start + name) == 404, start + name
        assert status(address, f"{start}/ws", UPGRADE) == 404


def test_files_beside_the_page_are_not_served(viewer, folder):
    _, address = viewer
    token = urlsplit(address).path.split("/")[1]
    up = "/.." * 20
    for path in (f"/{token}{up}/etc/passwd", f"/{token}/%2e%2e/%2e%2e/etc/passwd",
                 f"/{token}/{folder}/pair/comparison.json"):  # fmt: skip
        assert status(address, path) in (403, 404)


def test_other_addresses_of_this_machine_are_not_listened_at(viewer):
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", urlsplit(viewer[1]).port), timeout=5.0)


def test_ctrl_c_ends_it_and_nothing_was_written(folder):
    before = {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}
    with viewing(folder) as (process, address):
        assert status(address, urlsplit(address).path) == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
        assert "Traceback" not in process.stdout.read()
    assert {path: path.lstat().st_mtime_ns for path in folder.rglob("*")} == before
