"""A checkpoint is whole or not there, and fits or is refused."""

from __future__ import annotations

import errno
import os

import h5py
import numpy as np
import pytest

from sim.errors import ConfigError
from sim.outcome import TissueState
from sim.rounds.checkpoint import FILE, Checkpoint, read_checkpoint, write_checkpoint

RANDOM = np.random.default_rng(0)
STATE = TissueState(
    points=RANDOM.random((5, 2)),
    cells=np.array([[0, 1, 2], [2, 3, 4]]),
    cell_regions=np.array([1, 3]),
    porosity=RANDOM.random(2),
    capacity=RANDOM.random(5),
    concentration=RANDOM.random(5),
    dissolved=RANDOM.random(5),
    mineral=RANDOM.random(5),
    whole=RANDOM.random(5),
    displaced_mineral=0.1,
    displaced_whole=0.2,
)


def test_what_is_read_is_what_was_written(tmp_path):
    write_checkpoint(tmp_path / FILE, Checkpoint(STATE, {"drug": 1e-3}), "a1")
    found = read_checkpoint(tmp_path / FILE, "a1")
    assert found.shifted == {"drug": 1e-3}
    for name, value in vars(STATE).items():
        read = getattr(found.state, name)
        assert type(read) is type(value)
        np.testing.assert_array_equal(read, value)
        assert getattr(read, "dtype", None) == getattr(value, "dtype", None)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_another_configurations_checkpoint_is_refused_by_name(tmp_path):
    write_checkpoint(tmp_path / FILE, Checkpoint(STATE, {"drug": 1e-3}), "a1")
    with pytest.raises(ConfigError, match="another configuration") as refused:
        read_checkpoint(tmp_path / FILE, "b2")
    assert str(tmp_path / FILE) in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"\x89HDF\r\n\x1a\n", b"not a checkpoint"])
def test_a_torn_checkpoint_is_refused(tmp_path, content):
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(ConfigError, match="no checkpoint"):
        read_checkpoint(tmp_path / FILE, "a1")


def test_a_file_without_the_state_is_refused(tmp_path):
    with h5py.File(tmp_path / FILE, "w") as file:
        file.attrs["configuration"] = "a1"
    with pytest.raises(ConfigError, match="no checkpoint"):
        read_checkpoint(tmp_path / FILE, "a1")


def test_a_full_disk_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    write_checkpoint(tmp_path / FILE, Checkpoint(STATE, {"drug": 1e-3}), "a1")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_checkpoint(tmp_path / FILE, Checkpoint(STATE, {}), "a1")
    assert read_checkpoint(tmp_path / FILE, "a1").shifted == {"drug": 1e-3}
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
