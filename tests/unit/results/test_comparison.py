"""Side by side: ratios only where they mean something."""

from __future__ import annotations

import csv
import dataclasses
import json

import pytest

from sim.comparison import compare, distinct_names, ratio, write_comparison
from tests.unit.results import synthetic


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (2.0, 5.0, 2.5),
        (4, 1, 0.25),
        (0.0, 5.0, None),
        (None, 5.0, None),
        (5.0, None, None),
        (True, False, None),
        ("buckled", "stalled", None),
        (1e-300, 1e300, None),
    ],
)
def test_ratio(a, b, expected):
    assert ratio(a, b) == expected


def test_files_hold_every_metric_of_both(tmp_path):
    a = {"insertion.peak_force_N": 2.0, "insertion.lumen_plugged": True, "run.notes": ["x"]}
    b = {"insertion.peak_force_N": 3.0, "extra": 1.0}
    lines = compare(a, b)
    write_comparison(tmp_path, ("27G", "14G"), lines)
    content = json.loads((tmp_path / "comparison.json").read_text())
    assert (content["a"], content["b"]) == ("27G", "14G")
    force = content["metrics"]["insertion.peak_force_N"]
    assert force == {"a": 2.0, "b": 3.0, "ratio": 1.5}
    assert content["metrics"]["extra"] == {"a": None, "b": 1.0, "ratio": None}
    assert "run.notes" not in content["metrics"]
    with (tmp_path / "comparison.csv").open() as file:
        rows = {row["metric"]: row for row in csv.DictReader(file)}
    assert rows.keys() == content["metrics"].keys()
    assert rows["insertion.lumen_plugged"]["a"] == "true"
    assert rows["insertion.lumen_plugged"]["b"] == ""


def test_needles_of_one_name_are_told_apart():
    a = synthetic.case()
    assert distinct_names(a, synthetic.case(synthetic.NEEDLE_14G)) == ("27G", "14G_coaxial")
    longer = dataclasses.replace(a, needle=dataclasses.replace(a.needle, length=25.4e-3))
    assert distinct_names(a, longer) == ("27G (12.7 mm long)", "27G (25.4 mm long)")
    drilled = dataclasses.replace(a, technique=synthetic.DRILL)
    assert distinct_names(a, drilled) == ("27G (push)", "27G (drill)")
    assert distinct_names(a, a) == ("27G (a)", "27G (b)")
