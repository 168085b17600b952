"""Reading a measured curve: the formats that are taken, and one line for each that is not."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import ConfigError
from sim.studies.calibrate_data import read_measured

ROWS = "0,0\n1,2\n2,5\n"


def written(folder, text):
    path = folder / "measured.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    "header",
    ["depth [mm], force [N]", "depth_mm,force_N", "Depth (mm),Force (N)", "force/N,time,depth/mm"],
)
def test_units_are_in_the_header_in_any_of_these_ways(tmp_path, header):
    rows = "0,0,0\n2,1,1\n5,2,2\n" if header.startswith("force") else ROWS
    measured = read_measured(written(tmp_path, f"# a comment\n{header}\n{rows}"))
    np.testing.assert_allclose(measured.depth, [0.0, 1e-3, 2e-3])
    np.testing.assert_allclose(measured.force, [0.0, 2.0, 5.0])
    assert measured.repetitions == 1


def test_other_units_separators_and_comments(tmp_path):
    text = "\ufeff# bench 2\n\ndepth [cm];force [kN]\n0;0\n# a pause\n0.1;0.002\n"
    measured = read_measured(written(tmp_path, text))
    np.testing.assert_allclose(measured.depth, [0.0, 1e-3])
    np.testing.assert_allclose(measured.force, [0.0, 2.0])


def test_repetitions_by_a_column_or_by_columns(tmp_path):
    long = "repetition,depth_mm,force_N\na,0,0\na,1,2\nb,0,1\nb,1,3\n"
    by_column = read_measured(written(tmp_path, long))
    by_columns = read_measured(written(tmp_path, "depth_mm,force_1_N,force_2_N\n0,0,1\n1,2,3\n"))
    for measured in (by_column, by_columns):
        np.testing.assert_array_equal(measured.repetition, [0, 0, 1, 1])
        np.testing.assert_allclose(measured.force, [0.0, 2.0, 1.0, 3.0])
    gap = read_measured(written(tmp_path, "depth_mm,force_1_N,force_2_N\n0,0,1\n1,,3\n2,4,5\n"))
    np.testing.assert_array_equal(gap.repetition, [0, 0, 1, 1, 1])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it is empty"),
        ("# only this\n", "it is empty"),
        ("depth_mm,force_N\n", "a header but no readings"),
        (f"time_s,force_N\n{ROWS}", "line 1: no column 'depth' in the header"),
        (f"depth_mm,load_N\n{ROWS}", "line 1: no column 'force' in the header"),
        (f"depth,force_N\n{ROWS}", "column 'depth': the unit is missing"),
        (f"depth_N,force_N\n{ROWS}", "column 'depth_N': 'N' measures something else"),
        (f"depth_mm,force [kg]\n{ROWS}", "'kg' measures something else"),
        (f"depth_mm,force [lbf]\n{ROWS}", "'lbf' is not a known unit"),
        ("depth_mm,depth_cm,force_N\n0,0,0\n", "more than one column 'depth'"),
        ("repetition,depth_mm,force_1_N,force_2_N\n1,0,0,0\n", "not both"),
        ("# c\ndepth_mm,force_N\n0,0\n1,x\n", "line 4, force_N: 'x' is no finite number"),
        ("depth_mm,force_N\n0,0\n1,nan\n", "line 3, force_N: 'nan' is no finite number"),
        ("depth_mm,force_N\n0,0\n1\n", "line 3, force_N: it is empty"),
        ("depth_mm;force_N\n0;0\n0,5;2\n", "line 3, depth_mm: '0,5' is no finite number"),
        ("depth_mm,force_N\n0,0\n2,1\n1,3\n", "line 4: the depth goes back from 2 to 1 mm"),
        ("depth_mm,force_N\n0,0\n-1,2\n-2,5\n", "depth is positive below the skin"),
        ("depth_mm,force_N\n0,0\n1,-2\n2,-5\n", "the force is mostly negative"),
        ("depth_mm,force_N\n1,0\n1,1\n", "all readings are at one depth"),
    ],
)
def test_what_is_refused_says_why_in_one_line(tmp_path, text, said):
    with pytest.raises(ConfigError, match=r"calibration\.data") as refused:
        read_measured(written(tmp_path, text))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00depth"])
def test_what_cannot_be_read_is_refused(tmp_path, content):
    path = tmp_path / "measured.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match="it cannot be read"):
        read_measured(str(path))
