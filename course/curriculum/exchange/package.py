"""A zip from strangers, read into memory within bounds; nothing of it is ever written to disk."""

import io
import stat
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final

from course.curriculum.exchange.report import MAX_BYTES, too_large, unreadable

MAX_FILES: Final = 300
MAX_UNPACKED: Final = 20 * 1024 * 1024  # bytes, of all files together
_CHUNK: Final = 64 * 1024
_ENCRYPTED: Final = 0x1


def unpacked(data: bytes) -> Mapping[str, bytes]:
    """The XML files of a zip, by their path in it.

    Everything is looked at before anything is unpacked, and what is unpacked is counted while it
    comes, since a zip may lie about it. Raises :exc:`~report.Unreadable`.
    """
    if len(data) > MAX_BYTES:
        raise unreadable(too_large())
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _look_at(entries)
            return _read(archive, [one for one in entries if one.filename.lower().endswith(".xml")])
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise unreadable(f"is not a zip that can be read ({reason}): export it again") from None


def _look_at(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_FILES:
        raise unreadable(f"holds {len(entries)} files, and {MAX_FILES} may be: split it")
    seen = set[str]()
    for entry in entries:
        name = entry.filename
        if not _stays_inside(name):
            raise unreadable(
                "has a path that leads outside the package: export it again", file=name
            )
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise unreadable("is a symbolic link: put the file itself in the package", file=name)
        if entry.flag_bits & _ENCRYPTED:
            raise unreadable("is encrypted: export it without a password", file=name)
        if name in seen:
            raise unreadable("stands in the package twice: keep one of them", file=name)
        seen.add(name)
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise _unpacks_to_too_much()


def _stays_inside(name: str) -> bool:
    return (
        bool(name)
        and not name.startswith("/")
        and not any(sign in name for sign in "\\:\0")
        and ".." not in name.split("/")
    )


def _unpacks_to_too_much() -> Exception:
    most = MAX_UNPACKED // 1024 // 1024
    return unreadable(f"unpacks to more than {most} MB: leave out pictures, or split it")


def _read(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    files, total = {}, 0
    for entry in entries:
        parts = []
        with archive.open(entry) as file:
            while part := file.read(_CHUNK):
                total += len(part)
                if total > MAX_UNPACKED:
                    raise _unpacks_to_too_much()
                parts.append(part)
        files[entry.filename] = b"".join(parts)
    return files


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files; the same files always give the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name)  # of 1980, since a zip knows no earlier year
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return target.getvalue()
