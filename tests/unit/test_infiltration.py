"""A round that ends before its tissue has drained."""

from __future__ import annotations

import dataclasses

import pytest

import sim.infiltration
from sim.case import Case
from sim.config import default_case
from sim.domain.axisymmetric import axisymmetric_domain
from sim.domain.domain import Domain
from sim.errors import SolverError
from sim.flow.poro_stages import still
from sim.flow.rigid import inject_rigid
from sim.flow.stage import Injected
from sim.infiltration import follow

COARSE = ("mesh=coarse", "mesh.nodule_size=0.8 mm", "mesh.tip_size=0.3", "mesh.outer_size=6 mm")
DRAINS = 7200.0  # s


@pytest.fixture
def domain(monkeypatch: pytest.MonkeyPatch) -> Domain:
    """Tissue that drains for two hours; that nothing flows then does not matter here."""

    def draining(domain: Domain, plug: float) -> Injected:
        injected = inject_rigid(domain, plug)
        drained = still(domain.cv.edges, DRAINS)
        return dataclasses.replace(injected, stages=(*injected.stages, drained))

    monkeypatch.setattr(sim.infiltration, "_inject", draining)
    case = default_case(overrides=COARSE)
    return axisymmetric_domain(case, case.target_depth)


def scheduled(domain: Domain, **injection: object) -> Domain:
    """Return the domain with a minute's follow-up."""
    case: Case = dataclasses.replace(
        domain.case,
        schedule=dataclasses.replace(domain.case.schedule, follow_up=60.0),
        injection=dataclasses.replace(domain.case.injection, **injection),
    )
    return dataclasses.replace(domain, case=case)


def test_the_last_round_lasts_until_the_tissue_has_drained(domain: Domain) -> None:
    result = follow(scheduled(domain))
    ends = result.injection_time + DRAINS
    assert result.history.time[-1] == pytest.approx(ends)
    assert result.fields.times[-1] == pytest.approx(ends)
    assert len(result.fields.concentration) == len(result.fields.times)
    (note,) = (note for note in result.notes if "schedule.follow_up" in note)
    assert f"drains until {ends:.3g} s" in note
    assert not any("injection.dwell" in note for note in result.notes)


def test_a_needle_that_waits_for_the_tissue_is_told_where_its_track_leaks(domain: Domain) -> None:
    result = follow(scheduled(domain, track="leaks", dwell=10.0))
    assert any("beyond injection.dwell (10 s)" in note for note in result.notes)


def test_a_round_that_cannot_drain_before_the_next_one_has_no_result(domain: Domain) -> None:
    with pytest.raises(SolverError, match=r"begins 3600 s after .* longer schedule"):
        follow(domain, until=3600.0)
