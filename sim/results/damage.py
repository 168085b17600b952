"""What is said of a file of a record that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class DamagedError(OSError):
    """A file of a record is there and is not what was written.

    Parameters
    ----------
    path : Path
        Which file.
    why : Exception
        What its reader made of it.
    """

    def __init__(self, path: Path, why: Exception) -> None:
        reason = " ".join(str(why).split())
        super().__init__(f"{path} is damaged, it cannot be read ({reason or type(why).__name__})")


@contextmanager
def intact(path: Path) -> Iterator[None]:
    """Turn any failure to make sense of a file into one that names it.

    Raises
    ------
    DamagedError
        If what is read within raises anything but that the file is missing or not allowed.
    """
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, PermissionError, MemoryError, DamagedError):
        raise
    except Exception as error:  # JSON, CSV, HDF5 and VTK fail each in ways of their own
        raise DamagedError(path, error) from error
