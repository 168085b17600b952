"""Serves the page to this machine alone, and only under an address that nobody can guess.

The server listens at 127.0.0.1. All it has, the websocket included, is under a random token, the
first part of the path; another path is answered with 404, whether it exists or not. The browser is
told to load nothing from elsewhere and to pass the address to nobody.
"""

from __future__ import annotations

import os
import secrets
import signal
import tempfile
import webbrowser
from collections.abc import Awaitable, Callable, Mapping
from html import escape
from pathlib import Path

from aiohttp import web
from trame.app import get_server
from trame_client.module import vue3
from trame_server import Server

HOST = "127.0.0.1"
HEADERS = {
    "Content-Security-Policy": "default-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}

type Files = Mapping[str, tuple[Callable[[], Awaitable[bytes]], str]]  # name: content, its type


def new_server() -> Server:
    """Return a server that takes nothing from the command line or a variable of trame's."""
    os.environ["TRAME_ARGS"] = ""
    return get_server("viewer", client_type="vue3")


def serve(server: Server, files: Files, port: int, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM.

    Parameters
    ----------
    server : Server
        With its page.
    files : mapping
        What is made anew whenever it is asked for.
    port : int
        0: one that is free.
    ready : callable
        Gets the page's address when it can be opened.

    Raises
    ------
    OSError
        If the port is taken.
    """
    token = secrets.token_hex(32)  # in lower case, as trame's client writes addresses it is told
    key = secrets.token_urlsafe(32)
    server.serve = {f"{token}/{name}": folder for name, folder in server.serve.items()}
    server.serve[token] = vue3.www
    server.cli.set_defaults(ws=f"{token}/ws", authKey=key)

    def bind(bound: object) -> None:
        app: web.Application = bound.app
        app.middlewares.append(guard(token))
        for name, (content, kind) in files.items():
            app.router.add_get(f"/{token}/{name}", _sending(content, kind))
        app.router.add_post(f"/{token}/paraview/", _launching(token, key))

    server.controller.on_server_bind.add(bind)
    server.controller.on_server_ready.add(
        lambda **_: ready(f"http://{HOST}:{server.port}/{token}/index.html")
    )
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # PETSc, if it is there, ends the process by it
    server.start(
        port=port,
        host=HOST,
        timeout=0,
        open_browser=False,
        show_connection_info=False,
        disable_logging=True,
        backend="aiohttp",
    )


def guard(token: str) -> Callable[..., Awaitable[web.StreamResponse]]:
    """Return what lets requests under a token pass and answers all others with 404."""

    @web.middleware
    async def check(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        given = request.path.split("/")[1]
        if not secrets.compare_digest(given.encode(), token.encode()):
            return web.Response(status=404, text="404: give the whole address that was printed\n")
        response = await handler(request)
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    return check


def open_browser(address: str) -> None:
    """Open an address in the browser, by a file that only this user can read.

    On the browser's command line everybody on the machine could see it.
    """
    folder = Path(tempfile.mkdtemp(prefix="viewer-"))  # the browser reads it when it pleases
    file = folder / "open.html"
    there = f'<meta http-equiv="refresh" content="0; url={escape(address)}">'
    file.write_text(f"<!doctype html><title>viewer</title>{there}", encoding="utf-8")
    webbrowser.open(file.as_uri())


def _sending(
    content: Callable[[], Awaitable[bytes]], kind: str
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def send(request: web.Request) -> web.Response:
        return web.Response(body=await content(), content_type=kind)

    return send


def _launching(token: str, key: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return what tells the page, which asks this first, where its websocket is."""

    async def launch(request: web.Request) -> web.Response:
        return web.json_response({"sessionURL": f"ws://{request.host}/{token}/ws", "secret": key})

    return launch
