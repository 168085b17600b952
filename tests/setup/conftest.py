"""The made-up host of the tests of set-up."""

import os
from pathlib import Path

import pytest

from tests.setup.made_up import Host

PROBED = ("python", "mamba", "micromamba", "conda", "apt", "dpkg", "mmdebstrap", "sudo")


@pytest.fixture(scope="session")
def system_tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of links to the commands of this machine, but for those set-up probes."""
    folder = tmp_path_factory.mktemp("tools")
    for directory in ("/usr/sbin", "/usr/bin", "/bin"):
        for command in Path(directory).iterdir():
            link = folder / command.name
            if not command.name.startswith(PROBED) and not link.is_symlink():
                link.symlink_to(command)
    return folder


@pytest.fixture
def host(tmp_path: Path, system_tools: Path) -> Host:
    """A bare host: an unknown system, neither Python nor conda."""
    for folder in ("bin", "etc", "home", "usr/bin"):
        (tmp_path / folder).mkdir(parents=True)
    machine = Host(Path(os.path.realpath(tmp_path)), system_tools)
    machine.is_system("plan9", "4")
    return machine
