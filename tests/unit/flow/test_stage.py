"""What is said to have ended an injection."""

from __future__ import annotations

import pytest

from sim.config import default_case
from sim.flow.stage import ending

INJECTION = default_case().injection


@pytest.mark.parametrize(
    ("displaced", "injected", "ended_by"),
    [
        (1.0, 1.0, "volume"),
        (1.0 - 1e-10, 0.5, "volume"),  # rounding; the rest fills hub and lumen
        (1.0 - 1e-8, 1.0 - 1e-8, "time_limit"),
        (0.5, 0.5, "time_limit"),
        (1.0, 0.0, "nothing_injected"),
    ],
)
def test_ending(displaced: float, injected: float, ended_by: str) -> None:
    volume = INJECTION.volume
    assert ending(INJECTION, displaced * volume, injected * volume) == ended_by
