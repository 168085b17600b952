"""The two ways a run can end early."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

UNEXPECTED = "unexpected "  # begins what is told of any other ending: it may not be the run's fault


class ConfigError(ValueError):
    """A value the user gave cannot be used; raised before any meshing.

    Parameters
    ----------
    key : str
        Dotted key of the configuration, e.g. ``"needle.length"``.
    given : object
        The value as the user wrote it.
    allowed : str
        What would have been accepted, and why.
    """

    def __init__(self, key: str, given: object, allowed: str) -> None:
        self.key, self.given, self.allowed = key, given, allowed
        super().__init__(f"{key} = {given!r} is not allowed: {allowed}")


class SolverError(RuntimeError):
    """A numerical solution could not be found, after its step was cut as far as it may be.

    Parameters
    ----------
    message : str
        What failed: the stage, the step and its residual.
    last_good : mapping, optional
        What was reached before, as columns of equal length; each name carries its unit.
    """

    def __init__(
        self, message: str, last_good: Mapping[str, Sequence[float]] | None = None
    ) -> None:
        self.last_good = dict(last_good or {})
        super().__init__(message)
