"""Say what a Python lacks to run the simulation.

``check.py``: the compiled part, which pip cannot bring; one line and exit code 1 if incomplete.
``check.py PINS``: print the lines of the file PINS that are not installed at their version.
"""

import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

MODULES = ("numpy", "scipy", "mpi4py.MPI", "petsc4py.PETSc", "slepc4py.SLEPc", "gmsh", "dolfinx")
SOLVERS = ("mumps", "hypre")


def compiled_part() -> str:
    """Return what is missing of the compiled part, in words; empty when nothing is."""
    for name in MODULES:
        try:
            import_module(name)
        except (ImportError, OSError) as error:  # OSError: a shared library is missing
            return f"{name} does not import ({error})"
    petsc = import_module("petsc4py.PETSc")
    missing = [name for name in SOLVERS if not petsc.Sys.hasExternalPackage(name)]
    if missing:
        return f"PETSc was built without {' and '.join(missing)}"
    if petsc.ScalarType(0).dtype.kind != "f":
        return "PETSc was built for complex numbers"
    return ""


def installed(pin: str) -> bool:
    """Tell whether the requirement ``name==version`` is met."""
    name, wanted = pin.split("==")
    try:
        return version(name) == wanted
    except PackageNotFoundError:
        return False


if __name__ == "__main__":
    if len(sys.argv) > 1:
        pins = Path(sys.argv[1]).read_text().split()
        print("\n".join(pin for pin in pins if not installed(pin)))
    elif lack := compiled_part():
        sys.exit(lack)
