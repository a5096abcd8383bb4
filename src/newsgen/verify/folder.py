"""A folder against checksums. Nothing outside it is read: no link is followed, no FIFO or device is opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from newsgen import files
from newsgen.errors import Location, Problem, VerifyError
from newsgen.permalink import MANIFEST
from newsgen.verify.findings import Finding, Outcome
from newsgen.verify.manifest import Manifest

__all__ = ["verify_folder"]


def verify_folder(
    folder: Path, manifest: Manifest, progress: Callable[[int, int], None] = lambda done, total: None
) -> Outcome:
    """Return which files of a folder are not as `manifest` has them, and which it does not know.

    Raises VerifyError where there is no such folder.
    """
    if not folder.is_dir():
        hint = "name a folder, or the address of a site with http:// or https://"
        raise VerifyError(Problem("there is no such folder", Location(str(folder)), hint))
    standing, unread = _standing(folder)
    checksums = manifest.checksums
    found = [Finding(path, "extra", _kind(mode)) for path, mode in standing.items() if path not in checksums]
    findings = [finding for finding in found if finding.path != MANIFEST]
    for number, (path, checksum) in enumerate(checksums.items(), 1):
        finding = _compared(folder, path, checksum, standing, unread)
        if finding:
            findings.append(finding)
        progress(number, len(checksums))
    findings += [Finding(path, "failed", reason) for path, reason in unread.items()]
    return Outcome(len(checksums), tuple(sorted(findings)))


def _standing(folder: Path) -> tuple[dict[str, int], dict[str, str]]:
    """Return the mode of all below a folder that is no folder, by path; and folders that cannot be read, with why."""
    found: dict[str, int] = {}
    unread: dict[str, str] = {}
    waiting = [""]
    while waiting:
        current = waiting.pop()
        try:
            with os.scandir(f"{folder}/{current}") as items:
                for item in items:
                    if item.is_dir(follow_symlinks=False):
                        waiting.append(f"{current}{item.name}/")
                    else:
                        found[f"{current}{item.name}"] = item.stat(follow_symlinks=False).st_mode
        except OSError as error:
            unread[current.rstrip("/")] = error.strerror or str(error)
    return found, unread


def _compared(
    folder: Path, path: str, checksum: bytes, standing: dict[str, int], unread: dict[str, str]
) -> Finding | None:
    mode = standing.get(path)
    if mode is None:
        above = path
        while above := above.rpartition("/")[0]:
            if above in unread:
                return Finding(path, "failed", "its folder cannot be read")
            if above in standing:
                return Finding(path, "changed", f"{above} is {_kind(standing[above]) or 'a file'}")
        return Finding(path, "missing")
    if not stat.S_ISREG(mode):
        return Finding(path, "changed", _kind(mode))
    state = sha256()
    try:
        # Opened as what it is: where it has become a link or a FIFO since, it is not read.
        with files.opened(folder, path) as file:
            while part := file.read(1 << 20):
                state.update(part)
    except OSError as error:
        return Finding(path, "failed", error.strerror or str(error))
    return None if state.digest() == checksum else Finding(path, "changed")


def _kind(mode: int) -> str:
    if stat.S_ISREG(mode):
        return ""
    return "a symbolic link" if stat.S_ISLNK(mode) else "no plain file"
