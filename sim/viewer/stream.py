"""Pictures to the browser, never more than it can show.

The page asks for a picture by its number, a state that the server counts up. The number goes on
only when the page has said that it shows the last one, or has been silent for long: what changes
meanwhile comes with the next picture.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

PATIENCE = 2.0  # s without a word from the page


class Stream:
    """Counts pictures up as the page keeps up with them."""

    def __init__(self, show: Callable[[int], None]) -> None:
        self._show = show
        self._number, self._asked, self._outdated = 0, 0.0, False
        self._seen = asyncio.Event()
        self._seen.set()

    def outdated(self) -> None:
        """Have the page ask for a new picture as soon as it shows the last."""
        if self._seen.is_set() or time.monotonic() - self._asked > PATIENCE:
            self._next()
        else:
            self._outdated = True

    def seen(self) -> None:
        """Take note that the page shows the last picture."""
        self._seen.set()
        if self._outdated:
            self._next()

    async def keeping_up(self) -> None:
        """Wait until the page shows the last picture."""
        try:
            await asyncio.wait_for(self._seen.wait(), PATIENCE)
        except TimeoutError:
            self._seen.set()

    def _next(self) -> None:
        self._number += 1
        self._asked, self._outdated = time.monotonic(), False
        self._seen.clear()
        self._show(self._number)
