"""The environment is made once, whole or not at all, and named after what it is made of."""

import signal
import time
from pathlib import Path

import pytest

from tests.setup.made_up import Host


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.02)


def conda_calls(host: Host) -> int:
    return len((host.root / "conda-calls").read_text().splitlines())


@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)]
)
def test_interrupted_set_up_leaves_nothing(host: Host, sent: signal.Signals, code: int) -> None:
    host.has_conda(seconds=30)
    process = host.start("true")
    wait_for(host.root / "conda-calls")
    process.send_signal(sent)
    _, err = process.communicate(timeout=10)  # the sleeping conda has ended with it
    assert process.returncode == code
    assert "nothing half-made is left" in err
    assert not list((host.envs / "builds").iterdir())
    assert not list((host.envs / "ready").iterdir())
    host.has_conda()
    assert host.run("true").returncode == 0


def test_rest_of_a_killed_set_up_is_removed(host: Host) -> None:
    host.has_conda(seconds=2)
    process = host.start("true")
    wait_for(host.root / "conda-calls")
    process.kill()
    process.communicate()
    assert host.left_over()
    host.has_conda()
    assert host.run("true").returncode == 0  # waits for the conda that outlived its set-up
    assert not host.left_over()


def test_failed_set_up_shows_its_log_and_leaves_nothing(host: Host) -> None:
    host.has("mamba", "#!/bin/bash\necho the channel is down\nexit 3\n")
    done = host.run("true")
    assert done.returncode == 1
    assert "  | the channel is down" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("setup: no environment: ")
    assert "making it by conda failed" in done.stderr.splitlines()[-1]
    assert not list((host.envs / "builds").iterdir())
    assert not list((host.envs / "ready").iterdir())


def test_two_first_runs_make_it_once(host: Host) -> None:
    host.has_conda(seconds=1)
    host.clone()
    runs = [host.start("bash", "-c", "echo $CONDA_PREFIX") for _ in range(2)]
    ends = [process.communicate(timeout=30) for process in runs]
    assert [process.returncode for process in runs] == [0, 0]
    assert ends[0][0] == ends[1][0] != ""
    assert sum("another set-up is running" in err for _, err in ends) == 1
    assert conda_calls(host) == 1


def test_second_time_and_second_clone_are_silent(host: Host) -> None:
    host.has_conda()
    assert "ready after" in host.run("true").stderr
    assert host.run("true").stderr == ""
    assert host.run("true", clone="other").stderr == ""
    assert conda_calls(host) == 1


def test_shows_each_step_and_keeps_stdout_clean(host: Host) -> None:
    host.has_conda()
    done = host.run("echo", "the command's")
    assert done.stdout == "the command's\n"
    assert "setup: conda packages from environment.yml, by mamba: 0 s" in done.stderr.splitlines()


@pytest.mark.parametrize(
    ("file", "old", "new", "same"),
    [
        ("pyproject.toml", '"rich==15.0.0"', '"rich==15.0.1"', False),
        ("pyproject.toml", '"ruff==0.17.6"', '"ruff==0.17.7"', False),
        ("pyproject.toml", "line-length = 100", "line-length = 99", True),
        ("environment.yml", "scipy=1.15", "scipy=1.16", False),
        ("setup/debian-packages.txt", "git\n", "", False),
        ("setup/recipes.sh", "--variant=apt", "--variant=minbase", False),
        ("setup/create.sh", "nothing half-made", "nothing", True),
    ],
)
def test_named_after_what_it_is_made_of(
    host: Host, file: str, old: str, new: str, same: bool
) -> None:
    before = host.key()
    path = host.clone("changed") / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    assert (host.key("changed") == before) is same


def test_named_after_the_machine(host: Host) -> None:
    names = {host.key()}
    host.is_system("debian", "12")
    names.add(host.key())
    host.has_conda()
    names.add(host.key())
    host.has_python(dolfinx="0.9.0")
    names.add(host.key())
    host.has_python(dolfinx="0.9.1")
    names.add(host.key())
    assert len(names) == 5
