"""The lists of packages: one pip part, whoever brings it; conda names as on conda-forge."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

from tests.setup.made_up import REPO

# Names on conda-forge, and why each is there.
CONDA_FORGE = {
    "python": "",
    "pip": "conda asks for it where there is a pip part",
    "fenics-dolfinx": "dolfinx with its Python interface, UFL, FFCx and Basix",
    "petsc": "the real build has MUMPS, hypre and SuperLU_dist",
    "petsc4py": "its Python interface",
    "slepc4py": "brings SLEPc",
    "mpi4py": "",
    "numpy": "",
    "scipy": "",
    "gmsh": "library and program",
    "python-gmsh": "the module gmsh, which the package gmsh lacks",
    "c-compiler": "compiles the forms that FFCx writes",
    "cxx-compiler": "",
    "pyvista": "with conda's vtk: no version of its own here",
    "matplotlib-base": "matplotlib without its Qt window; pyvista needs it",
    "rich": "pyvista needs it",
}
PYPI_NAME = {"matplotlib-base": "matplotlib"}
BY_CONDA = {"vtk"}  # comes with pyvista, in the version built against conda's libraries


def pyproject_pins() -> dict[str, str]:
    project = tomllib.loads((REPO / "pyproject.toml").read_text())
    pins = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    return dict(pin.split("==") for pin in pins)


def conda_parts() -> tuple[dict[str, str], dict[str, str]]:
    """Return the conda part and the pip part of environment.yml, version by name."""
    *conda, last = yaml.safe_load((REPO / "environment.yml").read_text())["dependencies"]
    parts = (re.fullmatch(r"([a-z0-9-]+)(?:=(.+))?", line) for line in conda)
    named = {part[1]: part[2] or "" for part in parts if part}
    assert len(named) == len(conda)
    return named, dict(pin.split("==") for pin in last["pip"])


def test_conda_names() -> None:
    assert set(conda_parts()[0]) == set(CONDA_FORGE)
    environment = yaml.safe_load((REPO / "environment.yml").read_text())
    assert environment["channels"] == ["conda-forge"]


def test_conda_brings_what_the_code_needs() -> None:
    conda, _ = conda_parts()
    assert conda["fenics-dolfinx"] == "0.9.*"
    assert conda["petsc"] == "*=real_*"


def test_same_versions_by_conda_and_by_pip() -> None:
    conda, pip = conda_parts()
    pins = pyproject_pins()
    by_conda = {PYPI_NAME.get(name, name): version for name, version in conda.items()}
    assert pip.items() <= pins.items()
    assert not pip.keys() & by_conda.keys()
    for name, version in pins.items() - pip.items():
        assert name in BY_CONDA or by_conda[name] == version, name


def test_set_up_reads_the_same_pins() -> None:
    script = f"HOME=/; repo={REPO}; source $repo/setup/identity.sh; pins"
    read = subprocess.check_output(["bash", "-c", script], encoding="utf-8").split()
    assert dict(pin.split("==") for pin in read) == pyproject_pins()


def test_check_finds_this_environment_whole(tmp_path: Path) -> None:
    check = [sys.executable, str(REPO / "setup/check.py")]
    assert subprocess.run(check, encoding="utf-8", capture_output=True).stderr == ""
    pins = tmp_path / "pins.txt"
    pins.write_text("rich==0.1\nno-such-package==1\npytest==" + pyproject_pins()["pytest"])
    lacking = subprocess.check_output([*check, str(pins)], encoding="utf-8").split()
    assert lacking == ["rich==0.1", "no-such-package==1"]
