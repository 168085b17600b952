"""Whole infiltrations of cases drawn from all that is admissible: none fails, all balance."""

import pytest

from sim.infiltration import infiltrate
from tests.conftest import Check
from tests.verification.draws import drawn_case, drawn_insertion

MOST = 1e-9
RIGID = {"flow.kind": "rigid", "flow.hydrofracture": "none"}  # a second each
POROELASTIC = {"flow.kind": "poroelastic"}


def run_and_check(seeds: range, given: dict[str, object], check: Check) -> None:
    balance, outside = {"drug": 0.0, "liquid": 0.0, "mineral": 0.0}, 0.0
    delivering = 0
    for seed in seeds:
        case = drawn_case(seed, given)
        result = infiltrate(case, drawn_insertion(case, seed))
        errors = (
            result.mass_balance_error,
            result.water_balance_error,
            result.mineral_balance_error,
        )
        worst = max(*errors, result.range_violation)
        assert worst <= MOST, f"seed {seed}: {errors}, range {result.range_violation}"
        balance = {k: max(v, e) for (k, v), e in zip(balance.items(), errors, strict=True)}
        outside = max(outside, result.range_violation)
        delivering += result.dose > 0.0
    what = f"{len(seeds)} drawn cases, {given['flow.kind']}"
    for name, value in balance.items():
        check(f"{what}: balance of {name}", value, "≤", MOST)
    check(f"{what}: range violation", outside, "≤", MOST)
    check(f"{what}: share that delivers drug", delivering / len(seeds), "≥", 0.5)


def test_a_few_drawn_cases(check: Check) -> None:
    run_and_check(range(4), RIGID, check)


@pytest.mark.slow
def test_fifty_drawn_cases(check: Check) -> None:
    run_and_check(range(100, 150), RIGID, check)


@pytest.mark.slow
def test_ten_poroelastic_cases(check: Check) -> None:
    run_and_check(range(200, 210), POROELASTIC, check)
