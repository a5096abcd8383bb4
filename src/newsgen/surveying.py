"""A site as it stands: read and planned with what its builds remember, and nothing written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from newsgen import config, files, history, ledger, load, making, plan, theme
from newsgen.errors import NewsgenError, TemplateError
from newsgen.fingerprint import Fingerprinter
from newsgen.ledger import Ledger
from newsgen.load import Reading, Selection
from newsgen.memory import Memory, listing
from newsgen.model import Archive, Site
from newsgen.render import Renderer, RenderSettings, tools_of
from newsgen.workers import Workers

__all__ = [
    "CACHE",
    "Opened",
    "Survey",
    "Surveyed",
    "ledger_data",
    "libraries",
    "opened",
    "remembering",
    "source_keys",
    "survey",
    "survey_with",
    "surveyed",
]

CACHE = ".newsgen"


class Survey(NamedTuple):
    """A site as it would be built."""

    site: Site
    archive: Archive
    plan: plan.Plan
    errors: tuple[NewsgenError, ...]


def survey(root: Path, selection: Selection = Selection(), workers: Workers = Workers(), today: str = "") -> Survey:
    """Return the site at `root`, its archive and its plan, with all that is wrong in them; write nothing.

    Raises ExceptionGroup of ConfigError or LedgerError where the settings or the ledger cannot be read.
    """
    with _asked(root, workers, lambda stage, done, total: None) as asked:
        return survey_with(asked.site, root, selection, asked.reading, asked.walked, asked.known, today)


def survey_with(
    site: Site,
    root: Path,
    selection: Selection,
    reading: Reading,
    walked: Mapping[str, files.Walk] | None,
    known: Ledger,
    today: str,
    past_reading: history.Reading = history.Reading(),
) -> Survey:
    """Return a site as it would be built, read as the arguments say; `known` is its ledger."""
    loaded = load.read(site, root, selection, reading, walked, known)
    past = history.source_of(root, site)
    archive = history.with_versions(loaded.archive, past, past_reading) if past else loaded.archive
    planned = plan.plan(archive, loaded.assets, is_whole=not loaded.errors, today=today)
    lost = (TemplateError(problem) for problem in theme.problems(root))
    return Survey(site, archive, planned, (*loaded.errors, *planned.errors, *lost))


def ledger_data(root: Path, site: Site) -> bytes | None:
    """Return the bytes of the site's ledger; None where it keeps none, or has none yet."""
    return None if site.permalinks.guard == "off" else ledger.read(root)


class Surveyed(NamedTuple):
    """A site as it would be built, and `renderer`, which makes its pages."""

    survey: Survey
    renderer: Renderer


@contextmanager
def surveyed(
    root: Path,
    selection: Selection = Selection(),
    workers: Workers = Workers(),
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
    today: str = "",
) -> Iterator[Surveyed]:
    """Give what `survey` returns, with what makes the pages, and with what builds remember; write nothing.

    Raises ExceptionGroup of ConfigError or LedgerError where the settings or the ledger cannot be read.
    """
    with _asked(root, workers, progress) as asked:
        found = survey_with(asked.site, root, selection, asked.reading, asked.walked, asked.known, today)
        with _rendering(root, asked, found.plan.site) as renderer:
            yield Surveyed(found, renderer)


class Opened(NamedTuple):
    """A site that was read: its archive, what is wrong in it, and `renderer`, which gives the HTML of its texts."""

    archive: Archive
    errors: tuple[NewsgenError, ...]
    renderer: Renderer


@contextmanager
def opened(
    root: Path,
    selection: Selection = Selection(),
    workers: Workers = Workers(),
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
) -> Iterator[Opened]:
    """Give the site at `root` without planning it, with what its builds remember; write nothing.

    Raises ExceptionGroup of ConfigError or LedgerError where the settings or the ledger cannot be read.
    """
    with _asked(root, workers, progress) as asked:
        loaded = load.read(asked.site, root, selection, asked.reading, asked.walked, asked.known)
        with _rendering(root, asked, None) as renderer:
            yield Opened(loaded.archive, loaded.errors, renderer)


class _Asked(NamedTuple):
    """What a site is read with: its settings and ledger, how to read it, its files, and what its builds remember."""

    site: Site
    known: Ledger
    reading: Reading
    walked: Mapping[str, files.Walk]
    memory: Memory


@contextmanager
def _asked(root: Path, workers: Workers, progress: Callable[[str, int, int], None]) -> Iterator[_Asked]:
    """Give what a site is read with. What its builds remember is only asked."""
    site = config.read(root)
    known = ledger.parse(ledger_data(root, site))
    memory = Memory(root / CACHE, "", 0, (*source_keys(site), b""), writes=False)
    try:
        found = listing(root)
        reading = Reading(workers, memory.known(found), progress=lambda done, total: progress("reading", done, total))
        yield _Asked(site, known, reading, found.walked, memory)
    finally:
        memory.close()


@contextmanager
def _rendering(root: Path, asked: _Asked, context: object) -> Iterator[Renderer]:
    """Give what renders pages that know `context` as `site`."""
    site = asked.site
    settings = RenderSettings(str(root), context, site.base_url, site.markdown, words=site.words)
    with remembering(Renderer(settings), asked.memory) as renderer:
        yield renderer


@contextmanager
def remembering(renderer: Renderer, memory: Memory) -> Iterator[Renderer]:
    """Give a renderer that takes from memory what was converted before."""
    known = making.converted_before(str(memory.folder), memory.convert_key, memory.converted)
    with renderer.remembering(known, lambda body, html: None):
        yield renderer


def source_keys(site: Site) -> tuple[bytes, bytes]:
    """Return the digests of what parsing and converting depend on beside the files."""
    tools = tools_of(site.markdown)
    digest = Fingerprinter().digest
    return (
        digest((tools, libraries(), site.taxonomies, site.front_matter, site.timezone, site.markdown)),
        digest((tools, site.markdown)),
    )


def libraries() -> tuple[tuple[str, str], ...]:
    """Return the names and versions of libraries that reading depends on."""
    return tuple((name, version(name)) for name in ("pyyaml", "python-slugify", "tzdata", "imagesize"))
