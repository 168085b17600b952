"""The command takes the place of `./run`: arguments, stdin, exit code and signals are its own."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.setup.made_up import REPO, Host

ARGUMENTS = ["a b", "", "*", "$HOME", "--", "-x", "A=1", "é\n"]
NAMESPACE = (["--mount"], ["--user", "--map-root-user", "--mount"])


def run_for_real(*command: str, **settings) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [REPO / "run", *command], encoding="utf-8", capture_output=True, **settings
    )


inside = pytest.mark.skipif(
    "CALCINOSIS_NEEDLE_ENV" not in os.environ, reason="these tests were not started by ./run"
)


@pytest.fixture
def conda_host(host: Host) -> Host:
    host.has_conda()
    assert host.run("true").returncode == 0
    return host


def test_arguments(conda_host: Host) -> None:
    done = conda_host.run("printf", "%s\\0", *ARGUMENTS)
    assert done.stdout.split("\0")[:-1] == ARGUMENTS


def test_stdin_also_on_the_first_run(host: Host) -> None:
    host.has_conda()
    assert host.run("cat").stdout == "typed in"
    assert host.run("cat").stdout == "typed in"


@pytest.mark.parametrize(("command", "code"), [(("sh", "-c", "exit 7"), 7), (("no-such",), 127)])
def test_exit_code(conda_host: Host, command: tuple[str, ...], code: int) -> None:
    assert conda_host.run(*command).returncode == code


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGUSR1])
def test_signals(conda_host: Host, sent: signal.Signals) -> None:
    process = conda_host.start("sh", "-c", "echo $$; exec sleep 30")
    assert process.stdout is not None
    assert int(process.stdout.readline()) == process.pid  # no process in between
    process.send_signal(sent)
    process.communicate(timeout=10)
    assert process.returncode == -sent


def test_no_command_is_refused(host: Host) -> None:
    done = host.run()
    assert done.returncode == 2
    assert done.stderr == "usage: ./run CMD [ARG...]\n"


def test_user_variables_stay(conda_host: Host) -> None:
    show = ("sh", "-c", "echo $OMP_NUM_THREADS $OMPI_MCA_btl")
    assert conda_host.run(*show).stdout == "1 self,sm\n"
    process = subprocess.run(
        [conda_host.clone() / "run", *show],
        env=conda_host.environment | {"OMP_NUM_THREADS": "3", "OMPI_MCA_btl": "self"},
        encoding="utf-8",
        capture_output=True,
    )
    assert process.stdout == "3 self\n"


@inside
def test_nested_run_goes_straight_on() -> None:
    done = run_for_real("./run", "sh", "-c", "cat; exit 5", cwd=REPO, input="typed in")
    assert (done.returncode, done.stdout, done.stderr) == (5, "typed in", "")


@inside
def test_modules_are_found_from_any_folder(tmp_path: Path) -> None:
    done = run_for_real("python", "-c", "import sim; print(sim.__file__)", cwd=tmp_path)
    assert done.stdout == f"{REPO}/sim/__init__.py\n"


@inside
def test_two_mpi_ranks() -> None:
    program = "from mpi4py.MPI import COMM_WORLD as c; print(f'{c.rank} of {c.allreduce(1)}\\n')"
    done = run_for_real("mpirun", "-n", "2", "python", "-c", program, timeout=60)
    assert sorted(done.stdout.split("\n"))[-2:] == ["0 of 2", "1 of 2"], done.stderr


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root whose operating system is this machine's /usr, once that is bound there."""
    folder = tmp_path / "root"
    (folder / "usr").mkdir(parents=True)
    (folder / "etc").mkdir()
    for link in ("bin", "lib", "lib64", "sbin"):
        if Path("/", link).is_symlink():
            (folder / link).symlink_to(f"usr/{link}")
    return folder


def enter_root(root: Path, *command: str) -> list[str]:
    """Return the command line that runs `command` in the root, by what `./run` uses."""
    for options in NAMESPACE:
        allowed = ["unshare", *options, "mount", "--rbind", "/proc", "/proc"]
        if subprocess.run(allowed, capture_output=True).returncode == 0:
            script = 'mount --rbind /usr "$1/usr" && exec bash "$0" "$@"'
            enter = f"{REPO}/setup/enter-root.sh"
            arguments = [str(root), str(REPO), *command]
            return ["unshare", *options, "--", "bash", "-c", script, enter, *arguments]
    pytest.skip("no mount namespace is allowed here")


@pytest.mark.skipif(subprocess.call("command -v mount chroot", shell=True) != 0, reason="no mount")
class TestDebianRoot:
    def test_passes_everything_through(self, root: Path) -> None:
        command = enter_root(root, "sh", "-c", 'cat; printf "|%s" "$@"; exit 9', "sh", *ARGUMENTS)
        done = subprocess.run(command, input="typed in", encoding="utf-8", stdout=subprocess.PIPE)
        assert done.returncode == 9
        assert done.stdout == "|".join(["typed in", *ARGUMENTS])

    def test_is_one_process(self, root: Path) -> None:
        command = enter_root(root, "sh", "-c", "echo $$; exec sleep 30")
        with subprocess.Popen(command, encoding="utf-8", stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert int(process.stdout.readline()) == process.pid
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == -signal.SIGINT

    def test_folders_are_the_hosts(self, root: Path, tmp_path: Path) -> None:
        here = tmp_path / "a folder"
        here.mkdir()
        command = enter_root(root, "sh", "-c", "pwd; echo made inside >file; ls /proc/self/fd")
        done = subprocess.run(command, cwd=here, encoding="utf-8", stdout=subprocess.PIPE)
        assert done.stdout.splitlines()[0] == str(here)
        assert (here / "file").read_text() == "made inside\n"

    def test_its_mounts_stay_inside(self, root: Path) -> None:
        show = ("cat", "/proc/self/mountinfo")
        done = subprocess.run(enter_root(root, *show), encoding="utf-8", stdout=subprocess.PIPE)
        assert done.stdout.count(" /tmp ") >= 1
        assert str(root) not in Path("/proc/self/mountinfo").read_text()
        # The root seen through its own folders has none of them, but for this test's /usr: who
        # removes it there removes nothing of the host.
        points = [line.split()[4] for line in done.stdout.splitlines()]
        seen = [point for point in points if point.startswith(f"{root}/")]
        assert all(point.startswith(f"{root}/usr") for point in seen)
