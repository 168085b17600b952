"""Which needle: whether each got in and which left more drug in the nodule, from metrics alone."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report.words import number
from sim.results.alternatives import NAMES
from sim.results.metrics import ML
from sim.results.record import Record
from sim.sensitivity import REACHED

ALIKE = 1.05  # doses within this factor are told as equal
WORTH_SAYING = 0.01  # of the ordered volume that did not reach the tissue


def verdict_words(a: Record, b: Record) -> str:
    """Name the needle that did better, or say that none did better in everything.

    Parameters
    ----------
    a, b : Record
        Of two needles in the same patient.
    """
    records = (a, b)
    arrived = [record for record in records if record.metrics["insertion.outcome"] == REACHED]
    who = {0: "neither needle", 1: "", 2: "both needles"}[len(arrived)]
    reach = f"{who} reached its target" if who else ""
    masses = [record.metrics["infiltration.dose_in_nodule_mg"] for record in records]
    if None in masses:
        return f"The {arrived[0].name}: only it reached its target." if not reach else _first(reach)
    ahead = _ahead(masses)
    if ahead is None:
        dose = f"both left about {number(max(masses), 2)} mg of drug in the nodule"
        if reach:
            return f"Neither needle stands out: {reach}, and {dose}."
        return f"The {arrived[0].name}, by its way: only it reached its target; {dose}."
    more, dose = records[ahead], _more_words(masses)
    if reach:
        return f"The {more.name}, by the drug: {reach}; the {more.name} left {dose}."
    if arrived[0] is more:
        return f"The {more.name}: only it reached its target, and it left {dose}."
    return (
        f"Neither needle in everything: only the {arrived[0].name} reached its target, but the "
        f"{more.name} left {dose}."
    )


def comparison_words(a: Record, b: Record) -> str:
    """Put two needles beside each other: the verdict, what was delivered, what would turn it."""
    told = [verdict_words(a, b), _delivered_words(a, b), *turning_assumptions(a, b)]
    return " ".join(filter(None, told))


def turning_assumptions(a: Record, b: Record) -> list[str]:
    """Say which of the injections under other assumptions turn which needle leaves more drug."""
    records = (a, b)
    usual = [record.metrics["infiltration.dose_in_nodule_mg"] for record in records]
    if None in usual:
        return []
    told = []
    for at, record in enumerate(records):
        for row in record.alternatives:
            masses = [*usual]
            masses[at] = float(row["dose_in_nodule_mg"])
            if _ahead(masses) != _ahead(usual):
                told.append(
                    f"Under another assumption ({NAMES[row['alternative']]}) the {record.name} "
                    f"would leave {number(masses[at])} mg of drug in the nodule instead of "
                    f"{number(usual[at])}, against {number(usual[1 - at])} with the other needle: "
                    "that turns which needle leaves more."
                )
    return told


def _more_words(masses: Sequence[float]) -> str:
    low, high = sorted(masses)
    if low == 0.0:
        return f"{number(high)} mg of drug in the nodule, the other none"
    return (
        f"{number(high / low)} times as much drug in the nodule "
        f"({number(high)} against {number(low)} mg when the injection ends)"
    )


def _ahead(masses: Sequence[float]) -> int | None:
    """Return which of two masses is the larger; None where they are alike."""
    low, high = sorted(masses)
    return None if high <= ALIKE * low else int(masses[1] == high)


def _delivered_words(a: Record, b: Record) -> str:
    """How much of the ordered drug went in, where that was not all of it."""
    doses = [record.metrics["infiltration.dose_mg"] for record in (a, b)]
    ordered = ML * a.case.injection.volume
    if None in doses:
        return ""
    volumes = [
        dose / record.case.drug.concentration for dose, record in zip(doses, (a, b), strict=True)
    ]
    if min(volumes) > (1.0 - WORTH_SAYING) * ordered:
        return ""
    amounts = " and ".join(f"{number(volume, 2)} mL" for volume in volumes)
    return f"Of the {number(ordered)} mL of drug ordered {amounts} reached the tissue."


def _first(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."
