"""What was built -> a web archive: every page and file under its address, as a reader's browser was given it.

Sources: Web Archive Collection Zipped (WACZ) 1.1.1 and Crawl Index JSON (CDXJ) 0.1.0, both of Webrecorder.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit
from uuid import NAMESPACE_URL, uuid5
from zipfile import ZIP64_LIMIT, ZIP_DEFLATED, ZIP_STORED, ZipFile

from newsgen.address import in_full
from newsgen.build import Built
from newsgen.config import FILE_NAME
from newsgen.dates import Moment
from newsgen.errors import ConfigError, Location, Problem
from newsgen.markup import plain_text
from newsgen.model import TAKEN_BACK, Article, Body, Site
from newsgen.packages.contents import Progress, Readable, check_output, output, rfc3339
from newsgen.packages.warc import Placed, Writer, content_type
from newsgen.packages.zipped import Hashed, entry, new_zip
from newsgen.permalink import URL_SAFE, output_path
from newsgen.placing import placed_file
from newsgen.version import VERSION

__all__ = ["ENDING", "address_of", "latest_instant", "sort_key", "write_wacz"]

ENDING = ".wacz"
_VERSION = "1.1.1"
_FRONT = "index.html"
_WARC, _INDEX, _BLOCKS = "data.warc.gz", "index.cdx.gz", "index.idx"
_WARC_FORMAT = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
# Bytes of a record, at most, beside the file that it holds: headers with an address of 2,000 characters.
_MOST_HEADERS = 4_000
# Lines of the index that are packed together: who looks up an address reads one such block.
_LINES = 300
_WWW = re.compile(r"^www\d*\.")
_TITLE = re.compile(rb"<title>(.*?)</title>", re.DOTALL)
_UNLISTED = re.compile(rb'<meta name="robots" content="[^"]*noindex|<meta http-equiv="refresh"')


def write_wacz(
    contents: Built,
    articles: Sequence[Article],
    html: Callable[[Body, Callable[[str], str]], str],
    place: Path,
    progress: Progress,
    *,
    date: int | None = None,
    replaces: bool = False,
) -> None:
    """Write what was built of the site into a web archive at `place`.

    `articles` are those of the archive, the oldest first, and `html` gives the HTML of a text with what a function
    makes of each URL on the site. `date` is that of the capture, as `Moment.instant`; None for the last date that the
    articles tell. Raises ConfigError where the site does not know its address, and BuildError where the archive
    cannot be written or a file is not what it was when the site was built; then `place` stays as it was.
    """
    site = contents.site
    if not site.base_url:
        hint = "write the address that the site is published at as base_url"
        raise ConfigError(Problem("a web archive needs the address of the site", Location(FILE_NAME), hint))
    when = rfc3339(latest_instant(articles) if date is None else date)
    with placed_file(place, replaces=replaces, by="") as path, new_zip(path) as file:
        resources = _Resources(file, is_large=_most_bytes(contents) > ZIP64_LIMIT)
        index = _Index(when)
        listed = {output_path(item.url): item for item in articles if _is_listed(item)}
        with resources.open(f"archive/{_WARC}", ZIP_STORED) as out:
            others = _write_records(contents, Writer(out, when), index, listed, progress)
        with resources.open(f"indexes/{_INDEX}", ZIP_STORED) as out:
            out.write_all(index.blocks())
        with resources.open(f"indexes/{_BLOCKS}", ZIP_DEFLATED) as out:
            out.write(index.table())
        with resources.open("pages/pages.jsonl", ZIP_DEFLATED) as out:
            found = [item for place, item in listed.items() if place in contents.outputs]
            out.write_all(_lines("pages", "Articles", _pages(site, found, html, when), has_text=True))
        with resources.open("pages/extraPages.jsonl", ZIP_DEFLATED) as out:
            out.write_all(_lines("extra", "Other pages", (_page(url, when, title) for url, title in others)))
        package = _package(site, resources.found, when)
        digest = {"path": "datapackage.json", "hash": f"sha256:{sha256(package).hexdigest()}"}
        for name, data in (("datapackage.json", package), ("datapackage-digest.json", _json(digest))):
            file.writestr(entry(name, ZIP_DEFLATED), data)


def latest_instant(articles: Iterable[Article]) -> int:
    """Return the last moment that articles tell as theirs, of publication or update; 1970 where there are none."""
    moments: Iterator[Moment] = (
        moment for item in articles for moment in (item.date, item.updated) if moment is not None
    )
    return max((moment.instant for moment in moments), default=_EPOCH)


_EPOCH = 719_163 * 86_400  # the start of 1970, as `Moment.instant` counts


def _is_listed(article: Article) -> bool:
    """Whether an article stands in lists: only its own notice tells of one that was taken back."""
    return not article.redirect and article.status not in (*TAKEN_BACK, "hidden")


def address_of(base_url: str, path: str) -> str:
    """Return the whole address of a file of the output folder: of a folder's page that of the folder."""
    folder, _, name = path.rpartition("/")
    url = (f"/{folder}/" if folder else "/") if name == "index.html" else f"/{path}"
    return in_full(base_url, quote(url, safe=URL_SAFE))


def sort_key(address: str) -> str:
    """Return an address in the form that indexes are sorted by: "https://www.example.org/A/" is "org,example)/a/".

    The program that looks an address up makes the same of it: "www." goes, and a "/" at the end stays.
    """
    parts = urlsplit(address.lower())
    host = ",".join(reversed(_WWW.sub("", parts.hostname or "").split(".")))
    port = f":{parts.port}" if parts.port else ""
    return f"{host}{port}){parts.path}"


def _most_bytes(contents: Built) -> int:
    """Return more bytes than any file of the package will have."""
    found = (contents.folder / path for path in contents.outputs)
    return sum((place.lstat().st_size if place.is_file() else 0) * 101 // 100 + _MOST_HEADERS for place in found)


# Records


class _Other(NamedTuple):
    """A page that is no article."""

    url: str
    title: str


def _write_records(
    contents: Built, writer: Writer, index: _Index, listed: Mapping[str, Article], progress: Progress
) -> list[_Other]:
    """Write a record for every file, in the order of the index, and return the pages that are no articles."""
    site = contents.site
    writer.write_about(
        {
            "software": f"newsgen {VERSION}",
            "format": "WARC File Format 1.1",
            "conformsTo": _WARC_FORMAT,
            "isPartOf": site.title,
            "publisher": site.publisher.name,
            "description": f"Written from the files that newsgen made for {site.base_url}/, not captured there",
        }
    )
    found = ((address_of(site.base_url, path), path) for path in contents.outputs)
    others: list[_Other] = []
    order = sorted((sort_key(address), address, path) for address, path in found)
    for number, (key, address, path) in enumerate(order, 1):
        kind = content_type(path)
        with output(contents, path) as readable:
            size, digest, start = _measured(readable)
            check_output(contents, path, digest)
            readable.seek(0)
            placed = writer.write_response(address, kind, readable, size, digest.hex())
        index.add(key, address, kind.partition(";")[0], digest.hex(), placed)
        if path.endswith(".html") and path != _FRONT and path not in listed and not _UNLISTED.search(start):
            title = _TITLE.search(start)
            others.append(_Other(address, unescape(title[1].decode("utf-8", "replace")) if title else ""))
        progress(number, len(order))
    return others


def _measured(readable: Readable) -> tuple[int, bytes, bytes]:
    """Return the size of a file, its SHA-256, and its first part."""
    digest, size, start = sha256(), 0, b""
    for part in readable.parts():
        start = start or part
        digest.update(part)
        size += len(part)
    return size, digest.digest(), start


# The index


class _Index:
    """Lines that tell where the record of an address stands: packed in blocks, with a table of the blocks.

    They are to be added in their order.
    """

    def __init__(self, when: str) -> None:
        self._when = re.sub(r"\D", "", when)
        self._waiting: list[str] = []
        self._blocks: list[bytes] = []
        self._table = ["!meta 0 " + _compact({"format": "cdxj-gzip-1.0", "filename": _INDEX}) + "\n"]
        self._size = 0

    def add(self, key: str, address: str, mime: str, digest: str, placed: Placed) -> None:
        told = {
            "url": address,
            "digest": f"sha256:{digest}",
            "mime": mime,
            "offset": placed.offset,
            "length": placed.length,
            "recordDigest": f"sha256:{placed.digest}",
            "status": 200,
            "filename": _WARC,
        }
        self._waiting.append(f"{key} {self._when} {_compact(told)}\n")
        if len(self._waiting) == _LINES:
            self._pack()

    def blocks(self) -> list[bytes]:
        """Return the packed lines."""
        self._pack()
        return self._blocks

    def table(self) -> bytes:
        """Return the table of the blocks: the key of the first line of each, and where it stands."""
        return "".join(self._table).encode()

    def _pack(self) -> None:
        if not self._waiting:
            return
        block = _gzipped("".join(self._waiting).encode())
        key = " ".join(self._waiting[0].split(" ", 2)[:2])
        digest = f"sha256:{sha256(block).hexdigest()}"
        told = {"offset": self._size, "length": len(block), "digest": digest, "filename": _INDEX}
        self._table.append(f"{key} {_compact(told)}\n")
        self._blocks.append(block)
        self._size += len(block)
        self._waiting = []


def _gzipped(data: bytes) -> bytes:
    """Return `data` as a member of a gzip file, without a time in it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return packer.compress(data) + packer.flush()


# Pages


def _pages(
    site: Site, articles: Iterable[Article], html: Callable[[Body, Callable[[str], str]], str], when: str
) -> Iterator[dict[str, str]]:
    """Yield the front page, then the articles, the newest first, with their words."""
    yield _page(f"{site.base_url}/", when, site.title)
    for article in reversed(list(articles)):
        text = plain_text(html(article.content, str))
        page = _page(in_full(site.base_url, article.url), when, article.title)
        yield {**page, "published": article.date.iso, "text": text}


def _page(url: str, when: str, title: str) -> dict[str, str]:
    return {"id": uuid5(NAMESPACE_URL, url).hex, "url": url, "ts": when, "title": title}


def _lines(name: str, title: str, pages: Iterable[Mapping[str, str]], *, has_text: bool = False) -> Iterator[bytes]:
    """Yield the lines of a list of pages, the first of which tells what it is."""
    told = {"format": "json-pages-1.0", "id": name, "title": title}
    yield (_compact({**told, "hasText": True} if has_text else told) + "\n").encode()
    for page in pages:
        yield (_compact(page) + "\n").encode()


# The package


class _Resource(NamedTuple):
    """A file in the package."""

    path: str
    digest: str
    size: int


class _Resources:
    """The files of a package, that are written one after the other, and what is to be told of them.

    `is_large` says that one of them may have more than 2 GiB.
    """

    def __init__(self, file: ZipFile, *, is_large: bool) -> None:
        self._file = file
        self._is_large = is_large
        self.found: list[_Resource] = []

    @contextmanager
    def open(self, path: str, method: int) -> Iterator[Hashed]:
        info = entry(path, method, is_large=self._is_large)
        with self._file.open(info, "w", force_zip64=self._is_large) as out:
            hashed = Hashed(out)
            yield hashed
        self.found.append(_Resource(path, hashed.digest, hashed.size))


def _package(site: Site, resources: Iterable[_Resource], when: str) -> bytes:
    """Return what the package tells of itself. Sources: Data Package (Frictionless), and WACZ."""
    told = {
        "profile": "data-package",
        "wacz_version": _VERSION,
        "title": site.title,
        "description": site.description,
        "created": when,
        "software": f"newsgen {VERSION}",
        "mainPageUrl": f"{site.base_url}/",
        "mainPageDate": when,
        "resources": [
            {
                # The names of a data package have small letters alone.
                "name": item.path.rpartition("/")[2].lower(),
                "path": item.path,
                "hash": f"sha256:{item.digest}",
                "bytes": item.size,
            }
            for item in resources
        ],
    }
    return _json({name: value for name, value in told.items() if value})


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
