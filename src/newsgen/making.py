"""What a worker does with pages: render them, stage them, and tell what was made.

It runs in any process. What it is given is small or inherited, what it gives back is small: the files themselves are
staged by the worker.
"""

from __future__ import annotations

import copyreg
import io
import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from newsgen import search
from newsgen.errors import NewsgenError
from newsgen.model import Asset, Body, Bundle, Page
from newsgen.render import Renderer, RenderSettings
from newsgen.store import Store, packed, unpacked
from newsgen.value import Value
from newsgen.write import Stage, Staged, stage

__all__ = ["Batch", "Failure", "Job", "Made", "Planned", "converted_before", "make", "pages_in", "remembered"]

# Converted texts that are kept in the hope of another use, in batches of some 64.
_MOST_BATCHES = 24


@dataclass(frozen=True, slots=True)
class Failure(Value):
    """A page or file that could not be made, and why."""

    url: str
    error: NewsgenError


@dataclass(frozen=True, slots=True)
class Job(Value):
    """What the making of all pages shares.

    `items` are those to be made, where workers inherit them; a batch names them by number. Else it is empty, and a
    batch holds them itself. `wanted` are the fingerprints that are known. `converted` says in which chunk of the store
    in the folder `cache` the HTML of a source file stands; `key` is what that HTML was made with. `renderer` is one
    that workers inherit.
    """

    settings: RenderSettings
    stage: Stage
    cache: str
    key: bytes
    items: tuple[Page | Asset | Bundle, ...] = ()
    wanted: Mapping[str, bytes] = field(default_factory=dict)
    converted: Mapping[str, int] = field(default_factory=dict)
    renderer: Renderer | None = None


Batch: TypeAlias = "range | tuple[Page | Asset | Bundle, ...]"


class Planned(NamedTuple):
    """A page that holds texts: its URL, and the source files of these."""

    url: str
    paths: tuple[str, ...]


class Made(NamedTuple):
    """What came of a batch.

    `done` counts the items. `pages` are those of the pages that hold texts, packed, and `planned` names them;
    `converted` is the HTML of the texts that were converted for it, packed, and `sources` their files.
    """

    done: int
    staged: tuple[Staged, ...]
    failures: tuple[Failure, ...]
    planned: tuple[Planned, ...]
    pages: bytes
    sources: tuple[str, ...]
    converted: bytes


def _digest(body: Body) -> bytes:
    return body.digest + b"-" if body.drops_title else body.digest


def _converted_in(data: bytes | None, key: bytes) -> Mapping[bytes, str]:
    """Return the HTML of texts by their digest; nothing of what was made with another `key`."""
    found = unpacked(data)
    if isinstance(found, tuple) and len(found) == 2 and found[0] == key and isinstance(found[1], dict):
        return found[1]
    return {}


@lru_cache(maxsize=1)
def _renderer(settings: RenderSettings) -> Renderer:
    return Renderer(settings)


@lru_cache(maxsize=1)
def _store(cache: str, process: int) -> Store:
    """Return the store to read from; each process needs one of its own."""
    return Store(Path(cache))


@lru_cache(maxsize=_MOST_BATCHES)
def _converted(cache: str, key: bytes, number: int, process: int) -> Mapping[bytes, str]:
    return _converted_in(_store(cache, process).get(number), key)


def converted_before(cache: str, key: bytes, converted: Mapping[str, int]) -> Callable[[Body], str | None]:
    """Return what gives the HTML of a text that was converted before, and None for others; arguments as in `Job`."""

    def known(body: Body) -> str | None:
        number = converted.get(body.path)
        return None if number is None else _converted(cache, key, number, os.getpid()).get(_digest(body))

    return known


def make(job: Job, batch: Batch) -> Made:
    """Render and stage a batch of items. Raises BuildError where the stage cannot be written."""
    items = job.items[batch.start : batch.stop] if isinstance(batch, range) else batch
    renderer = job.renderer or _renderer(job.settings)
    fresh: dict[bytes, str] = {}
    sources: dict[str, None] = {}

    def remember(body: Body, html: str) -> None:
        fresh[_digest(body)] = html
        sources[body.path] = None

    staged: list[Staged] = []
    failures: list[Failure] = []
    with_texts: list[Page | Bundle] = []
    with renderer.remembering(converted_before(job.cache, job.key, job.converted), remember):
        for item in items:
            try:
                fingerprint = job.wanted.get(item.url) or renderer.fingerprint(item)
                # All files of an item or none: what could not be made keeps its last state.
                staged += [stage(job.stage, url, data, fingerprint) for url, data in _files_of(item, renderer)]
            except NewsgenError as error:
                failures.append(Failure(item.url, error))
                continue
            if isinstance(item, Bundle) or (renderer.has_read_a_text and isinstance(item, Page)):
                with_texts.append(item)
    planned, pages = _packed_pages(with_texts)
    converted = packed((job.key, fresh)) if fresh else b""
    return Made(len(items), tuple(staged), tuple(failures), planned, pages, tuple(sources), converted)


def remembered(items: Sequence[Page | Bundle]) -> Made:
    """Return what is to be remembered of items that hold texts and are not made this time."""
    planned, pages = _packed_pages(items)
    return Made(0, (), (), planned, pages, (), b"")


def _files_of(item: Page | Asset | Bundle, renderer: Renderer) -> Iterator[tuple[str, bytes]]:
    """Yield the files of an item: URL and bytes."""
    if isinstance(item, Bundle):
        for name, data in search.index_files(renderer.texts(item), item.language):
            yield f"{item.url}{name}", data
    else:
        output = renderer.render(item)
        yield output.url, output.data


# A page without the texts that it holds: each stands there by the path of its file.


def _text_of(path: str) -> Body:
    """Stand, in a packed page, for the text of a file."""
    raise LookupError(path)


class _Unpickler(pickle.Unpickler):
    def __init__(self, data: bytes, bodies: Mapping[str, Body]) -> None:
        super().__init__(io.BytesIO(data))
        self._bodies = bodies

    def find_class(self, module: str, name: str) -> Any:  # Any: as pickle has it
        return self._bodies.__getitem__ if name == _text_of.__name__ else super().find_class(module, name)


def _packed_pages(pages: Sequence[Page | Bundle]) -> tuple[tuple[Planned, ...], bytes]:
    """Return the pages, each named with the files of the texts that it holds; and their bytes."""
    planned: list[Planned] = []
    rows: list[tuple[str, bytes]] = []
    bodies: dict[str, Body] = {}
    paths: dict[str, None] = {}

    def by_path(body: Body) -> tuple[Callable[[str], Body], tuple[str]]:
        bodies[body.path] = body
        paths[body.path] = None
        return _text_of, (body.path,)

    table = {**copyreg.dispatch_table, Body: by_path}
    for page in pages:
        paths.clear()
        file = io.BytesIO()
        pickler = pickle.Pickler(file, protocol=pickle.HIGHEST_PROTOCOL)
        pickler.dispatch_table = table
        pickler.dump(page)
        planned.append(Planned(page.url, tuple(paths)))
        rows.append((page.url, file.getvalue()))
    return tuple(planned), packed((rows, bodies)) if rows else b""


def pages_in(data: bytes | None, urls: Iterable[str], changed: Callable[[Body], Body]) -> list[Page | Bundle] | None:
    """Return those pages of a batch that stand at `urls`, with what `changed` gives for each text in its place.

    None where one is not there, or the batch is damaged.
    """
    found = unpacked(data)
    if not isinstance(found, tuple) or len(found) != 2:
        return None
    rows, bodies = dict(found[0]), {path: changed(body) for path, body in found[1].items()}
    pages: list[Page | Bundle] = []
    for url in urls:
        if url not in rows:
            return None
        try:
            page = _Unpickler(rows[url], bodies).load()
        except Exception:  # a class that changed its shape since may fail in any way
            return None
        if not isinstance(page, Page | Bundle):
            return None
        pages.append(page)
    return pages
