"""Numbers that verification reaches: asserted, listed at the end, written as a dated table.

``./run pytest tests/verification tests/validation -m "slow or not slow" --verification-table
docs/verification.md`` writes the tables that the report shows.
"""

from __future__ import annotations

import datetime
import operator
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

os.environ["CALCINOSIS_NEEDLE_FRESH"] = "yes"  # a test computes what it asserts
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it

Check = Callable[..., None]

PROPERTY = "measured"
RELATIONS = {"≤": operator.le, "≥": operator.ge}
SECTIONS = {  # folder of the tests: heading, what its rows are
    "tests/verification": (
        "Verification",
        "Closed forms, manufactured solutions and the code's own finer grids: nothing here says "
        "how well\nthe model matches a patient.",
    ),
    "tests/validation": (
        "Validation (against experiments)",
        "Published measurements, nothing fitted to them; what they leave open is assumed in the "
        "tests named.",
    ),
}
PREAMBLE = """# Verification: what was checked, to what error

Written by `./run pytest tests/verification tests/validation -m "slow or not slow"
--verification-table docs/verification.md`; every row is an assertion of the test named. Where a
goal is not met everywhere, the row says so, and what is asserted instead.
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--verification-table", metavar="FILE", help="write the measured numbers as a table"
    )


@pytest.fixture
def check(record_property: Callable[[str, object], None]) -> Check:
    """``check(what, value, "≤", bound)``: assert it and put it into the table.

    A `goal` that is tighter than the bound is not asserted; the table says whether it is met.
    """

    def assert_and_record(
        what: str, value: float, relation: str, bound: float, goal: float | None = None
    ) -> None:
        required = f"{relation} {bound:.3g}"
        if goal not in (None, bound):
            met = RELATIONS[relation](value, goal)
            required += f" (goal {goal:.3g}: {'met' if met else 'missed'})"
        record_property(PROPERTY, [what, float(value), required])
        assert RELATIONS[relation](value, bound), f"{what}: {value:.3g}, not {relation} {bound:.3g}"

    return assert_and_record


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the process that sees every worker's reports
        config.pluginmanager.register(_Table(), "verification-table")


class _Table:
    def __init__(self) -> None:
        self.rows: list[tuple[str, str, float, str]] = []  # test, what, reached, required

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self.rows += [
                (report.nodeid, *value)
                for name, value in report.user_properties
                if name == PROPERTY
            ]

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
    ) -> None:
        path = config.getoption("verification_table")
        if not path:
            return
        if exitstatus != 0:
            terminalreporter.write_line(f"{path} is left as it was: the run is not green")
            return
        Path(path).write_text(self._text(), encoding="utf-8")
        terminalreporter.write_line(f"{len(self.rows)} measured numbers written to {path}")

    def _text(self) -> str:
        import dolfinx

        today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
        parts = [PREAMBLE + f"\nReached on {today} with dolfinx {dolfinx.__version__}."]
        for folder, (heading, meaning) in SECTIONS.items():
            lines = ["| check | reached | required | test |", "|---|---|---|---|"]
            for node, what, value, required in sorted(self.rows):
                if node.startswith(f"{folder}/"):
                    test = node.removeprefix(f"{folder}/").split("[")[0]
                    lines.append(f"| {what} | {value:.3g} | {required} | `{test}` |")
            parts += [f"## {heading}\n\n{meaning}", "\n".join(lines)]
        return "\n\n".join(parts) + "\n"
