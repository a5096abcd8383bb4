"""The whole program on one screen: settings, load, plan, render, write."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, TypeVar

from newsgen import config, files, history, ledger, load, making, plan, search, theme
from newsgen.errors import (
    BuildError,
    ContentError,
    LedgerError,
    Location,
    NewsgenError,
    Problem,
    raise_all,
)
from newsgen.fingerprint import Fingerprinter
from newsgen.ledger import Ledger
from newsgen.load import Reading, Selection
from newsgen.making import Failure
from newsgen.memory import Listing, Memory, Outcome, Patch, last_made_with, listing
from newsgen.model import Archive, Asset, Bundle, Page, Site
from newsgen.permalink import output_path
from newsgen.plan.contexts import RedirectContext
from newsgen.render import Renderer, RenderSettings, tools_of
from newsgen.surveying import CACHE, ledger_data, libraries, remembering, source_keys, survey_with
from newsgen.workers import Workers, in_batches
from newsgen.write import Change, Changes, Target

__all__ = [
    "CACHE",
    "Built",
    "Options",
    "Rehearsal",
    "Report",
    "build",
    "built",
    "output_folder",
    "rehearsed",
]

# Pages in a batch, counted by what they cost: a page of one article is 1, and each article in a list a tenth of it.
_BATCH = 64
_LARGE = 8
# How a page sends on, and how much of it is looked through for that: no head of a page is longer.
_SENDS_ON = re.compile(rb"<meta[^>]{0,99}http-equiv\s*=\s*[\"']?refresh", re.IGNORECASE)
_HEAD = 20_000


class Options(NamedTuple):
    """How to build. `workers` read and render.

    `strict` makes warnings errors; `keep_going` builds all that is sound; `full` renders what is current as well;
    `offline` names index.html in links, for pages that are opened from disk. Without `search` the site has none;
    `indexes` is the most parts of the search index that this build makes, None for all: others stay as they are.
    `today` is the day on which new URLs are entered into the ledger, "" for none; no page knows it. A preview leaves
    the ledger as it is, and what would be lost is a warning; with `locked` it is an error if the ledger has to change.
    """

    selection: Selection = Selection()
    offline: bool = False
    full: bool = False
    strict: bool = False
    keep_going: bool = False
    search: bool = True
    indexes: int | None = None
    today: str = ""
    is_preview: bool = False
    locked: bool = False
    workers: Workers = Workers()
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None

    @property
    def leaves_ledger(self) -> bool:
        """Whether this is a preview: drafts and what is dated in the future are for the editors, and not published."""
        return self.is_preview or self.selection.drafts or self.selection.future


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did. `rendered` are the URLs of the pages and files that were made anew, in order.

    `waiting` counts the parts of the search index that were put off. `moved` are URLs at which a page stood and that
    now send on, each with where to; `emptied` are lists that have no articles any more, with where they lead since.
    `files` are all files that were changed, sorted by path. `base_url` is that of the settings.
    """

    articles: int
    planned: int
    rendered: tuple[str, ...]
    changes: Changes
    warnings: tuple[Problem, ...]
    errors: tuple[NewsgenError, ...]
    notes: tuple[str, ...]
    waiting: int = 0
    moved: tuple[tuple[str, str], ...] = ()
    emptied: tuple[tuple[str, str], ...] = ()
    files: tuple[Change, ...] = ()
    base_url: str = ""


def _read_settings(root: Path, options: Options) -> Site:
    """Return the site's settings, as the options change them."""
    site = config.read(root)
    site = replace(site, has_search=site.has_search and options.search)
    if options.leaves_ledger and site.permalinks.guard == "error":
        return replace(site, permalinks=replace(site.permalinks, guard="warn"))
    return site


class Built(NamedTuple):
    """A site with the files that its last build left in `folder`, which a build with `options` would write again.

    `outputs` are their SHA-256 by path in that folder; `sources` is how the files stand that the site is made of, by
    path in `root`; `tools` are the versions of all that makes pages of them, a name and what tells its version each.
    """

    root: Path
    site: Site
    folder: Path
    outputs: Mapping[str, bytes]
    sources: Mapping[str, files.Standing]
    options: Options
    tools: tuple[tuple[str, ...], ...]


@contextmanager
def built(
    root: Path,
    out: Path | None = None,
    workers: Workers = Workers(),
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
) -> Iterator[Built]:
    """Give the site at `root` as it was built last into `out`, and let no build begin meanwhile; write no page.

    Raises BuildError where it was not built there, or where a build would change anything now; ExceptionGroup where
    the site has mistakes. That the files hold what they should is for the caller to see, by their checksums.
    """
    site = config.read(root)
    folder = output_folder(root, site, out)
    with Target(folder, root / CACHE, site.base_url or site.title, has_manifest=site.has_manifest) as target:
        outputs = target.checksums()
        made_with = last_made_with(root / CACHE, target.place)
        if not outputs or not made_with:
            raise _not_built("no build of this site is known that ended here", folder)
        drafts, future, now, offline, has_search = made_with
        selection = Selection(bool(drafts), bool(future), now)
        options = Options(
            selection,
            bool(offline),
            search=bool(has_search),
            workers=workers,
            progress=progress,
        )
        found = listing(root)
        if not _is_up_to_date(root, _read_settings(root, options), target, found, options):
            raise _not_built("the site changed since it was built here, or newsgen did", folder)
        sources = dict(zip(found.paths, found.standings, strict=True))
        tools = (*tools_of(site.markdown), *libraries(), *(tuple(line.split()) for line in search.tools()))
        yield Built(root, site, folder, outputs, sources, options, tools)


def _not_built(message: str, folder: Path) -> BuildError:
    hint = "run 'newsgen build', with the options that the site is published with, and then this again"
    return BuildError(Problem(message, Location(str(folder)), hint))


def _is_up_to_date(root: Path, site: Site, target: Target, found: Listing, options: Options) -> bool:
    """Whether a build with `options` would make nothing and remove nothing."""
    memory = Memory(root / CACHE, target.place, target.started, _keys(root, site, options), writes=False)
    try:
        kept = _ledger_kept(root, site, memory)
        patch = memory.patch(found, root, site, target.record_digest, ledger.digest_of(kept))
        if patch is not None:
            return not patch.items
        progress = options.progress
        reading = Reading(
            options.workers, memory.known(found), progress=lambda done, total: progress("reading", done, total)
        )
        known = ledger.parse(kept)
        _, _, planned, mistakes = survey_with(site, root, options.selection, reading, found.walked, known, "")
        raise_all("the site has mistakes", mistakes)
        renderer = _renderer(root, site, planned.site, memory, options)
        return all(target.is_current(item, renderer.fingerprint(item)) for item in planned.items) and (
            target.has_confirmed_all()
        )
    finally:
        memory.close()


def build(root: Path, out: Path | None = None, options: Options = Options()) -> Report:
    """Bring `out` up to date with the site at `root`; None is the folder that its settings name.

    After it returns, `out` holds byte for byte what a build into an empty folder would hold, beside files that
    newsgen did not write. Raises ExceptionGroup of all mistakes, or BuildError, and leaves `out` as it was; with
    `keep_going` the mistakes in content and templates are in the report, and what is faulty keeps its last page.
    """
    site = _read_settings(root, options)
    folder = output_folder(root, site, out)
    with Target(folder, root / CACHE, site.base_url or site.title, has_manifest=site.has_manifest) as target:
        memory = Memory(root / CACHE, target.place, target.started, _keys(root, site, options))
        try:
            found = listing(root)
            kept = _ledger_kept(root, site, memory)
            report = _patched(root, site, target, memory, found, kept, options) or _built(
                root, site, folder, target, memory, found, kept, options
            )
        finally:
            memory.close()
        return replace(report, files=target.told(report.changes), base_url=site.base_url)


class Rehearsal(NamedTuple):
    """A build that was not made: what it would do.

    `stale` are the items that were rendered, to be compared with what stands in `target`, and `waiting` the parts of
    the search index that would be made anew. `moved` as in `Report`; `renderer` renders any page once more.
    """

    site: Site
    archive: Archive
    items: tuple[Page | Asset | Bundle, ...]
    stale: Sequence[Page | Asset | Bundle]
    waiting: Sequence[Bundle]
    changes: Changes
    moved: tuple[tuple[str, str], ...]
    warnings: tuple[Problem, ...]
    notes: tuple[str, ...]
    target: Target
    renderer: Renderer


@contextmanager
def rehearsed(root: Path, out: Path | None = None, options: Options = Options()) -> Iterator[Rehearsal]:
    """Give what `build` would do with the same arguments, and write nothing, nowhere.

    Raises what `build` would raise, but for what the disk and the rights of who runs it would have to say.
    """
    site = _read_settings(root, options)
    folder = output_folder(root, site, out)
    name = site.base_url or site.title
    with Target(folder, root / CACHE, name, writes=False, has_manifest=site.has_manifest) as target:
        memory = Memory(
            root / CACHE,
            target.place,
            target.started,
            _keys(root, site, options),
            writes=False,
        )
        try:
            found = listing(root)
            tell = options.progress
            reading = Reading(
                options.workers, memory.known(found), progress=lambda done, total: tell("reading", done, total)
            )
            known = ledger.parse(_ledger_kept(root, site, memory))
            _, archive, planned, mistakes = survey_with(
                site, root, options.selection, reading, found.walked, known, options.today
            )
            warnings = (*archive.warnings, *planned.warnings, *planned.settled.silent)
            raise_all("the site has mistakes", [*mistakes, *(_as_errors(warnings) if options.strict else ())])
            _refuse_strangers(target, folder, root, site)
            renderer = _renderer(root, site, planned.site, memory, options)
            wanted, stale = _compared(planned.items, renderer, target, makes_all=False)
            now, waiting = _put_off(stale, options)
            for item in waiting:
                target.keep(item)
            failures = _make(renderer, now, wanted, target, memory, options)
            raise_all("the site has mistakes", [failure.error for failure in failures])
            moved = _moved(now, target)
            notes = _notes(site, archive, planned.items, options.selection)
            changes = target.foresee()
            with remembering(renderer, memory):
                yield Rehearsal(
                    site, archive, planned.items, now, waiting, changes, moved, warnings, notes, target, renderer
                )
        finally:
            memory.close()


def _patched(
    root: Path,
    site: Site,
    target: Target,
    memory: Memory,
    found: Listing,
    kept: bytes | None,
    options: Options,
) -> Report | None:
    """Build where nothing but texts changed since the last build; None where more may have changed.

    `kept` are the bytes of the ledger.
    """
    # Where a build is to go on in spite of mistakes, what is sound has to be told from what is not.
    plans_all = options.full or options.keep_going
    before = ledger.digest_of(kept)
    patch = None if plans_all else memory.patch(found, root, site, target.record_digest, before)
    if patch is None:
        return None
    texts, silent = _published_texts(site, kept, patch, options)
    outcome = patch.outcome._replace(silent=silent)
    warnings = (*outcome.warnings, *silent)
    is_refused = (options.strict and warnings) or (silent and site.permalinks.changes == "error")
    if is_refused or (options.locked and texts != kept) or not target.is_as_left():
        return None
    items, waiting = _put_off(patch.items, options)
    target.confirm_all_but(items)
    renderer = _renderer(root, site, outcome.site, memory, options)
    wanted = {item.url: renderer.fingerprint(item) for item in items}
    failures = _make(renderer, items, wanted, target, memory, options)
    raise_all("the site has mistakes", [failure.error for failure in failures])
    if texts is not None and texts != kept and not options.leaves_ledger:
        ledger.write(root, texts, root / CACHE)
    # The folder stands as it was left: with nothing made there is nothing to publish.
    changes = target.publish() if items else Changes((), (), ())
    if patch.items or found.standings != memory.standings or outcome != patch.outcome:
        memory.keep_made(making.remembered(waiting))
        now = before if options.leaves_ledger else ledger.digest_of(texts)
        memory.save_patch(found, target.record_digest, outcome, now, [item.url for item in waiting])
    urls = tuple(item.url for item in items)
    return Report(outcome.articles, outcome.planned, urls, changes, warnings, (), outcome.notes, len(waiting))


def _published_texts(
    site: Site, kept: bytes | None, patch: Patch, options: Options
) -> tuple[bytes | None, tuple[Problem, ...]]:
    """Return the ledger as it is after a change of texts alone, and what of them changed in silence."""
    said = {problem.location.path: problem for problem in patch.outcome.silent if problem.location}
    if kept is None or site.permalinks.changes == "off":
        return kept, ()
    for path, parsed in patch.changed.items():
        said.pop(path, None)
        entry = ledger.entry_of_source(kept, ledger.source_of(path)) if path.startswith(load.ARTICLES) else None
        text = ledger.text_digest(parsed.title, parsed.digest)
        if entry is None or not entry.text or entry.text == text:
            continue
        if plan.is_in_grace(site.permalinks, entry.seen, options.today):
            kept = ledger.with_entry(kept, entry._replace(text=text))
        else:
            said[path] = plan.silent_change(path, entry.url)
    return kept, tuple(problem for _, problem in sorted(said.items()))


def _built(
    root: Path,
    site: Site,
    folder: Path,
    target: Target,
    memory: Memory,
    found: Listing,
    kept: bytes | None,
    options: Options,
) -> Report:
    """Build whatever changed: read, plan and compare the whole site. `kept` are the bytes of the ledger."""
    reading = Reading(
        options.workers,
        memory.known(found),
        memory.keep_parsed,
        lambda done, total: options.progress("reading", done, total),
    )
    past_reading = history.Reading(
        options.workers,
        root / CACHE,
        source_keys(site)[0],
        lambda done, total: options.progress("reading the history", done, total),
    )
    known = ledger.parse(kept)
    _, archive, planned, mistakes = survey_with(
        site, root, options.selection, reading, found.walked, known, options.today, past_reading
    )
    settled = planned.settled
    outcome_warnings = (*archive.warnings, *planned.warnings)
    warnings = (*outcome_warnings, *settled.silent)
    errors = [*mistakes, *(_as_errors(warnings) if options.strict else ())]
    if options.locked and (kept is None or settled.ledger is not known):
        errors.append(_unlocked(known, settled.ledger))
    if errors and not options.keep_going:
        memory.save_sources(found)
        raise_all("the site has mistakes", errors)
    _refuse_strangers(target, folder, root, site)
    renderer = _renderer(root, site, planned.site, memory, options)
    before = target.record_digest
    # Pages that were made by a build that was killed before it could remember them are made again, to be remembered.
    makes_all = options.full or not memory.holds_the_pages_of(before)
    wanted, stale = _compared(planned.items, renderer, target, makes_all=makes_all)
    now, waiting = _put_off(stale, options)
    for item in waiting:
        target.keep(item)
    failures = _make(renderer, now, wanted, target, memory, options)
    if failures and not options.keep_going:
        memory.save_sources(found)
        raise_all("the site has mistakes", [failure.error for failure in failures])
    digest = _keep_ledger(root, site, kept, known, settled.ledger, failures, options)
    moved = _moved(now, target)
    changes = target.publish(removes=not errors and not failures)
    notes = _notes(site, archive, planned.items, options.selection)
    made_with = (*options.selection, options.offline, options.search)
    outcome = Outcome(
        len(archive.articles),
        len(planned.items),
        outcome_warnings,
        notes,
        planned.site,
        settled.silent,
        made_with,
    )
    urls = [item.url for item in planned.items]
    memory.keep_made(making.remembered(waiting))
    memory.save_plan(
        found,
        urls,
        outcome,
        before,
        target.record_digest,
        digest,
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
        moved=moved,
        emptied=settled.emptied,
    )


def _keep_ledger(
    root: Path,
    site: Site,
    kept: bytes | None,
    before: Ledger,
    now: Ledger,
    failures: Iterable[Failure],
    options: Options,
) -> bytes:
    """Write the ledger where it changed, and return the digest of its file.

    It is written before anything is published: it may know an address too many, and never one too few.
    """
    if site.permalinks.guard == "off" or options.leaves_ledger or (now is before and kept is not None):
        return ledger.digest_of(kept)
    unmade = [failure.url for failure in failures if failure.url not in before.entries]
    return ledger.write(root, now.with_entries((), without=unmade).data if unmade else now.data, root / CACHE)


def _ledger_kept(root: Path, site: Site, memory: Memory) -> bytes | None:
    """Return the bytes of the site's ledger, None for none. Raises ExceptionGroup where it was there and is not."""
    kept = ledger_data(root, site)
    if kept is None and memory.had_ledger and site.permalinks.guard != "off":
        raise ExceptionGroup(ledger.FILE_NAME, [_lost_ledger()])
    return kept


def _lost_ledger() -> LedgerError:
    message = "the ledger is gone, and with it what is known of all published addresses"
    hint = "restore it from version control; to begin a new one, remove .newsgen/ as well"
    return LedgerError(Problem(message, Location(ledger.FILE_NAME), hint))


def _unlocked(before: Ledger, now: Ledger) -> LedgerError:
    """Return the error of a ledger that would change where it may not."""
    new = [url for url in now.entries if url not in before.entries]
    other = sum(before.entries.get(url, entry) != entry for url, entry in now.entries.items())
    parts = [f"lacks {len(new)} addresses, the first of them {new[0]}"] if new else []
    parts += [f"has other lines for {other}"] if other else []
    message = f"the ledger {' and '.join(parts) or 'is not there'}, and is not to be changed"
    hint = "build without --locked, and put permalinks.lock under version control"
    return LedgerError(Problem(message, Location(ledger.FILE_NAME), hint))


def _compared(
    items: Sequence[Page | Asset | Bundle], renderer: Renderer, target: Target, *, makes_all: bool
) -> tuple[dict[str, bytes], list[Page | Asset | Bundle]]:
    """Return the fingerprints of what may be current, by URL, and the items that are to be made."""
    wanted = {
        item.url: renderer.fingerprint(item) for item in items if target.may_be_current(item, renderer.origin(item))
    }
    stale = [
        item for item in items if item.url not in wanted or not target.is_current(item, wanted[item.url]) or makes_all
    ]
    return wanted, stale


def _moved(made: Iterable[Page | Asset | Bundle], target: Target) -> tuple[tuple[str, str], ...]:
    """Return the URLs at which a page stands that is about to send on, each with where to.

    A page that sends on already is known by what browsers look for, whatever template made it.
    """
    found: list[tuple[str, str]] = []
    for item in made:
        context = item.context if isinstance(item, Page) else None
        if isinstance(context, RedirectContext):
            staged = target.staged(output_path(item.url))
            if staged and staged.file and not staged.is_new:
                before = target.bytes_of(staged.path) or b""
                if not _SENDS_ON.search(before[:_HEAD]):
                    found.append((item.url, context.target.url))
    return tuple(sorted(found))


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
    return Renderer(settings, theme.Compiled(root / CACHE / "templates", key, writes=memory.writes))


def _keys(root: Path, site: Site, options: Options) -> tuple[bytes, bytes, bytes]:
    """Return the digests of what is remembered depends on beside the files: to parse, to convert, and to plan."""
    folder = theme.built_in_folder()
    built_in = files.walk(folder.parent, folder.name)
    past = history.source_of(root, site)
    selection = (*options.selection, options.offline, site.has_search, options.leaves_ledger, site.permalinks, past)
    plan_key = Fingerprinter().digest(
        (tools_of(site.markdown), libraries(), selection, built_in.files, built_in.standings)
    )
    return (*source_keys(site), plan_key)


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
