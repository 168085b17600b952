"""Strict JSON and CSV, written aside and renamed, so a file that is there is whole."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

type Json = str | int | float | bool | list[Json] | dict[str, Json] | None
type Table = dict[str, NDArray[np.float64]]
type Cell = str | int | float | None


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """Yield where to write what becomes `path`: all of it, forced to the disk, or nothing.

    After an exception, a full disk's for one, `path` has its old content.
    """
    aside = path.with_name(f".{path.stem}.{os.getpid()}.partial{path.suffix}")
    try:
        yield aside
        with aside.open("rb+") as file:
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def synchronise(folder: Path) -> None:
    """Force the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_text(path: Path, text: str) -> None:
    """Write `text`, see `written`."""
    with written(path) as aside:
        aside.write_text(text, encoding="utf-8")


def write_json(path: Path, content: Mapping[str, Json]) -> None:
    """Write strict JSON; raises ValueError on NaN or infinity, which JSON does not have."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> dict[str, Json]:
    """Read an object from a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write a CSV file; None becomes an empty cell, floats keep all their digits."""
    with written(path) as aside, aside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file as one dictionary of texts per row."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_table(path: Path, table: Table) -> None:
    """Write columns of equal length; the columns' names carry their units."""
    columns = [column.tolist() for column in table.values()]
    write_rows(path, list(table), zip(*columns, strict=True))


def read_table(path: Path) -> Table:
    """Read what `write_table` wrote."""
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    values = np.array(rows, dtype=float).reshape(len(rows), len(header))
    return {name: values[:, i] for i, name in enumerate(header)}
