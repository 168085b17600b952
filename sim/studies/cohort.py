"""A cohort of virtual patients, each drawn without regard to any needle.

Every quantity of every patient has a random stream of its own, made of the seed, the patient's
number and the quantity's key: more patients leave the first ones as they are, another law for one
quantity leaves the others'. The operator's strength is one percentile for all limits of the hand.

How deep each needle goes follows from the nodule and from that needle alone (`sim.studies.aim`).
A draw that no needle of the trial can be used in (a nodule that reaches into the fascia) is drawn
again at the same texture and site, so that their shares stay; how often and why is counted. A
patient in whom only one needle can be used stays in the trial; a needle that can be used in none is
refused.
"""

from __future__ import annotations

import functools
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.config import case_from, compose, read_texts, uncertain_inputs
from sim.config.schema import CaseConfig
from sim.config.trial import HEIGHT, SIDES, TARGET, Law, Trial
from sim.config.uncertain import UncertainInput
from sim.errors import ConfigError
from sim.results.inputs import CONFIDENCE
from sim.studies.aim import depth_of_aimed_mouth
from sim.sweeps.columns import unit_of
from sim.sweeps.distributions import Distribution, distribution, of_range
from sim.units import to_si

DIAMETER, FLATNESS = "nodule.diameter", "nodule.height / nodule.diameter"
MOST_DRAWS = 1000  # of one patient
DIGITS = 4  # significant, of a drawn number


@dataclass(frozen=True)
class Patient:
    """One patient, and what each needle has of its own there."""

    number: int
    nodule: str  # options of these groups
    tissue: str
    strength: float  # percentile of the operator, 0 to 1
    values: Mapping[str, str]  # by key of a run, with unit
    own: tuple[Mapping[str, str], Mapping[str, str]]  # the hand's limits, the depth to reach

    def overrides(self, side: int) -> tuple[str, ...]:
        """Return what makes a needle's run the one in this patient."""
        drawn = self.values | self.own[side]
        options = (f"nodule={self.nodule}", f"tissue={self.tissue}")
        return (*options, *(f"{key}={text}" for key, text in drawn.items()))

    def number_of(self, key: str) -> float:
        """Return a drawn quantity in the unit of its column."""
        return to_si(self.values[key], unit_of(key) or "")


@dataclass(frozen=True)
class Setting:
    """A needle at a site in a texture, before a patient's numbers."""

    texts: Mapping[str, object]
    ranges: Mapping[str, UncertainInput]


class Drawing:
    """Draws the patients of a trial.

    Attributes
    ----------
    again : Counter
        How often a draw was not admissible, by the key that was refused.
    """

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.again: Counter[str] = Counter()
        self.setting = functools.cache(self._compose)

    def cohort(self) -> list[Patient]:
        """Return all patients.

        Raises
        ------
        ConfigError
            If one cannot be drawn, or a needle can be used in none of them.
        """
        patients = [self.patient(number) for number in range(1, self.trial.patients + 1)]
        for side, name in enumerate(self.trial.names):
            refused = [self._used(side, patient)[1] for patient in patients]
            if all(refused):
                allowed = f"it can be used in none of {len(patients)} patients, first: {refused[0]}"
                raise ConfigError(f"{SIDES[side]}.needle", name, allowed)
        return patients

    def patient(self, number: int) -> Patient:
        """Return a patient of the cohort, numbered from 1.

        Raises
        ------
        ConfigError
            If none of many draws can be used.
        """
        cohort = self.trial.cohort
        streams = functools.cache(functools.partial(self._stream, number))
        options = [
            distribution(group, law.text).texts([streams(group).random()])[0]
            for group, law in (("nodule", cohort.nodule), ("tissue", cohort.tissue))
        ]
        strength = streams("operator").random()
        settings = [self.setting(side, *options) for side in (0, 1)]
        hands = tuple(
            {
                key: text
                for key, law in cohort.hand.items()
                if (text := _text(key, law, setting, strength)) is not None
            }
            for setting in settings
        )
        for _ in range(MOST_DRAWS):
            values = {}
            for key, law in cohort.patient.items():
                text = _text(key, law, settings[0], streams(key).random())
                if text is not None:
                    values[key] = text
            flatness = _quantile(FLATNESS, cohort.flatness.text, streams(FLATNESS).random())
            diameter = values.get(DIAMETER, str(settings[0].texts[DIAMETER]))
            values[HEIGHT] = _times(diameter, float(flatness))
            drawn = Patient(number, *options, strength, values, hands)
            own, refused = zip(*(self._used(side, drawn) for side in (0, 1)), strict=True)
            if not all(refused):
                return replace(drawn, own=own)
            self.again[refused[0].key] += 1
        raise ConfigError(
            "trial.cohort",
            f"{options[0]} at {options[1]}",
            f"none of {MOST_DRAWS} draws can be used: {refused[0].key} is refused",
        )

    def _used(self, side: int, patient: Patient) -> tuple[Mapping[str, str], ConfigError | None]:
        """Return what a needle has of its own in a patient, and why it cannot be used, if so."""
        own = patient.own[side]
        texts = self.setting(side, patient.nodule, patient.tissue).texts | patient.values
        try:
            case = case_from(texts | own)
            if self.trial.aim == "mouth":
                own = own | {TARGET: f"{1e3 * depth_of_aimed_mouth(case):.{DIGITS}g} mm"}
                case_from(texts | own)
        except ConfigError as error:
            return own, error
        return own, None

    def _stream(self, number: int, name: str) -> np.random.Generator:
        return np.random.default_rng([self.trial.seed, number, zlib.crc32(name.encode())])

    def _compose(self, side: int, nodule: str, tissue: str) -> Setting:
        chosen = (*self.trial.sides[side], f"nodule={nodule}", f"tissue={tissue}")
        cfg = compose("run_case", chosen)
        ranges = {entry.key: entry for entry in uncertain_inputs(cfg)}
        return Setting(read_texts(cfg, CaseConfig), ranges)


def described(drawing: Drawing, patients: Sequence[Patient]) -> list[tuple[str, str, str]]:
    """Return (key, law, source) of every quantity drawn, in words.

    A catalogue's range stands once for every option and needle of the cohort that has another one.
    """
    cohort, names = drawing.trial.cohort, drawing.trial.names
    rows = [
        ("nodule", cohort.nodule.text, cohort.nodule.source),
        ("tissue", cohort.tissue.text, cohort.tissue.source),
        (FLATNESS, cohort.flatness.text, cohort.flatness.source),
    ]
    settings = {
        (side, p.nodule, p.tissue): drawing.setting(side, p.nodule, p.tissue)
        for p in patients
        for side in (0, 1)
    }
    for key, law in (cohort.patient | cohort.hand).items():
        words = (law.text, law.source) if law is not None else _catalogue(key, settings, names)
        rows.append((key, *words))
    return rows


def _catalogue(
    key: str, settings: Mapping[tuple[int, str, str], Setting], names: Sequence[str]
) -> tuple[str, str]:
    """Return the catalogue's ranges of a quantity, each with the options it is of, and sources."""
    ranges: dict[str, dict[str, None]] = {}
    told: dict[str, None] = {}
    for (side, nodule, tissue), setting in settings.items():
        options = {"nodule": nodule, "tissue": tissue, "technique": names[side]}
        entry = setting.ranges.get(key)
        if entry is not None:
            option = options.get(key.partition(".")[0], "")
            ranges.setdefault(f"{entry.low} – {entry.high}", {})[option] = None
            told[f"{entry.source} ({CONFIDENCE[entry.confidence]})"] = None
    words = [
        text if len(ranges) == 1 else f"{text} ({', '.join(options)})"
        for text, options in ranges.items()
    ]
    return "; ".join(words) or "not varied", "; ".join(told)


@functools.cache
def _law(key: str, text: str) -> Distribution:
    return distribution(key, text)


def _text(key: str, law: Law | None, setting: Setting, share: float) -> str | None:
    """Return the quantile of a quantity as text; None where the catalogue has no range of it."""
    if law is None and key not in setting.ranges:
        return None
    return _quantile(key, law.text if law is not None else of_range(setting.ranges[key]), share)


def _quantile(key: str, law: str, share: float) -> str:
    number, _, unit = _law(key, law).texts([share])[0].partition(" ")
    return f"{float(number):.{DIGITS}g} {unit}".strip()


def _times(text: str, factor: float) -> str:
    number, _, unit = text.partition(" ")
    return f"{float(number) * factor:.{DIGITS}g} {unit}"
