"""Whole infiltrations of cases drawn from all that is admissible: they run, and all balance.

A poroelastic case may end as failed, with what it had reached: where tissue of 1 kPa or with pores
of 1 % is pressed together its pores close, which the theory of small strain cannot follow. How many
do is told.
"""

import pytest

from sim.errors import SolverError
from sim.infiltration import infiltrate
from tests.conftest import Check
from tests.verification.draws import drawn_case, drawn_insertion

MOST = 1e-9
RIGID = {"flow.kind": "rigid", "flow.hydrofracture": "none"}  # a second each
POROELASTIC = {"flow.kind": "poroelastic"}  # up to half a minute each


def run_and_check(seeds: range, given: dict[str, object], least: float, check: Check) -> None:
    """Run the cases of `seeds`; a share of at least `least` must come to its end."""
    balance, outside = {"drug": 0.0, "liquid": 0.0, "mineral": 0.0}, 0.0
    ended = delivering = 0
    for seed in seeds:
        case = drawn_case(seed, given)
        try:
            result = infiltrate(case, drawn_insertion(case, seed))
        except SolverError as error:
            assert error.last_good, f"seed {seed}: {error}"  # noqa: PT017
            continue
        errors = (
            result.mass_balance_error,
            result.water_balance_error,
            result.mineral_balance_error,
        )
        worst = max(*errors, result.range_violation)
        assert worst <= MOST, f"seed {seed}: {errors}, range {result.range_violation}"
        balance = {k: max(v, e) for (k, v), e in zip(balance.items(), errors, strict=True)}
        outside = max(outside, result.range_violation)
        ended += 1
        delivering += result.dose > 0.0
    what = f"{len(seeds)} drawn cases, {given['flow.kind']}"
    check(f"{what}: share that runs to its end", ended / len(seeds), "≥", least, goal=1.0)
    for name, value in balance.items():
        check(f"{what}: balance of {name}", value, "≤", MOST)
    check(f"{what}: range violation", outside, "≤", MOST)
    check(f"{what}: share that delivers drug", delivering / len(seeds), "≥", 0.5)


def test_a_few_drawn_cases(check: Check) -> None:
    run_and_check(range(4), RIGID, 1.0, check)


@pytest.mark.slow
def test_fifty_drawn_cases(check: Check) -> None:
    run_and_check(range(100, 150), RIGID, 1.0, check)


@pytest.mark.slow
def test_drawn_poroelastic_cases(check: Check) -> None:
    run_and_check(range(200, 216), POROELASTIC, 0.75, check)
