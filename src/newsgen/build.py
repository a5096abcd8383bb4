"""The whole program on one screen: settings, load, plan, render, write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple, TypeVar

from newsgen import config, files, history, load, making, plan, search, theme
from newsgen.errors import BuildError, ContentError, Location, NewsgenError, Problem, TemplateError, raise_all
from newsgen.fingerprint import Fingerprinter
from newsgen.load import Reading, Selection
from newsgen.making import Failure
from newsgen.memory import Listing, Memory, Outcome, listing
from newsgen.model import Archive, Asset, Bundle, Page, Site
from newsgen.render import Renderer, RenderSettings, tools_of
from newsgen.workers import Workers, in_batches
from newsgen.write import Changes, Target

__all__ = ["CACHE", "Opened", "Options", "Report", "Survey", "build", "opened", "output_folder", "survey"]

CACHE = ".newsgen"
# Pages in a batch, counted by what they cost: a page of one article is 1, and each article in a list a tenth of it.
_BATCH = 64
_LARGE = 8


class Options(NamedTuple):
    """How to build. `workers` read and render.

    `strict` makes warnings errors; `keep_going` builds all that is sound; `full` renders what is current as well;
    `offline` names index.html in links, for pages that are opened from disk. Without `search` the site has none;
    `indexes` is the most parts of the search index that this build makes, None for all: others stay as they are.
    """

    selection: Selection = Selection()
    offline: bool = False
    full: bool = False
    strict: bool = False
    keep_going: bool = False
    search: bool = True
    indexes: int | None = None
    workers: Workers = Workers()
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did. `rendered` are the URLs of the pages and files that were made anew, in order.

    `waiting` counts the parts of the search index that were put off.
    """

    articles: int
    planned: int
    rendered: tuple[str, ...]
    changes: Changes
    warnings: tuple[Problem, ...]
    errors: tuple[NewsgenError, ...]
    notes: tuple[str, ...]
    waiting: int = 0


class Survey(NamedTuple):
    """A site as it would be built."""

    site: Site
    archive: Archive
    plan: plan.Plan
    errors: tuple[NewsgenError, ...]


def survey(root: Path, selection: Selection = Selection()) -> Survey:
    """Return the site at `root`, its archive and its plan, with all that is wrong in them; write nothing.

    Raises ExceptionGroup of ConfigError where the settings cannot be read.
    """
    site = config.read(root)
    past = history.source_of(root, site)
    return _survey(site, root, selection, Reading(), None, past, history.Reading())


def _survey(
    site: Site,
    root: Path,
    selection: Selection,
    reading: Reading,
    walked: Mapping[str, files.Walk] | None,
    past: history.Source | None,
    past_reading: history.Reading,
) -> Survey:
    loaded = load.read(site, root, selection, reading, walked)
    archive = history.with_versions(loaded.archive, past, past_reading) if past else loaded.archive
    planned = plan.plan(archive, loaded.assets)
    lost = (TemplateError(problem) for problem in theme.problems(root))
    return Survey(site, archive, planned, (*loaded.errors, *planned.errors, *lost))


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

    Raises ExceptionGroup of ConfigError where the settings cannot be read.
    """
    site = config.read(root)
    memory = Memory(root / CACHE, "", 0, (*_source_keys(site), b""), writes=False)
    try:
        found = listing(root)
        reading = Reading(workers, memory.known(found), progress=lambda done, total: progress("reading", done, total))
        loaded = load.read(site, root, selection, reading, found.walked)
        settings = RenderSettings(str(root), None, site.base_url, site.markdown, words=site.words)
        renderer = Renderer(settings)
        known = making.converted_before(str(memory.folder), memory.convert_key, memory.converted)
        with renderer.remembering(known, lambda body, html: None):
            yield Opened(loaded.archive, loaded.errors, renderer)
    finally:
        memory.close()


def build(root: Path, out: Path | None = None, options: Options = Options()) -> Report:
    """Bring `out` up to date with the site at `root`; None is the folder that its settings name.

    After it returns, `out` holds byte for byte what a build into an empty folder would hold, beside files that
    newsgen did not write. Raises ExceptionGroup of all mistakes, or BuildError, and leaves `out` as it was; with
    `keep_going` the mistakes in content and templates are in the report, and what is faulty keeps its last page.
    """
    site = config.read(root)
    site = replace(site, has_search=site.has_search and options.search)
    folder = output_folder(root, site, out)
    past = history.source_of(root, site)
    with Target(folder, root / CACHE, site.base_url or site.title) as target:
        memory = Memory(root / CACHE, target.place, target.started, _keys(site, options, past))
        try:
            found = listing(root)
            return _patched(root, site, target, memory, found, options) or _built(
                root, site, folder, target, memory, found, options, past
            )
        finally:
            memory.close()


def _patched(root: Path, site: Site, target: Target, memory: Memory, found: Listing, options: Options) -> Report | None:
    """Build where nothing but texts changed since the last build; None where more may have changed."""
    # Where a build is to go on in spite of mistakes, what is sound has to be told from what is not.
    plans_all = options.full or options.keep_going
    patch = None if plans_all else memory.patch(found, root, site, target.record_digest)
    if patch is None or (options.strict and patch.outcome.warnings) or not target.is_as_left():
        return None
    outcome = patch.outcome
    items, waiting = _put_off(patch.items, options)
    target.confirm_all_but(items)
    renderer = _renderer(root, site, outcome.site, memory, options)
    wanted = {item.url: renderer.fingerprint(item) for item in items}
    failures = _make(renderer, items, wanted, target, memory, options)
    raise_all("the site has mistakes", [failure.error for failure in failures])
    # The folder stands as it was left: with nothing made there is nothing to publish.
    changes = target.publish() if items else Changes((), (), ())
    if patch.items or found.standings != memory.standings:
        memory.keep_made(making.remembered(waiting))
        memory.save_patch(found, target.record_digest, [item.url for item in waiting])
    urls = tuple(item.url for item in items)
    return Report(outcome.articles, outcome.planned, urls, changes, outcome.warnings, (), outcome.notes, len(waiting))


def _built(
    root: Path,
    site: Site,
    folder: Path,
    target: Target,
    memory: Memory,
    found: Listing,
    options: Options,
    past: history.Source | None,
) -> Report:
    """Build whatever changed: read, plan and compare the whole site."""
    reading = Reading(
        options.workers,
        memory.known(found),
        memory.keep_parsed,
        lambda done, total: options.progress("reading", done, total),
    )
    past_reading = history.Reading(
        options.workers,
        root / CACHE,
        _source_keys(site)[0],
        lambda done, total: options.progress("reading the history", done, total),
    )
    _, archive, planned, mistakes = _survey(site, root, options.selection, reading, found.walked, past, past_reading)
    warnings = (*archive.warnings, *planned.warnings)
    errors = [*mistakes, *(_as_errors(warnings) if options.strict else ())]
    if errors and not options.keep_going:
        memory.save_sources(found)
        raise_all("the site has mistakes", errors)
    _refuse_strangers(target, folder, root, site)
    renderer = _renderer(root, site, planned.site, memory, options)
    wanted = {
        item.url: renderer.fingerprint(item)
        for item in planned.items
        if target.may_be_current(item, renderer.origin(item))
    }
    before = target.record_digest
    # Pages that were made by a build that was killed before it could remember them are made again, to be remembered.
    makes_all = options.full or not memory.holds_the_pages_of(before)
    stale = [
        item
        for item in planned.items
        if item.url not in wanted or not target.is_current(item, wanted[item.url]) or makes_all
    ]
    now, waiting = _put_off(stale, options)
    for item in waiting:
        target.keep(item)
    failures = _make(renderer, now, wanted, target, memory, options)
    if failures and not options.keep_going:
        memory.save_sources(found)
        raise_all("the site has mistakes", [failure.error for failure in failures])
    changes = target.publish(removes=not errors and not failures)
    notes = _notes(site, archive, planned.items, options.selection)
    outcome = Outcome(len(archive.articles), len(planned.items), warnings, notes, planned.site)
    urls = [item.url for item in planned.items]
    memory.keep_made(making.remembered(waiting))
    memory.save_plan(
        found,
        urls,
        outcome,
        before,
        target.record_digest,
        is_whole=not errors and not failures,
        waiting=[item.url for item in waiting],
    )
    return Report(
        articles=outcome.articles,
        planned=outcome.planned,
        rendered=tuple(item.url for item in now),
        changes=changes,
        warnings=warnings,
        errors=(*errors, *(failure.error for failure in failures)),
        notes=notes,
        waiting=len(waiting),
    )


_Item = TypeVar("_Item", Page | Bundle, Page | Asset | Bundle)


def _put_off(items: Sequence[_Item], options: Options) -> tuple[Sequence[_Item], list[Bundle]]:
    """Return the items to make now, and the parts of the search index that are to wait for another build."""
    bundles = [item for item in items if isinstance(item, Bundle)]
    waiting = [] if options.indexes is None else bundles[options.indexes :]
    urls = {item.url for item in waiting}
    return [item for item in items if item.url not in urls], waiting


def _renderer(root: Path, site: Site, context: object, memory: Memory, options: Options) -> Renderer:
    """Return what renders pages that know `context` as `site`."""
    settings = RenderSettings(str(root), context, site.base_url, site.markdown, options.offline, site.words)
    # A compiled template holds what Jinja could work out: links to fixed paths and texts of the interface, for some.
    key = Fingerprinter().digest((memory.convert_key, settings.base_url, settings.names_index, site.words.digest))
    return Renderer(settings, theme.Compiled(root / CACHE / "templates", key))


def _keys(site: Site, options: Options, past: history.Source | None) -> tuple[bytes, bytes, bytes]:
    """Return the digests of what is remembered depends on beside the files: to parse, to convert, and to plan."""
    folder = theme.built_in_folder()
    built_in = files.walk(folder.parent, folder.name)
    selection = (*options.selection, options.offline, site.has_search, past)
    plan_key = Fingerprinter().digest(
        (tools_of(site.markdown), _libraries(), selection, built_in.files, built_in.standings)
    )
    return (*_source_keys(site), plan_key)


def _source_keys(site: Site) -> tuple[bytes, bytes]:
    """Return the digests of what parsing and converting depend on beside the files."""
    tools = tools_of(site.markdown)
    digest = Fingerprinter().digest
    return (
        digest((tools, _libraries(), site.taxonomies, site.front_matter, site.timezone, site.markdown)),
        digest((tools, site.markdown)),
    )


def _libraries() -> tuple[tuple[str, str], ...]:
    return tuple((name, version(name)) for name in ("pyyaml", "python-slugify", "tzdata", "imagesize"))


def _make(
    renderer: Renderer,
    stale: Sequence[Page | Asset | Bundle],
    wanted: Mapping[str, bytes],
    target: Target,
    memory: Memory,
    options: Options,
) -> list[Failure]:
    """Render and stage; return what could not be rendered."""
    # Feeds and the index are made last: of texts that were converted for their pages.
    pages = [item for item in stale if not isinstance(item, Bundle) and not _is_feed(item)]
    feeds = [item for item in stale if _is_feed(item)]
    bundles = [item for item in stale if isinstance(item, Bundle)]
    documents = sum(len(item.documents) for item in bundles) if len(bundles) > 1 else 0
    failures = _make_all("rendering", pages, len(pages), renderer, wanted, target, memory, options)
    failures += _make_all("making feeds", feeds, len(feeds), renderer, wanted, target, memory, options)
    return failures + _make_all("indexing", bundles, documents, renderer, wanted, target, memory, options)


def _is_feed(item: Page | Asset | Bundle) -> bool:
    return isinstance(item, Page) and item.kind == "feed"


def _make_all(
    stage: str,
    stale: Sequence[Page | Asset | Bundle],
    effort: int,
    renderer: Renderer,
    wanted: Mapping[str, bytes],
    target: Target,
    memory: Memory,
    options: Options,
) -> list[Failure]:
    if not stale:
        return []
    workers = options.workers
    is_shared = workers.inherits or not workers.are_elsewhere(effort)
    job = making.Job(renderer.settings, target.stage(), str(memory.folder), memory.convert_key)
    if is_shared:
        renderer.prepare(stale)
        job = replace(job, items=tuple(stale), wanted=wanted, converted=memory.converted, renderer=renderer)
    found = in_batches(stale, _cost, _BATCH)
    batches: Iterable[making.Batch] = _ranges(found) if is_shared else found
    failures: list[Failure] = []
    done = 0
    for made in workers.run(making.make, job, batches, effort, lambda batch: _batch_name(stage, batch, stale)):
        for staged in made.staged:
            target.take(staged)
        failures.extend(made.failures)
        memory.keep_made(made)
        done += made.done
        options.progress(stage, done, len(stale))
    return failures


def _cost(item: Page | Asset | Bundle) -> int:
    if isinstance(item, Bundle):
        return _BATCH
    return 1 if isinstance(item, Asset) or item.kind in ("article", "citation", "article-data", "version") else _LARGE


def _ranges(batches: Iterable[Sequence[Page | Asset | Bundle]]) -> Iterator[range]:
    """Yield batches by number, for workers that have the items."""
    start = 0
    for batch in batches:
        yield range(start, start + len(batch))
        start += len(batch)


def _batch_name(stage: str, batch: making.Batch, stale: Sequence[Page | Asset | Bundle]) -> str:
    items = stale[batch.start : batch.stop] if isinstance(batch, range) else batch
    return f"{stage} {items[0].url}" + (f" and {len(items) - 1} other pages" if len(items) > 1 else "")


def output_folder(root: Path, site: Site, out: Path | None) -> Path:
    """Return the folder to write. Raises BuildError where the site itself, or what it is made of, would be there."""
    folder = (root / site.output if out is None else out).absolute()
    real, home = folder.resolve(), root.resolve()
    sources = [home / name for name in (load.ARTICLES, load.PAGES, load.STATIC, "templates", CACHE, ".git")]
    if real == home or real in home.parents or any(real == source or source in real.parents for source in sources):
        message = "the site itself stands here, and cannot be built into its own sources"
        raise BuildError(Problem(message, Location(str(folder)), "name a folder that is for published files alone"))
    return folder


def _refuse_strangers(target: Target, folder: Path, root: Path, site: Site) -> None:
    """Raise BuildError before building into a folder of somebody else's files."""
    if not target.is_ours() and folder.resolve() != (root / "output").resolve():
        message = "there are files here that newsgen did not write for this site"
        raise BuildError(
            Problem(message, Location(str(folder)), "name an empty folder, or one built by newsgen before")
        )


def _as_errors(warnings: Iterable[Problem]) -> list[NewsgenError]:
    return [ContentError(warning) for warning in warnings]


def _notes(
    site: Site, archive: Archive, items: Sequence[Page | Asset | Bundle], selection: Selection
) -> tuple[str, ...]:
    """Return what the author should know once, and need not mend."""
    notes = []
    if not site.base_url and (site.has_feeds or site.has_sitemap or site.has_news_sitemap or site.has_structured_data):
        notes.append("no base_url is set: feeds, the sitemap and JSON-LD, which need it, are left out")
    undated = {item.entry.url for page in items if isinstance(page, Page) for item in plan.undated_in_rss(page)}
    if undated:
        count = len(undated)
        notes.append(
            f"{count} article{'s' if count != 1 else ''} from before 1900: RSS cannot date "
            f"{'them' if count != 1 else 'it'} in its own way, and has the date as dc:date"
        )
    if site.has_news_sitemap and site.base_url and selection.now is None:
        notes.append("the news sitemap is left out: it needs the time, as in 'newsgen build --now now'")
    if site.has_sitemap and site.base_url:
        count = sum(isinstance(item, Page) and plan.has_long_address(item, site) for item in items)
        if count:
            pages = f"{count} pages have addresses" if count != 1 else "1 page has an address"
            notes.append(f"{pages} longer than a sitemap may hold (2,047 characters), and not listed there")
    if selection.now is not None:
        count = archive.held_back
        notes.append(
            f"{count} article{'s are' if count != 1 else ' is'} held back, dated later than the time that was given"
        )
    languages = {
        item.language for item in items if isinstance(item, Bundle) and not search.is_segmenting(item.language)
    }
    if languages:
        notes.append(
            f"search finds whole phrases alone in {', '.join(sorted(languages))}, where no blanks stand between words: "
            "'pip install newsgen[cjk]' mends that"
        )
    if not archive.articles:
        notes.append("there are no articles yet: make one with 'newsgen new \"Headline\"'")
    return tuple(notes)
