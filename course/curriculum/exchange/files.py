"""A file that is there as a whole, or not at all."""

import os
import secrets
from pathlib import Path


def put(path: Path, data: bytes) -> None:
    """Write a file beside its place, and move it there when all of it is on disk.

    Raises :exc:`OSError`; then nothing is left behind, and what stood there stands there still.
    """
    # The dot keeps the content from being read with a half file in it.
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
