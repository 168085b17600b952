"""Turning points in words: which uncertain input, within its range, changes which answer."""

from __future__ import annotations

from collections.abc import Sequence

from sim.flow.dead_volume import dead_volume
from sim.report.words import number, percent
from sim.results.labels import label, typeset
from sim.results.metrics import ML
from sim.results.record import Record
from sim.sensitivity import REACHED, WHOLE, way

AS = {
    "reached_target": ("reaches its target", "reaching its target"),
    "stalled": ("stalls", "stalling"),
    "buckled": ("buckles", "buckling"),
    "bent": ("bends", "bending"),
    "deflected": ("is deflected", "being deflected"),
    "blunted": ("blunts", "blunting"),
    "torque_limit": ("stops at the torque limit", "stopping at the torque limit"),
    "failed": ("has no solution", "having no solution"),
}
LUMEN = "needle.lumen_content"
RIGID = ", and in rigid tissue"  # the pass, where the run's tissue deforms
NOTE = "turning points: "  # how the pass's own notes begin

type Row = dict[str, str]


PLUNGER = {  # by what ends the injection
    "volume": "pushes the whole ordered volume out of the syringe",
    "time_limit": "does not push the whole ordered volume out of the syringe in time",
    "nothing_injected": "lets no liquid into the tissue",
}


def decisive_words(record: Record, most: int = 3) -> str:
    """Which inputs decide whether the target is reached, nearest first; empty if none does."""
    rows = sorted(
        (row for row in record.turning_points if _decides(row)),
        key=lambda row: way(row["default"], row["end"], row["reached_turns_at"]),
    )
    if not rows:
        return ""
    verb = "not reach" if rows[0]["outcome_default"] == REACHED else "reach"
    places = [
        f"the {label(row['input'])} {_where(row, row['reached_turns_at'])} "
        f"(here {typeset(row['default'])})"
        for row in rows[:most]
    ]
    more = len(rows) - most
    rest = f"; {more} more under turning points" if more > 0 else ""
    return f"The {record.name} would {verb} its target with {', or with '.join(places)}{rest}."


def turning_words(records: Sequence[Record]) -> list[str]:
    """Every answer that an uncertain input turns within its range, one sentence each.

    Whether a needle gets in comes first, then how it fails, then what the injection does; each
    nearest first.
    """
    found: list[tuple[int, float, str]] = []

    def add(rank: int, row: Row, at: str, change: str) -> None:
        known = f"here {typeset(row['default'])}, end of the range {typeset(row['end'])}"
        text = (
            f"With the {label(row['input'])} ({row['input']}) {_where(row, at)} ({known}) {change}."
        )
        found.append((rank, way(row["default"], row["end"], at), text))

    for record in records:
        for row in record.turning_points:
            before, beyond = row["outcome_default"], row["outcome_beyond"]
            if _decides(row):
                verb = "ceases to reach" if before == REACHED else "reaches"
                add(0, row, row["reached_turns_at"], f"the {record.name} {verb} its target")
            if beyond and REACHED not in (before, beyond):
                change = f"the {record.name} {AS[beyond][0]} instead of {AS[before][1]}"
                add(1, row, row["outcome_turns_at"], change)
            if (row["ended_by_end"] == WHOLE) != (row["ended_by_default"] == WHOLE):
                change = f"the {record.name} {PLUNGER[row['ended_by_end']]}"
                add(2, row, row["ended_by_turns_at"], change)
    return [sentence for *_, sentence in sorted(found)]


def share_words(record: Record, most: int = 3) -> str:
    """Which inputs move the infiltrated share of the nodule most; empty if none does."""
    shares: dict[str, list[float]] = {}
    ends: dict[str, list[str]] = {}
    for row in record.turning_points:
        pair = (float(row["infiltrated_default"]), float(row["infiltrated_end"]))
        shares.setdefault(row["input"], []).extend(pair)
        ends.setdefault(row["input"], []).append(typeset(row["end"]))
    told = [
        f"{percent(low)} to {percent(high)} over the {label(name)} {' – '.join(ends[name])}"
        for low, high, name in sorted(
            ((min(values), max(values), name) for name, values in shares.items()),
            key=lambda span: span[0] - span[1],
        )[:most]
        if high - low > 0.01
    ]
    if not told:
        return ""
    return f"{record.name}, infiltrated share of the nodule: {'; '.join(told)}."


def lumen_words(record: Record) -> str:
    """What another content of hub and lumen would give, as the pass found; empty without."""
    rows = [row for row in record.turning_points if row["input"] == LUMEN]
    if not rows:
        return ""
    dead = number(ML * dead_volume(record.case.needle))
    others = ", ".join(
        f"{percent(float(row['infiltrated_end']))} with {row['end']}" for row in rows
    )
    usual = percent(float(rows[0]["infiltrated_default"]))
    return (
        f"Hub and lumen of the {record.name} take up {dead} mL and are assumed to hold "
        f"{rows[0]['default']} at the start: {usual} of the nodule are infiltrated (on the "
        f"coarser mesh on which inputs are varied), against {others}."
    )


def settings_words(records: Sequence[Record]) -> str:
    """How far the pass's cheaper settings move its own default from the run's; empty without."""
    varied = [record for record in records if record.turning_points]
    if not varied:
        return ""
    told = []
    for record in varied:
        coarse = percent(float(record.turning_points[0]["infiltrated_default"]), 3)
        run = percent(record.metrics["infiltration.infiltrated_fraction_of_nodule"], 3)
        both = coarse if coarse == run else f"{coarse} against {run}"
        told.append(f"{both} ({record.name})")
    rigid = all(record.case.flow.kind == "rigid" for record in records)
    return (
        "Varied inputs follow the drug on a coarser mesh than the run"
        f"{'' if rigid else RIGID}: "
        f"infiltrated share of the nodule at the defaults {' and '.join(told)}. Insertions are "
        "computed as in the run. Where a needle does not get into the nodule the share counts drug "
        "that spreads into it from outside."
    )


def left_out(record: Record) -> list[str]:
    """The ends of ranges that could not be evaluated, and why."""
    return [
        f"{record.name}: {typeset(note.removeprefix(NOTE))}"
        for note in record.notes
        if note.startswith(NOTE)
    ]


def _decides(row: Row) -> bool:
    return (row["outcome_default"] == REACHED) != (row["outcome_end"] == REACHED)


def _where(row: Row, at: str) -> str:
    """Beyond the turning value, or the choice itself."""
    side = "below" if row["side"] == "low" else "above"
    return f"{side} about {typeset(at)}" if at else f"= {typeset(row['end'])}"
