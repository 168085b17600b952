"""``experiments.animate`` as people start it: the film, refusals in a line, an interruption."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import imageio_ffmpeg
import pytest

from tests.unit.results import synthetic
from tests.unit.results.records import write_record

COMMAND = (sys.executable, "-m", "experiments.animate")
PATIENCE = 120.0  # s


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    case, path = synthetic.case(), tmp_path_factory.mktemp("runs") / "run"
    write_record(
        path, case, synthetic.insertion(case, 2.9e-3), synthetic.infiltration(case, 2.9e-3)
    )
    return path


def animate(*arguments):
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True)


def test_the_film_lies_with_the_figures(folder):
    done = animate(folder, "--seconds", 4, "--fps", 2)
    assert (done.returncode, done.stderr) == (0, "")
    path = folder / "figures" / "film.mp4"
    assert str(path) in done.stdout.replace("\n", "")
    assert imageio_ffmpeg.count_frames_and_secs(path)[0] == 8


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("--fps", 0), "--fps = 0 is not allowed: give 1 to 60"),
     (("--seconds", "nan"), "--seconds = nan is not allowed: give 4 to 600"),
     (("--output", "film.gif"), "its name must end in .mp4")],
)  # fmt: skip
def test_what_cannot_be_made_is_refused_in_one_line(folder, arguments, said):
    done = animate(folder, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_interruption_leaves_no_film(folder, tmp_path):
    output = tmp_path / "film.mp4"
    running = subprocess.Popen(
        [*COMMAND, str(folder), "--seconds", "600", "--output", str(output)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    end = time.monotonic() + PATIENCE
    while not list(tmp_path.iterdir()) and time.monotonic() < end:
        time.sleep(0.05)
    running.send_signal(signal.SIGTERM)
    _, told = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130
    assert told == "interrupted; no film was written\n"
    assert not list(tmp_path.iterdir())
