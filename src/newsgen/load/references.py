"""References from one file to another -> URLs, and the files that are published beside an article."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

import imagesize

from newsgen import files, markup, permalink
from newsgen.errors import ContentError, Location, Problem
from newsgen.frontmatter import ImageFields
from newsgen.load.parsing import Parsed
from newsgen.markup import Converter, Reference
from newsgen.model import Asset, Body, Image, StaticFile
from newsgen.source import source_of

__all__ = ["References"]


class References:
    """Knows every file of a site and its URL, and what the articles want published beside them.

    A target is looked up among the files that were found by walking, so that none can lead out of the site.
    `urls` are those of the texts that are built; `unbuilt` tells of the others why they are not. `warnings` are the
    targets that lead nowhere.
    """

    def __init__(
        self,
        root: Path,
        urls: Mapping[str, str],
        unbuilt: Mapping[str, str],
        others: Iterable[str],
        static: Mapping[str, StaticFile],
    ) -> None:
        self.warnings: list[Problem] = []
        self._root = root
        self._urls = urls
        self._unbuilt = unbuilt
        self._others = {unicodedata.normalize("NFC", path): path for path in others}
        self._static = static
        self._assets: dict[str, tuple[str, set[str]]] = {}

    def body(self, item: Parsed, converter: Converter) -> Body:
        """Return a text's body, with the URL of each file that it refers to and the size of each picture."""
        links: dict[str, str] = {}
        sizes: dict[str, tuple[int, int]] = {}
        lost: list[Reference] = []
        for reference in self._real(item, converter):
            url = self._resolve(item, reference.target)
            if url:
                links[reference.target] = url
                sizes[url] = self._size(url)
            elif self._find(item, reference.target)[0] != "file" and not reference.target.startswith("/"):
                lost.append(reference)
        self._warn_of_lost(item, lost, converter)
        return Body(
            path=item.path,
            digest=item.digest,
            links=tuple(sorted(links.items())),
            sizes=tuple((url, *size) for url, size in sorted(sizes.items()) if size[0]),
            drops_title=item.drops_title,
        )

    def image(self, item: Parsed, written: ImageFields | None) -> Image | None:
        """Return an article's picture; None, with a warning, where it is not there or on another host."""
        if not written:
            return None
        place = Location(item.path, item.fields.lines.get("image", 0))
        if markup.is_external(written.src):
            message = f"the image {written.src!r} is on another host, and is not shown"
            self.warnings.append(Problem(message, place, "put the file beside the article", "image-missing"))
            return None
        if written.src.startswith("/"):
            url = quote(unquote(written.src), safe=permalink.URL_SAFE)
            is_there = url in self._static
        else:
            url = self._resolve(item, written.src)
            is_there = bool(url)
        if not is_there:
            message = f"the image {written.src!r} is not there"
            hint = f"its path is relative to {posixpath.dirname(item.path)}/, or starts with '/' for static/"
            self.warnings.append(Problem(message, place, hint, "image-missing"))
            return None
        width, height = self._size(url)
        return Image(url, written.alt, written.caption, written.credit, written.license, width, height)

    def assets(self) -> tuple[tuple[Asset, ...], tuple[tuple[str, ContentError], ...]]:
        """Return the files that were referred to, by URL; and an error a text for those that cannot be read."""
        found: list[Asset] = []
        errors: list[tuple[str, ContentError]] = []
        for url, (path, sources) in sorted(self._assets.items()):
            try:
                found.append(Asset(url, path, files.digest_file(self._root, path), tuple(sorted(sources))))
            except OSError as error:
                problem = files.unreadable(path, error)
                errors.extend((source, ContentError(problem)) for source in sorted(sources))
        return tuple(found), tuple(errors)

    def _find(self, item: Parsed, target: str) -> tuple[str, str]:
        """Return what a target names, as ("text", "file" or "", its path), or ("static", its URL)."""
        plain = unquote(re.split(r"[?#]", target, maxsplit=1)[0])
        if plain.startswith("/"):
            url = quote(plain, safe=permalink.URL_SAFE)
            return ("static" if url in self._static else "", url)
        path = posixpath.normpath(posixpath.join(posixpath.dirname(item.path), plain))
        if path in self._urls or path in self._unbuilt:
            return "text", path
        for ending in ("/index.md", ".md"):
            if f"{path}{ending}" in self._urls:
                return "text", f"{path}{ending}"
        other = self._others.get(unicodedata.normalize("NFC", path))
        return ("file", other) if other else ("", path)

    def _resolve(self, item: Parsed, target: str) -> str:
        """Return the URL that a relative target means, and plan the file it names; "" where there is none."""
        kind, path = self._find(item, target)
        cut = re.search(r"[?#].*", target)
        rest = cut[0] if cut else ""
        if kind == "static":
            return path + rest
        if kind == "text":
            url = self._urls.get(path, "")
            return url + rest if url else ""
        if kind == "file":
            name = posixpath.basename(path)
            try:
                permalink.check_slug(name.replace(" ", "-"))  # a blank is percent-encoded, and safe on every disk
            except ValueError as error:
                message = str(error).replace("slug", "name for a published file")
                self.warnings.append(Problem(message, Location(path), "rename it"))
                return ""
            base = self._urls[item.path]
            url = base[: base.rindex("/") + 1] + quote(name, safe=permalink.URL_SAFE)
            planned = self._assets.setdefault(url, (path, set()))
            if planned[0] == path:
                planned[1].add(item.path)
                return url + rest
            message = f"{planned[0]} and {path} would both stand at {url}"
            self.warnings.append(Problem(message, Location(item.path), "rename one of the two files"))
        return ""

    def _real(self, item: Parsed, converter: Converter) -> Sequence[Reference]:
        """Return the references of a text less what only stands in code or a comment, which is not to be published."""
        if not item.may_be_code or not any(
            self._find(item, found.target)[0] in ("file", "static") for found in item.references
        ):
            return item.references
        real = self._targets(item, converter)
        return [reference for reference in item.references if reference.target in real]

    def _targets(self, item: Parsed, converter: Converter) -> frozenset[str]:
        source, _ = source_of(files.read_bytes(self._root, item.path), item.path)
        return markup.targets(converter.html(source.body, Location(item.path, source.body_line)))

    def _warn_of_lost(self, item: Parsed, lost: Sequence[Reference], converter: Converter) -> None:
        """Warn of each reference that leads nowhere and is truly one, and no example in a piece of code."""
        real = self._targets(item, converter) if lost else frozenset()
        for reference in lost:
            if reference.target in real:
                why = self._unbuilt.get(self._find(item, reference.target)[1], "not there")
                message = f"{reference.target!r} is linked to, and is {why}"
                place = Location(item.path, item.body_line + reference.line - 1)
                hint = f"a link names a file relative to {posixpath.dirname(item.path)}/"
                self.warnings.append(Problem(message, place, hint, "link"))

    def _size(self, url: str) -> tuple[int, int]:
        """Return width and height of the picture at a URL, in pixels; (0, 0) where it is none or does not tell."""
        path = re.split(r"[?#]", url, maxsplit=1)[0]
        if path in self._assets:
            source = self._root / self._assets[path][0]
        elif path in self._static:
            source = self._root / self._static[path].source
        else:
            return (0, 0)
        try:
            width, height = imagesize.get(source)
        except Exception:  # whatever bytes somebody named a picture: it is then shown without its size
            return (0, 0)
        return (round(width), round(height)) if width > 0 and height > 0 else (0, 0)
