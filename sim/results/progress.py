"""Progress bars: one per stage of a run, silent when nobody watches a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

type Show = Callable[[str, float], None]  # (stage, fraction done)

DONE = "done"  # the last stage; a bar that is full before it would stop its clock


def silent(stage: str, fraction: float) -> None:
    """Show nothing."""


@contextmanager
def bars(labels: list[str], console: Console) -> Iterator[list[Show]]:
    """Yield one `Show` per label; each keeps a line with its current stage and a bar."""
    columns = (
        TextColumn("{task.fields[label]:<14}"),
        TextColumn("{task.description:<26}"),
        BarColumn(bar_width=40),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        tasks = [progress.add_task("starting", total=1.0, label=label) for label in labels]

        def shower(task: int) -> Show:
            def show(stage: str, fraction: float) -> None:
                full = 1.0 if stage == DONE else 0.999
                progress.update(task, description=stage, completed=min(fraction, full))

            return show

        yield [shower(task) for task in tasks]
