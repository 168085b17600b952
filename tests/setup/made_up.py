"""A made-up host for `./run`: its own clone, cache and PATH; every probe is a small script."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).parents[2]
BUILT_FROM = ("run", "setup", "environment.yml", "pyproject.toml")

PYTHON = """#!/bin/bash
# A Python as far as set-up asks: its dolfinx, its check, venv and pip.
case $* in
    *fenics-dolfinx*) [[ -n "{dolfinx}" ]] && echo "{dolfinx} 3.13.5 /opt/fem" ;;
    *check.py*pins.txt) printf 'h5py==3.16.0\\nrich==15.0.0\\n' ;;
    *check.py) [[ -z "{lack}" ]] || {{ echo "{lack}" >&2; exit 1; }} ;;
    *"-m venv"*)
        venv=${{*: -1}}
        mkdir -p "$venv/bin" "$venv/lib/python3.13/site-packages"
        sed 's/^    \\*check.py) .*/    *check.py) true ;;/' "$0" >"$venv/bin/python3"
        chmod +x "$venv/bin/python3"
        ln -s python3 "$venv/bin/python" ;;
    *"-m pip"*) cat "${{*: -1}}" >"{root}/installed" ;;
    *sys.prefix*) echo /opt/fem ;;
esac
"""

CONDA = """#!/bin/bash
# A conda as far as set-up asks: it makes an environment with an activation script.
echo "${{0##*/}} $*" >>"{root}/conda-calls"
sleep {seconds}
while [[ $1 != --prefix ]]; do shift; done
mkdir -p "$2/bin" "$2/etc/conda/activate.d"
echo 'export ACTIVATED=$CONDA_PREFIX' >"$2/etc/conda/activate.d/compiler.sh"
printf '#!/bin/bash\\n' >"$2/bin/python3"
chmod +x "$2/bin/python3"
"""


@dataclass(frozen=True)
class Host:
    """A machine to set up on."""

    root: Path
    tools: Path

    @property
    def envs(self) -> Path:
        return self.root / "cache/calcinosis-needle/env"

    @property
    def environment(self) -> dict[str, str]:
        network = re.compile("(?i)(pip|ssl)_.*|.*_proxy")
        settings = {name: text for name, text in os.environ.items() if network.fullmatch(name)}
        return settings | {
            "PATH": f"{self.root}/bin:{self.tools}",
            "HOME": f"{self.root}/home",
            "XDG_CACHE_HOME": f"{self.root}/cache",
            "CALCINOSIS_NEEDLE_HOST": str(self.root),
        }

    def clone(self, name: str = "clone") -> Path:
        """Return a clone of what set-up reads of the repository."""
        folder = self.root / name
        if not folder.exists():
            folder.mkdir()
            for item in BUILT_FROM:
                copy = shutil.copytree if (REPO / item).is_dir() else shutil.copy
                copy(REPO / item, folder / item)
        return folder

    def has(self, command: str, script: str) -> None:
        """Put a command on the PATH."""
        (self.root / "bin" / command).write_text(script)
        (self.root / "bin" / command).chmod(0o755)

    def has_python(self, dolfinx: str = "", lack: str = "") -> None:
        self.has("python3", PYTHON.format(dolfinx=dolfinx, lack=lack, root=self.root))

    def has_conda(self, tool: str = "mamba", seconds: float = 0) -> None:
        self.has(tool, CONDA.format(root=self.root, seconds=seconds))

    def is_system(self, name: str, version: str, codename: str = "") -> None:
        text = f'NAME="x"\nID={name}\nVERSION_ID="{version}"\nVERSION_CODENAME={codename}\n'
        (self.root / "etc/os-release").write_text(text)

    def start(self, *command: str, clone: str = "clone") -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [self.clone(clone) / "run", *command],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(
        self, *command: str, clone: str = "clone", timeout: float = 60
    ) -> "subprocess.CompletedProcess[str]":
        process = self.start(*command, clone=clone)
        out, err = process.communicate("typed in", timeout)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def key(self, clone: str = "clone") -> str:
        """Return the name of the environment that this machine uses."""
        script = f"repo={self.clone(clone)}; source $repo/setup/identity.sh; environment_key"
        return subprocess.check_output(
            ["bash", "-c", script], env=self.environment, encoding="utf-8"
        )

    def left_over(self) -> list[str]:
        """Return the names of the builds that no finished environment leads to."""
        used = {link.resolve() for link in (self.envs / "ready").iterdir()}
        return [path.name for path in (self.envs / "builds").iterdir() if path not in used]
