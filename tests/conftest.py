"""Numbers that verification reaches: asserted, listed at the end, written as a dated table.

``./run pytest tests/verification -m "slow or not slow" --verification-table docs/verification.md``
writes the table that the report shows.
"""

from __future__ import annotations

import datetime
import operator
from collections.abc import Callable
from pathlib import Path

import pytest

Check = Callable[..., None]

PROPERTY = "measured"
RELATIONS = {"≤": operator.le, "≥": operator.ge}
PREAMBLE = """# Verification: what was checked, to what error

Written by `./run pytest tests/verification -m "slow or not slow" --verification-table
docs/verification.md`; every row is an assertion of the test named. Closed forms and manufactured
solutions only: nothing here says how well the model matches a patient.
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--verification-table", metavar="FILE", help="write the measured numbers as a table"
    )


@pytest.fixture
def check(record_property: Callable[[str, object], None]) -> Check:
    """``check(what, value, "≤", bound)``: assert it and put it into the table."""

    def assert_and_record(what: str, value: float, relation: str, bound: float) -> None:
        record_property(PROPERTY, [what, float(value), relation, float(bound)])
        assert RELATIONS[relation](value, bound), f"{what}: {value:.3g}, not {relation} {bound:.3g}"

    return assert_and_record


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the process that sees every worker's reports
        config.pluginmanager.register(_Table(), "verification-table")


class _Table:
    def __init__(self) -> None:
        self.rows: list[tuple[str, str, float, str, float]] = []

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
        lines = [
            PREAMBLE,
            f"## Reached on {today} with dolfinx {dolfinx.__version__}\n",
            "| check | reached | required | test |",
            "|---|---|---|---|",
        ]
        for node, what, value, relation, bound in sorted(self.rows):
            test = node.removeprefix("tests/verification/").split("[")[0]
            lines.append(f"| {what} | {value:.2g} | {relation} {bound:.2g} | `{test}` |")
        return "\n".join(lines) + "\n"
