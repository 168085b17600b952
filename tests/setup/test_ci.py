"""`.ci/run` fails when any of its checks does, and pytest has the last word."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.setup.made_up import REPO

RUN = """#!/bin/bash
echo "$* CI=$CI stdin=$(cat | wc -c)"
[[ $1 != pytest ]] || echo "=== 3 passed in 1.00s ==="
[[ "$*" != "{failing}" ]]
"""


@pytest.mark.parametrize(
    ("failing", "code"), [("", 0), ("ruff check", 1), ("ruff format --check", 1), ("pytest", 1)]
)
def test_checks(tmp_path: Path, failing: str, code: int) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(REPO / ".ci/run", tmp_path / ".ci/run")
    (tmp_path / "run").write_text(RUN.format(failing=failing))
    (tmp_path / "run").chmod(0o755)
    done = subprocess.run([tmp_path / ".ci/run"], input="x", encoding="utf-8", capture_output=True)
    assert done.returncode == code
    lines = done.stdout.splitlines()
    for check in ("ruff check", "ruff format --check", "pytest"):
        assert f"{check} CI=true stdin=0" in lines
    assert lines[-1] == "=== 3 passed in 1.00s ==="
