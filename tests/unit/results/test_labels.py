"""Every input that a report lists has a name in plain words."""

from __future__ import annotations

import pytest

from sim.config.groups import CATALOGUE, leaves
from sim.materials.value import Value
from sim.results.labels import LABELS, label, typeset


def test_every_listed_input_has_its_own_label():
    keys = {
        f"{group}.{key}"
        for group, options in CATALOGUE.items()
        for tree in options.values()
        for key, value in leaves(tree)
        if isinstance(value, Value | None)
    }
    assert keys == LABELS.keys()
    assert len(set(LABELS.values())) == len(LABELS)
    assert label("not.there") == "not.there"


@pytest.mark.parametrize(
    ("plain", "printed"),
    [("1.6 g/cm**3", "1.6 g/cm³"), ("0.5 MPa*m**0.5", "0.5 MPa·√m"), ("6 um", "6 µm"),
     ("9.4e-15 m**2", "9.4e-15 m²"), ("11 deg", "11°"), ("held", "held"), ("40 N", "40 N")],
)  # fmt: skip
def test_units_as_people_write_them(plain, printed):
    assert typeset(plain) == printed
