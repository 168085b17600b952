"""How deep each kind of needle goes so that its mouth is at the nodule's centre."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from meshes.outline import needle_outline
from sim.config import default_case
from sim.studies.aim import SPARE, depth_of_aimed_mouth, mouth_above_tip

BEVEL = 0.5 * 0.4128e-3 / math.tan(math.radians(11.0))  # half of its length


@pytest.fixture(params=[("27G", "push", BEVEL), ("14G_coaxial", "drill", 3e-3)], ids="ab")
def needle(request):
    """A case with a nodule of 10 mm height, and how far its mouth lies above the tip (m)."""
    name, technique, above = request.param
    case = default_case(name, technique, ["nodule.depth=1.5 mm", "nodule.height=10 mm"])
    return case, above


def test_the_mouth_is_at_the_centre(needle):
    case, above = needle
    assert mouth_above_tip(case.needle) == pytest.approx(above, rel=1e-9)
    assert depth_of_aimed_mouth(case) == pytest.approx(6.5e-3 + above, rel=1e-9)


def test_it_is_the_mouth_that_the_flow_sees(needle):
    """A band around the middle of a bevel's cone; the end of a cannula."""
    case, _ = needle
    outline = needle_outline(case.needle, depth_of_aimed_mouth(case))
    edges = [outline.top_of_mouth]
    if case.needle.stylet is None:
        edges.append(outline.height[outline.parts.index("mouth")])
    assert sum(edges) / len(edges) == pytest.approx(-case.nodule.centre_depth, rel=1e-9)


def test_the_tip_stays_in_the_nodule(needle):
    """Of 1 mm height: each needle would have to leave it, and ends at the same depth."""
    case, _ = needle
    flat = replace(case, nodule=replace(case.nodule, height=1e-3))
    assert depth_of_aimed_mouth(flat) == pytest.approx(2.5e-3 - SPARE, rel=1e-9)


def test_a_needle_that_is_pulled_back_goes_deeper_by_as_much(needle):
    case, above = needle
    pulled = replace(case, injection=replace(case.injection, pull_back=1e-3))
    assert depth_of_aimed_mouth(pulled) == pytest.approx(7.5e-3 + above, rel=1e-9)
