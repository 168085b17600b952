"""Connects the page's state with the session: what the browser changes is checked and passed on."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from trame_server import Server

from sim.animation.timeline import stamp
from sim.results.labels import label, typeset
from sim.viewer.curves import CURVES, Curve
from sim.viewer.page import lay_out
from sim.viewer.runs import Entry, varying
from sim.viewer.server import new_server, open_browser, serve
from sim.viewer.session import MOST, PROBED, Session
from sim.viewer.stream import Stream

PERIOD = 0.1  # s, least from one step of the play to the next
COLUMNS = 6  # most inputs that the table of runs shows
WHEEL = 1.15  # enlarged by a notch
CLICK = 0.004  # of the picture: less than this is no dragging
LARGEST = (3840, 2400)  # pixels of a picture
_LONG = re.compile(r"\d+\.\d{4,}")
NONE = -1  # no record beside the first


class Control:
    """One page and its session."""

    def __init__(self, server: Server, session: Session) -> None:
        self.server, self.state, self.session = server, server.state, session
        self._stream = Stream(self._ask)
        self._room = session.scene.size
        self._curve = Curve(b"")
        self._pressed: tuple[float, float, bool] | None = None
        self._moved = 0.0
        self._opening: asyncio.Task[None] | None = None
        self._playing: asyncio.Task[None] | None = None
        self._page()
        lay_out(server)
        for names, act in self._changes().items():
            self.state.change(*names)(act)
        for act in (self.pick, self.pointer, self.wheel, self.seen, self.reset, self.resized):
            server.trigger(act.__name__)(act)

    async def view(self) -> bytes:
        """Return the picture as it is now."""
        return self.session.scene.png()

    async def curve(self) -> bytes:
        """Return the curve as it is now."""
        return self._curve.png

    def pick(self, side: str, number: int) -> None:
        """Put the record of a number on a side, or with those of its comparison (side "both")."""
        entries = self.session.entries
        if not isinstance(number, int) or not 0 <= number < len(entries):
            return
        if side == "both":
            group = [n for n, e in enumerate(entries) if e.group == entries[number].group]
            chosen = group[:MOST] if number in group[:MOST] else [number]
            self.state.left, self.state.right = [*chosen, NONE][:MOST]
        elif side == "left":
            self.state.left = number
        elif side == "right":
            self.state.right = NONE if self.state.right == number else number
        self.open()

    def open(self) -> None:
        """Load and show what is picked."""
        if self._opening is None or self._opening.done():
            self._opening = asyncio.create_task(self._open())

    def pointer(self, what: str, x: float, y: float, other: bool) -> None:
        """Follow the mouse; x and y in shares of the picture, `other`: not the main button."""
        session, scene = self.session, self.session.scene
        if what == "down":
            self._pressed, self._moved = (x, y, other), 0.0
        elif self._pressed is None:
            return
        elif what == "move":
            x0, y0, other = self._pressed
            columns, rows = scene.size
            right, up = (x - x0) * columns / scene.rows, (y0 - y) * rows / scene.rows
            self._moved += abs(x - x0) + abs(y - y0)
            if self._moved > CLICK:
                move = scene.turn if session.in_space and not other else scene.pan
                move(right, up)
                self._pressed = x, y, other
                self._stream.outdated()
        else:
            self._pressed = None
            if self._moved <= CLICK and not other:
                session.probe(x, y)
                self._tell()
                if session.curve_of == PROBED:
                    self._draw_curve()

    def wheel(self, down: float) -> None:
        """Enlarge or shrink what is seen."""
        self.session.scene.zoom(WHEEL ** -math.copysign(1.0, down))
        self._stream.outdated()

    def reset(self) -> None:
        """Put the camera where it was first."""
        self.session.look()
        self._stream.outdated()

    def resized(self) -> None:
        """The window has another size: the next picture will tell which."""
        self._stream.outdated()

    def seen(self, columns: int, rows: int) -> None:
        """The page shows the last picture, and has room for so many pixels."""
        room = (min(int(columns), LARGEST[0]), min(int(rows), LARGEST[1]))
        self._stream.seen()
        if min(room) > 0 and room != self._room:
            wider = room[0] != self._room[0]
            self._room = room
            self.session.scene.resize(*room)
            self.session.look()
            self._stream.outdated()
            if wider:
                self._draw_curve()

    def _changes(self) -> dict[tuple[str, ...], Callable[..., None]]:
        return {
            ("step",): lambda **_: self._go(),
            ("quantity", "logarithmic", "threshold"): lambda **_: self._recolour(),
            ("in_space",): lambda **_: self._rearrange(look=True),
            ("clip",): lambda **_: self._rearrange(look=False),
            ("curve_of",): lambda **_: self._choose_curve(),
            ("playing",): lambda **_: self._play(),
        }

    def _page(self) -> None:
        """Fill the state that the page begins with."""
        session, entries = self.session, self.session.entries
        inputs = varying(entries)[:COLUMNS]
        self.state.update(
            {
                "trame__title": f"{session.root.name} – viewer",
                "root": session.root.name,
                "headers": [
                    {"title": "shown", "key": "pick", "sortable": False, "width": "64px"},
                    {"title": "needle", "key": "name"},
                    {"title": "outcome", "key": "outcome"},
                    *({"title": label(name), "key": f"in{n}"} for n, name in enumerate(inputs)),
                ],
                "rows": [
                    {
                        "number": number,
                        "name": entry.name,
                        "outcome": entry.outcome or entry.problem or "no insertion",
                        "problem": entry.problem,
                        "has_fields": entry.has_fields,
                        "where": str(entry.folder.relative_to(session.root)),
                        **{f"in{n}": _shown(entry.swept.get(i, "")) for n, i in enumerate(inputs)},
                    }
                    for number, entry in enumerate(entries)
                ],
                "left": NONE, "right": NONE, "busy": False, "search": "",
                "step": 0, "last": 0, "time": "", "playing": False,
                "quantity": session.quantity, "choices": [], "logarithmic": True,
                "can_be_logarithmic": True, "threshold": True,
                "in_space": False, "clip": 0.0, "reach": 10.0,
                "curve_of": session.curve_of,
                "curves": [
                    *({"title": title, "value": key} for key, (title, _) in CURVES.items()),
                    {"title": "probed point over time", "value": PROBED},
                ],
                "picture": 0, "drawn": 0, "mark": "", "probed": "",
            }
        )  # fmt: skip

    async def _open(self) -> None:
        """Load in a thread, again if something else was picked meanwhile."""
        state, wanted = self.state, None
        while wanted != (state.left, state.right):
            wanted = state.left, state.right
            with state:
                state.busy, state.playing = True, False
            numbers = [number for number in wanted if number != NONE]
            shown = await asyncio.to_thread(self.session.load, numbers)
        with state:
            self.session.show(shown)
            state.busy = False
            state.reach = round(self.session.reach, 1)
            state.quantity = self.session.quantity
            state.choices = [{"title": t, "value": k} for k, t in self.session.choices.items()]
            state.last, state.step = len(self.session.times) - 1, 0
            self._draw_curve()
            self._tell()

    def _go(self) -> None:
        step = self.state.step
        times = self.session.times
        if isinstance(step, int) and 0 <= step < len(times):
            self.session.go_to(float(times[step]))
            self._tell()

    def _recolour(self) -> None:
        session, state = self.session, self.state
        if state.quantity not in session.choices:
            return
        session.quantity = state.quantity
        session.logarithmic, session.threshold = bool(state.logarithmic), bool(state.threshold)
        session.recolour()
        self._tell()
        if session.curve_of == PROBED:
            self._draw_curve()

    def _rearrange(self, *, look: bool) -> None:
        session, clip = self.session, self.state.clip
        session.in_space = bool(self.state.in_space)
        session.clip = float(clip) if isinstance(clip, int | float) else 0.0
        if session.shown and (look or session.in_space):
            session.arrange()
            if look:
                session.look()
            self._tell()

    def _choose_curve(self) -> None:
        if self.state.curve_of in (*CURVES, PROBED):
            self.session.curve_of = self.state.curve_of
            self._draw_curve()

    def _play(self) -> None:
        if self.state.playing and (self._playing is None or self._playing.done()):
            self._playing = asyncio.create_task(self._run_on())

    async def _run_on(self) -> None:
        """Go from step to step until the end, from the start if it is the end."""
        state = self.state
        if state.step >= state.last:
            with state:
                state.step = 0
        while state.playing and state.step < state.last:
            await asyncio.gather(self._stream.keeping_up(), asyncio.sleep(PERIOD))
            with state:
                state.step += 1
        with state:
            state.playing = False

    def _tell(self) -> None:
        """Say what has changed with the picture, and have it asked for."""
        session, state = self.session, self.state
        state.time = stamp(session.time)
        state.probed = session.probed
        state.can_be_logarithmic = session.can_be_logarithmic
        self._mark()
        self._stream.outdated()

    def _draw_curve(self) -> None:
        self._curve = self.session.curve(self._room[0])
        self._mark()
        self.state.drawn += 1

    def _mark(self) -> None:
        share = self._curve.share_of(self.session.time)
        self.state.mark = "" if share is None else f"{100.0 * share:.2f}%"

    def _ask(self, number: int) -> None:
        with self.state:
            self.state.picture = number


def view(folder: Path, port: int, *, browser: bool) -> None:
    """Serve the page of a folder until SIGINT or SIGTERM; print its address.

    Raises
    ------
    ConfigError
        If nothing in the folder can be looked at.
    CannotRender
        If nothing can be rendered on this machine.
    OSError
        If the port is taken.
    """
    session = Session(folder)
    server = new_server()
    control = Control(server, session)

    def ready(address: str) -> None:
        print(f"viewer: {address}\nonly this machine reaches it; Ctrl-C ends it", flush=True)
        control.pick("both", first(session.entries))
        if browser:
            open_browser(address)

    files = {"view.png": (control.view, "image/png"), "curve.png": (control.curve, "image/png")}
    serve(server, files, port, ready)


def first(entries: Sequence[Entry]) -> int:
    """Return which entry is shown first: one with fields, or at least a record, if there is any."""
    return max(range(len(entries)), key=lambda n: (entries[n].has_fields, not entries[n].problem))


def _shown(value: str) -> str:
    """Return an input as people write it, its numbers with four digits."""
    return typeset(_LONG.sub(lambda found: f"{float(found[0]):.4g}", value))
