"""Where a result comes from: versions, commit, machine, timings, seeds and the mesh's hash."""

from __future__ import annotations

import hashlib
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from sim.case import Case
from sim.outcome import NodalFields
from sim.results.files import Json

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "fenics-dolfinx",
    "fenics-basix",
    "fenics-ffcx",
    "fenics-ufl",
    "petsc4py",
    "slepc4py",
    "mpi4py",
    "gmsh",
    "numpy",
    "scipy",
    "h5py",
    "hydra-core",
    "pint",
    "matplotlib",
    "pyvista",
)


@dataclass
class Stopwatch:
    """Wall and CPU seconds of named stages."""

    started: float = field(default_factory=time.perf_counter)
    stages: dict[str, dict[str, float]] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what happens inside, also when it fails."""
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.stages[name] = {
                "wall_s": time.perf_counter() - wall,
                "cpu_s": time.process_time() - cpu,
                "peak_memory_MB": peak_memory(),
            }

    @property
    def wall(self) -> float:
        """Seconds since the watch was made."""
        return time.perf_counter() - self.started


def peak_memory() -> float:
    """Largest resident memory of this process so far (MB)."""
    scale = 1.0 if sys.platform == "darwin" else 1024.0  # macOS counts bytes, Linux kilobytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 1e6


def versions() -> dict[str, str | None]:
    """Versions of what the numbers depend on; None where a package is absent."""
    found: dict[str, str | None] = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            module = sys.modules.get(name.removeprefix("fenics-"))
            found[name] = getattr(module, "__version__", None)
    return found


def git_commit() -> str | None:
    """Return the commit of this checkout, with "+changes" if tracked files differ from it."""
    git = ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT)]
    try:
        commit = subprocess.run(
            [*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True
        ).stdout.strip()
        clean = subprocess.run([*git, "diff", "--quiet", "HEAD"], check=False).returncode == 0
    except (OSError, subprocess.CalledProcessError):
        return None
    return commit if clean else f"{commit}+changes"


def mesh_hash(mesh: NodalFields) -> str:
    """SHA-256 of the mesh's points, cells and regions."""
    hasher = hashlib.sha256()
    for array in (mesh.points, mesh.cells, mesh.cell_regions):
        hasher.update(array.tobytes())
    return hasher.hexdigest()


def seeds(case: Case) -> dict[str, int]:
    """Return the seed of everything random in a case by its key; empty: nothing is."""
    field = case.nodule.density_field
    return {"nodule.density_field.seed": field.seed} if field.kind == "random" else {}


def provenance(
    watch: Stopwatch,
    mesh: str | None = None,
    statistics: Mapping[str, float] | None = None,
    random: Mapping[str, int] | None = None,
) -> dict[str, Json]:
    """Return all that is needed to judge and repeat a run.

    Parameters
    ----------
    watch : Stopwatch
        Of this run.
    mesh : str, optional
        Hash of the infiltration's mesh; left out when the run did not come that far.
    statistics : mapping, optional
        Steps and iterations that the stages counted.
    random : mapping, optional
        Seeds, as `seeds` returns them.
    """
    return {
        "commit": git_commit(),
        "command": sys.argv,
        "versions": versions(),
        "machine": {
            "system": platform.platform(),
            "processor": processor(),
            "cpus": os.cpu_count(),
            "threads_per_process": os.environ.get("OMP_NUM_THREADS"),
        },
        "mesh_sha256": mesh,
        "seeds": dict(random or {}),
        "stages": watch.stages,
        "wall_s": watch.wall,
        "cpu_s": time.process_time(),
        "peak_memory_MB": peak_memory(),
        "statistics": dict(statistics or {}),
    }


def processor() -> str:
    """Name of the CPU."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())
