"""Pictures are asked for as fast as the page shows them, and none is lost."""

from __future__ import annotations

import asyncio

from sim.viewer import stream
from sim.viewer.stream import Stream


def test_what_changes_meanwhile_comes_with_one_more_picture():
    asked = []
    pictures = Stream(asked.append)
    for _ in range(5):
        pictures.outdated()
    assert asked == [1]
    pictures.seen()
    assert asked == [1, 2]
    pictures.seen()
    assert asked == [1, 2]
    pictures.outdated()
    assert asked == [1, 2, 3]


def test_a_page_that_says_nothing_holds_nothing_up(monkeypatch):
    monkeypatch.setattr(stream, "PATIENCE", 0.05)
    asked = []

    async def played() -> None:
        pictures = Stream(asked.append)
        for _ in range(3):
            pictures.outdated()
            await pictures.keeping_up()

    asyncio.run(played())
    assert asked == [1, 2, 3]
