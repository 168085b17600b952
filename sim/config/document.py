"""The catalogue as a page: ``python -m sim.config.document > docs/parameters.md``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.config.groups import CATALOGUE, leaves
from sim.materials.value import Tree, Value

_HEAD = """# Default values

Generated from the catalogue by `python -m sim.config.document`; do not edit.

Confidence: H high, M medium, L order of magnitude, A assumption (no measurement found). The range
is what the one-at-a-time pass goes through.
"""
_COLUMNS = ("key", "option", "value", "range", "conf.", "source")


def parameter_page() -> str:
    """Return every value of the catalogue with range, confidence and source, as Markdown."""
    return "\n".join([_HEAD, *(_section(group, options) for group, options in CATALOGUE.items())])


def _section(group: str, options: Mapping[str, Tree]) -> str:
    """One table; options that share a value share its row."""
    users: dict[tuple[str, Value], list[str]] = {}
    for name, tree in options.items():
        for key, value in leaves(tree):
            if isinstance(value, Value):
                users.setdefault((key, value), []).append(name)
    if not users:
        return ""
    order = list(dict.fromkeys(key for key, _ in users))
    rows = [
        (f"`{key}`", _names(names, list(options)), v.text, _range(v), v.confidence, v.source)
        for (key, v), names in sorted(users.items(), key=lambda item: order.index(item[0][0]))
    ]
    table = [_COLUMNS, ("---",) * len(_COLUMNS), *rows]
    return "\n".join(
        [f"## {group}", "", *("| " + " | ".join(row) + " |" for row in table), ""],
    )


def _names(names: Sequence[str], options: Sequence[str]) -> str:
    others = [name for name in options if name not in names]
    if not others:
        return "all"
    return "all but " + ", ".join(others) if len(others) < len(names) / 4 else ", ".join(names)


def _range(value: Value) -> str:
    return f"{value.low} – {value.high}" if value.low else ""


if __name__ == "__main__":
    print(parameter_page(), end="")
