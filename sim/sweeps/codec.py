"""Dataclasses of numbers, texts and arrays in one file, and back again bit for bit.

The file is numpy's ``.npz``: the arrays, and a text in JSON that tells the tree. Only the classes
that are named when it is read are ever made from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np

TREE = "tree"
# What JSON does not have is an object with one of these keys alone.
ARRAY, TUPLE, MAPPING = "array", "tuple", "mapping"

type Node = str | float | int | bool | list[Node] | dict[str, Node] | None


def write(path: Path, value: object) -> None:
    """Write a tree of dataclasses, tuples, lists, mappings, arrays, texts and numbers.

    Raises
    ------
    TypeError
        For what is none of these, or is an array of objects.
    """
    arrays: list[np.ndarray] = []
    tree = json.dumps(_node(value, arrays))
    named = {f"{ARRAY}{number}": array for number, array in enumerate(arrays)}
    np.savez(path, allow_pickle=False, **{TREE: np.array(tree)}, **named)


def read(path: Path, classes: Iterable[type]) -> object:
    """Read what `write` wrote, made of these dataclasses.

    Raises
    ------
    KeyError
        For a dataclass that is not among `classes`.
    """
    with np.load(path, allow_pickle=False) as file:
        known = {each.__name__: each for each in classes}
        return _value(json.loads(str(file[TREE])), file, known)


def _node(value: object, arrays: list[np.ndarray]) -> Node:
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            raise TypeError("an array of objects")
        arrays.append(value)
        return {ARRAY: len(arrays) - 1}
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, list):
        return [_node(entry, arrays) for entry in value]
    if isinstance(value, tuple):
        return {TUPLE: [_node(entry, arrays) for entry in value]}
    if isinstance(value, Mapping):
        return {MAPPING: [[_node(k, arrays), _node(v, arrays)] for k, v in value.items()]}
    if is_dataclass(value):
        own = {each.name: _node(getattr(value, each.name), arrays) for each in fields(value)}
        return {type(value).__name__: own}
    raise TypeError(type(value).__name__)


def _value(node: Node, arrays: Mapping[str, np.ndarray], known: Mapping[str, type]) -> object:
    if isinstance(node, list):
        return [_value(entry, arrays, known) for entry in node]
    if not isinstance(node, dict):
        return node
    ((kind, content),) = node.items()
    if kind == ARRAY:
        return arrays[f"{ARRAY}{content}"]
    if kind == TUPLE:
        return tuple(_value(entry, arrays, known) for entry in content)
    if kind == MAPPING:
        return {_value(k, arrays, known): _value(v, arrays, known) for k, v in content}
    return known[kind](**{name: _value(entry, arrays, known) for name, entry in content.items()})
