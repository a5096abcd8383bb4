"""A whole site from one text, for tests: `-- path --` lines stand between the files."""

from __future__ import annotations

import os
import re
from pathlib import Path

__all__ = ["SETTINGS", "make", "snapshot", "write"]

# Without search, whose index would be made anew for each of thousands of builds; test_search.py has it on. Without a
# ledger, so that articles come and go as they like; test_permanence.py has it on.
SETTINGS = "title: The Test Record\nbase_url: https://example.org/archive\nsearch: false\npermalinks: {guard: off}\n"
_FILE = re.compile(r"^-- (\S.*) --\n", re.MULTILINE)


def make(root: Path, text: str, settings: str = SETTINGS) -> Path:
    """Write the files of `text` below `root`, and newsgen.yaml unless it is among them; return `root`."""
    parts = _FILE.split(text)
    files = dict(zip(parts[1::2], parts[2::2], strict=True))
    for path, content in {"newsgen.yaml": settings, **files}.items():
        write(root, path, content)
    return root


def write(root: Path, path: str, content: str | bytes) -> Path:
    """Write one file below `root`, with its folders."""
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return place


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its bytes; a link counts by where it leads."""
    found: dict[str, bytes] = {}
    for current, _, names in os.walk(folder):
        for name in names:
            place = Path(current) / name
            path = place.relative_to(folder).as_posix()
            found[path] = os.fsencode(place.readlink()) if place.is_symlink() else place.read_bytes()
    return found
