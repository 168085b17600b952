"""What is written comes back bit for bit, and only as classes that are named."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, is_dataclass

import numpy as np
import pytest

from sim.sweeps import codec


@dataclass(frozen=True)
class Leaf:
    name: str
    value: float | None


@dataclass(frozen=True)
class Tree:
    leaf: Leaf
    array: np.ndarray
    events: tuple[Leaf, ...] = ()
    ratios: dict[str, np.ndarray] = field(default_factory=dict)
    pair: tuple[np.ndarray, list[int]] | None = None


def same(one, other):
    """Tell whether two trees are equal in types, shapes and bits."""
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and bits(one) == bits(other)
    if isinstance(one, float):
        return (
            type(other) is float
            and math.copysign(1.0, one) == math.copysign(1.0, other)
            and (one == other or (math.isnan(one) and math.isnan(other)))
        )
    if type(one) is not type(other):
        return False
    if is_dataclass(one):
        return all(same(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def bits(array):
    return array.tobytes()


def returned(path, value, classes=(Tree, Leaf)):
    codec.write(path, value)
    return codec.read(path, classes)


def test_round_trip(tmp_path):
    random = np.random.default_rng(0)
    tree = Tree(
        Leaf("µ, “x”", 0.1 + 0.2),
        random.standard_normal((3, 4)),
        (Leaf("nothing", None), Leaf("inf", math.inf), Leaf("minus", -0.0), Leaf("nan", math.nan)),
        {"b": np.array([5e-324, np.nan, -0.0, np.inf]), "a": np.empty((0, 2))},
        (np.arange(6, dtype=np.int64).reshape(2, 3).T, [1, 2]),
    )
    assert same(tree, returned(tmp_path / "x.npz", tree))


@pytest.mark.parametrize("value", [(), [], {}, "", None, True, 3, (((),),), {1: {2: ()}}])
def test_small_ones(tmp_path, value):
    assert same(value, returned(tmp_path / "x.npz", value))


def test_numbers_of_numpy_become_python_s(tmp_path):
    found = returned(tmp_path / "x.npz", Leaf("x", np.float64(0.1)))
    assert found == Leaf("x", 0.1)
    assert returned(tmp_path / "x.npz", (np.bool_(True), np.int64(3))) == (True, 3)


def test_other_classes_are_refused(tmp_path):
    with pytest.raises(KeyError):
        returned(tmp_path / "x.npz", Leaf("x", 1.0), (Tree,))
    with pytest.raises(TypeError):
        codec.write(tmp_path / "x.npz", object())
    with pytest.raises(TypeError):
        codec.write(tmp_path / "x.npz", np.array([object()]))
