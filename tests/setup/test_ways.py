"""Which of the four ways `./run` takes on which machine, and what it does there."""

import os
from pathlib import Path

import pytest

from tests.setup.made_up import BUILT_FROM, Host

DEBIAN_PACKAGES = Path(__file__).parents[2] / "setup/debian-packages.txt"

APT_CACHE = "#!/bin/bash\nprintf 'python3-dolfinx:\\n  Installed: (none)\\n  Candidate: {}\\n'\n"
APT_GET = '#!/bin/bash\necho "$*" >>"{root}/apt-calls"\n'


def has_apt(host: Host, dolfinx: str, installed: bool = False) -> None:
    """Give the host an apt that offers python3-dolfinx, and a system Python."""
    host.has("apt-cache", APT_CACHE.format(dolfinx))
    host.has("apt-get", APT_GET.format(root=host.root))
    host.has("dpkg-query", f"#!/bin/bash\n{'echo -n installed' if installed else 'exit 1'}\n")
    host.has("sudo", '#!/bin/bash\n[[ $1 != -n ]] || shift\nexec "$@"\n')
    host.has_python()
    (host.root / "bin/python3").rename(host.root / "usr/bin/python3")


def test_active_python_gets_only_what_it_lacks(host: Host) -> None:
    host.has_python(dolfinx="0.9.0")
    host.has_conda()
    done = host.run("bash", "-c", "command -v python; echo $VIRTUAL_ENV")
    assert done.returncode == 0, done.stderr
    assert "as the active Python lacks them: h5py==3.16.0 rich==15.0.0" in done.stderr
    python, venv = done.stdout.split()
    assert python == f"{venv}/bin/python"
    assert Path(venv).is_relative_to(host.envs)
    assert not (host.root / "conda-calls").exists()


@pytest.mark.parametrize(
    "python", [{"dolfinx": "0.10.0"}, {"dolfinx": "0.9.0", "lack": "gmsh does not import"}, {}]
)
def test_unfit_python_is_passed_over_for_good(host: Host, python: dict[str, str]) -> None:
    host.has_python(**python)
    host.has_conda()
    assert host.run("true").returncode == 0
    again = host.run("bash", "-c", "echo $CONDA_PREFIX")
    assert again.stderr == ""
    assert Path(again.stdout.strip()).is_relative_to(host.envs)
    assert len((host.root / "conda-calls").read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("tool", "create"), [("mamba", "env create"), ("micromamba", "create"), ("conda", "env create")]
)
def test_conda_makes_and_activates(host: Host, tool: str, create: str) -> None:
    host.has_conda(tool)
    done = host.run("bash", "-c", "echo $ACTIVATED; command -v python3")
    assert done.returncode == 0, done.stderr
    prefix, python = done.stdout.split()
    assert python == f"{prefix}/bin/python3"
    call = f"{tool} {create} --prefix {prefix} --file {host.clone()}/environment.yml\n"
    assert (host.root / "conda-calls").read_text() == call


@pytest.mark.parametrize(
    ("system", "version", "dolfinx"),
    [("debian", "13", "1:0.9.0-5+b1"), ("ubuntu", "25.10", "1:0.9.0-3build1")],
)
def test_apt_packages_and_a_virtual_environment(
    host: Host, system: str, version: str, dolfinx: str
) -> None:
    host.is_system(system, version)
    has_apt(host, dolfinx)
    done = host.run("bash", "-c", "echo $VIRTUAL_ENV; command -v python")
    assert done.returncode == 0, done.stderr
    venv, python = done.stdout.split()
    assert python == f"{venv}/bin/python"
    calls = (host.root / "apt-calls").read_text().splitlines()
    packages = " ".join(DEBIAN_PACKAGES.read_text().split())
    assert calls == [f"install --yes --no-install-recommends {packages}"]
    assert "hydra-core==1.3.8" in (host.root / "installed").read_text()


def test_apt_installs_nothing_that_is_there(host: Host) -> None:
    host.is_system("debian", "13")
    has_apt(host, "1:0.9.0-5", installed=True)
    assert host.run("true").returncode == 0
    assert not (host.root / "apt-calls").exists()


@pytest.mark.parametrize(
    ("system", "version", "dolfinx", "reason"),
    [
        ("ubuntu", "24.04", "1:0.7.3-3", "the packages of ubuntu 24.04 have dolfinx 0.7.3"),
        ("debian", "14", "1:0.10.0-2", "the packages of debian 14 have dolfinx 0.10.0"),
        ("debian", "12", "1:0.5.2-2", "the packages of debian 12 have no dolfinx 0.9"),
    ],
)
def test_other_dolfinx_of_apt_is_refused(
    host: Host, system: str, version: str, dolfinx: str, reason: str
) -> None:
    host.is_system(system, version)
    has_apt(host, dolfinx, installed=True)
    done = host.run("true")
    assert done.returncode == 1
    assert reason in done.stderr


def test_no_way_ends_in_one_sentence(host: Host) -> None:
    done = host.run("echo", "unreachable")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "setup: no environment: the active Python (3.12 or later) has no dolfinx 0.9; neither "
        "mamba, micromamba nor conda is installed; the packages of plan9 4 have no dolfinx 0.9; "
        "plan9 4 is not Debian 12 or later."
    ]


@pytest.mark.skipif(
    not all(os.access(f"/usr/bin/{name}", os.X_OK) for name in ("mmdebstrap", "mount", "apt-get")),
    reason="this environment has no mmdebstrap",
)
@pytest.mark.slow
def test_debian_root_for_real(host: Host) -> None:
    """The host says it is Debian 12; apt, mmdebstrap, the mirror and the root are real."""
    codename = next(
        line.split("=")[1]
        for line in Path("/etc/os-release").read_text().splitlines()
        if line.startswith("VERSION_CODENAME=")
    )
    host.is_system("debian", "12", codename)
    (host.root / "usr/share").mkdir()
    (host.root / "usr/share/keyrings").symlink_to("/usr/share/keyrings")
    for command in Path("/usr/bin").glob("*"):
        if command.name.startswith(("apt-", "dpkg", "mmdebstrap")):
            (host.root / "bin" / command.name).symlink_to(command)
    test = "import dolfinx, hydra, sys; print(dolfinx.__version__, hydra.__version__, sys.prefix)"
    done = host.run("python", "-c", test, timeout=1800)
    assert done.stdout == "0.9.0 1.3.8 /venv\n", done.stderr
    program = "from mpi4py.MPI import COMM_WORLD as c; print(c.allreduce(1))"
    two = host.run("mpirun", "-n", "2", "python", "-c", program)
    assert two.stdout.split() == ["2", "2"], two.stderr
    assert two.stderr == ""


def test_the_clone_has_what_set_up_reads(host: Host) -> None:
    assert {path.name for path in host.clone().iterdir()} == set(BUILT_FROM)
