"""Pictures drawn by two processes are those that one draws."""

from __future__ import annotations

import pytest

from sim.figures.draw import draw, possible
from sim.figures.painters import get_ready, paint
from tests.unit.results import synthetic
from tests.unit.results.records import write_record


def test_two_processes_draw_what_one_draws(tmp_path):
    of = synthetic.case()
    record = write_record(tmp_path / "a", of, synthetic.insertion(of), None)
    get_ready()
    together, alone = paint([record], tmp_path / "b"), draw([record], tmp_path / "c")
    assert list(together) == list(alone) == possible([record])
    assert len(alone) > 2
    for name, path in together.items():
        assert path.read_bytes() == alone[name].read_bytes(), name


def test_what_fails_in_a_painter_fails_here(tmp_path):
    of = synthetic.case()
    record = write_record(tmp_path / "a", of, synthetic.insertion(of), None)
    (tmp_path / "b").write_text("a file where the folder of pictures should be")
    with pytest.raises(NotADirectoryError):
        paint([record], tmp_path / "b")
