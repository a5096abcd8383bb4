"""The checksums file, read with distrust: it may come from a stranger's disk or from the web."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from newsgen import files
from newsgen.errors import Location, Problem, VerifyError
from newsgen.permalink import MANIFEST, is_inside
from newsgen.write import MANIFEST_HEADER

__all__ = ["LARGEST", "Manifest", "manifest_of_file", "manifest_of_folder", "read_manifest"]

# A million files have some 120 MB of checksums.
LARGEST = 512 * 1024 * 1024
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_NO_PATH = re.compile(r"[\x00-\x1f\x7f\\]")
_LONGEST_PATH = 4_096
_HINT = "take a whole copy of the file from where the site was built, and name it with --manifest"


class Manifest(NamedTuple):
    """The checksums of all files of a site, by path."""

    checksums: Mapping[str, bytes]


def manifest_of_folder(folder: Path) -> Manifest:
    """Return the checksums file that stands in a folder. Raises VerifyError where there is none that can be used."""
    place = folder / MANIFEST
    if not os.path.lexists(place):
        hint = "name one that was kept with --manifest, or build with 'manifest: true'"
        raise VerifyError(Problem("there is no checksums file in this folder", Location(str(place)), hint))
    return manifest_of_file(place)


def manifest_of_file(place: Path) -> Manifest:
    """Return a checksums file. Raises VerifyError where it cannot be used."""
    try:
        found = os.lstat(place)
        if not stat.S_ISREG(found.st_mode):
            raise VerifyError(Problem("this is no plain file", Location(str(place)), "name the file itself"))
        if found.st_size > LARGEST:
            raise _too_large(str(place))
        data = files.read_bytes(place.parent, place.name)
    except OSError as error:
        raise VerifyError(files.unreadable(str(place), error)) from None
    return read_manifest(data, str(place))


def read_manifest(data: bytes, name: str) -> Manifest:
    """Return what the bytes of a checksums file say; `name` tells where they are from, for messages.

    Raises VerifyError for a file that is not newsgen's, that is cut or damaged, or with a path that leads out.
    """
    if len(data) > LARGEST:
        raise _too_large(name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        place = Location(name, data.count(b"\n", 0, error.start) + 1)
        raise VerifyError(Problem("the checksums file is not UTF-8", place, _HINT)) from None
    if not text.startswith(MANIFEST_HEADER):
        raise VerifyError(Problem("this is not a checksums file of newsgen", Location(name), _HINT))
    if not text.endswith("\n"):
        raise VerifyError(Problem("the checksums file is cut short", Location(name, text.count("\n") + 1), _HINT))
    checksums: dict[str, bytes] = {}
    last = ""
    for number, line in enumerate(text.split("\n")[:-1], 1):
        if line.startswith("#") and not checksums:
            continue
        found = _LINE.fullmatch(line)
        if not found:
            raise _mistake(f"{line[:80]!r} is not a checksum and a path", name, number)
        path = found[2]
        if why := _why_not_inside(path):
            raise _mistake(f"the path {path[:80]!r} {why}", name, number)
        if path <= last:
            raise _mistake(f"the path {path[:80]!r} is not in its order, or stands there twice", name, number)
        checksums[path] = bytes.fromhex(found[1])
        last = path
    if not checksums:
        raise VerifyError(Problem("the checksums file names no file", Location(name), _HINT))
    return Manifest(checksums)


def _why_not_inside(path: str) -> str:
    """Return why a path names no file below a folder; "" where it does."""
    if _NO_PATH.search(path):
        return "holds a sign that no path of a site has"
    if not is_inside(path):
        return "leads out of the folder"
    return "is too long" if len(path) > _LONGEST_PATH else ""


def _mistake(message: str, name: str, line: int) -> VerifyError:
    return VerifyError(Problem(message, Location(name, line), _HINT))


def _too_large(name: str) -> VerifyError:
    return VerifyError(Problem("the checksums file is larger than any site's", Location(name), _HINT))
