"""Today's content, and content that is still being written."""

import os
import threading
from pathlib import Path

from course.curriculum.edition import Library
from course.curriculum.loader import load
from course.curriculum.positions import ContentErrors, Problem

__all__ = ["Library", "Watched", "load_once"]

Signature = tuple[tuple[str, int, int, int], ...]
_read: dict[Path, tuple[Signature, Library]] = {}  # what was read last, per folder


def load_once(root: Path) -> Library:
    """As :func:`load`, for who makes several apps in a process: unchanged files are not read again.

    A library never changes, so it can be shared. Raises :exc:`ContentErrors`.
    """
    # Taken before reading, so that what changes while we read is seen the next time.
    signature = _signature(root)
    known = _read.get(root)
    if known is None or known[0] != signature:
        known = _read[root] = (signature, load(root))
    return known[1]


class Watched:
    """A library that is read again when a file changes, for development.

    While the content is broken, :meth:`get` gives what it had and ``problems`` says what is wrong.
    Safe to use from several threads. Raises :exc:`ContentErrors` when it is broken from the start.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._signature = _signature(root)
        self._library = load_once(root)
        self._problems: tuple[Problem, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the files as they were at the last :meth:`get`; empty if nothing."""
        return self._problems

    def get(self) -> Library:
        """The newest library that could be loaded."""
        with self._lock:
            # Taken before reading, so that what changes while we read is seen the next time.
            found = _signature(self._root)
            if found != self._signature:
                self._signature = found
                try:
                    self._library, self._problems = load(self._root), ()
                except ContentErrors as error:
                    self._problems = error.problems
            return self._library


def _signature(root: Path) -> Signature:
    """Path, time, size and inode of every file below ``root``: differs after a change."""
    found: list[tuple[str, int, int, int]] = []
    folders = [str(root)]
    while folders:
        try:
            entries = list(os.scandir(folders.pop()))
        except OSError:
            continue  # A folder that has just gone; the next load will tell.
        for entry in entries:
            try:
                about = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            found.append((entry.path, about.st_mtime_ns, about.st_size, about.st_ino))
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
    return tuple(sorted(found))
