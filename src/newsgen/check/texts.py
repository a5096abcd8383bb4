"""The text files of a site, read again where something is wrong in them: in which line, and what they are let off."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from newsgen import files, load, markup
from newsgen.check.addresses import Addresses, Target
from newsgen.errors import ContentError, Location
from newsgen.frontmatter import FrontMatter
from newsgen.load import Parsed
from newsgen.markup import Converter
from newsgen.model import Body, Site
from newsgen.source import source_of

__all__ = ["Texts"]

_REMEMBERED = 500


class Texts:
    """Reads files when asked. `bodies` are the texts of the site by file, each with the URL of its page."""

    def __init__(self, root: Path, site: Site, addresses: Addresses, bodies: Mapping[str, tuple[str, Body]]) -> None:
        self._root = root
        self._addresses = addresses
        self._bodies = bodies
        self._dialect = load.dialect_of(site)
        self._converter = Converter(site.markdown)
        self._parsed = lru_cache(maxsize=_REMEMBERED)(self._parse)
        self._targets = lru_cache(maxsize=_REMEMBERED)(self._written_targets)

    def fields(self, path: str) -> FrontMatter | None:
        """Return what the front matter of a file says; None where it is no text, or one with an error."""
        parsed = self._parsed(path)
        return parsed.fields if parsed else None

    def place(self, path: str, *fields: str) -> Location:
        """Return the place of the first of these fields that a file has; else the file."""
        found = self.fields(path)
        lines = found.lines if found else {}
        return Location(path, next((lines[name] for name in fields if name in lines), 0))

    def is_let_off(self, path: str, rule: str) -> bool:
        """Whether a file says of itself that it is not held to a rule."""
        if not self._is_text(path):
            return False
        found = self.fields(path)
        return found is not None and rule in found.unchecked

    def line_of(self, path: str, target: Target, written: str, *, is_picture: bool = False) -> int:
        """Return the line in which a text leads to a target; 0 where that cannot be told.

        `written` is how it stands on the page; `is_picture` says that it is shown, and has no words.
        """
        lines = self._targets(path).get(target, ())
        body, first = self._body(path)
        if is_picture and len(lines) > 1:
            rows = body.split("\n")
            lines = tuple(line for line in lines if "![](" in rows[line - first]) or lines
        if lines:
            return lines[0]
        # An address that stands as it is, or in a form that only a full reading of the text could tell.
        place = body.find(written or "]()")
        return first + body.count("\n", 0, place) if place >= 0 else 0

    def _is_text(self, path: str) -> bool:
        folders = (f"{load.ARTICLES}/", f"{load.PAGES}/")
        return path.startswith(folders) and path.lower().endswith(load.TEXT_ENDINGS)

    def _parse(self, path: str) -> Parsed | None:
        if not self._is_text(path):
            return None
        try:
            return load.parse_file(self._root, path, self._dialect, self._converter, notes=False)
        except ExceptionGroup:
            return None  # what is wrong with it was told when the site was read

    def _body(self, path: str) -> tuple[str, int]:
        """Return the text of a file and the line in which it starts."""
        try:
            source, _ = source_of(files.read_bytes(self._root, path), path)
        except (OSError, ContentError):
            return "", 1
        return source.body, source.body_line

    def _written_targets(self, path: str) -> dict[Target, tuple[int, ...]]:
        """Return the lines in which a text leads to each of its targets."""
        if path not in self._bodies:
            return {}
        page, known = self._bodies[path]
        links = dict(known.links)
        body, first = self._body(path)
        found: dict[Target, tuple[int, ...]] = {}
        for reference in markup.written_targets(body):
            meant = links.get(reference.target, reference.target)
            if meant[:1] == "/" and meant[1:2] != "/":
                meant = self._addresses.folder + meant
            target = self._addresses.target(page, meant)
            found[target] = (*found.get(target, ()), first + reference.line - 1)
        return found
