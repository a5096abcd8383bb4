"""The whole program on one screen: settings, load, plan, render, write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from newsgen import config, load, plan, theme
from newsgen.errors import BuildError, ContentError, Location, NewsgenError, Problem, TemplateError, raise_all
from newsgen.load import Selection
from newsgen.model import Archive, Asset, Page, Site
from newsgen.render import Failure, Renderer, RenderSettings, render_all
from newsgen.write import Changes, Target

__all__ = ["CACHE", "Options", "Report", "build", "output_folder", "survey"]

CACHE = ".newsgen"


class Options(NamedTuple):
    """How to build. `executor` makes the workers that render; None renders in this process.

    `strict` makes warnings errors; `keep_going` builds all that is sound; `full` renders what is current as well;
    `offline` names index.html in links, for pages that are opened from disk.
    """

    selection: Selection = Selection()
    offline: bool = False
    full: bool = False
    strict: bool = False
    keep_going: bool = False
    executor: Callable[[int], AbstractContextManager[Executor | None]] = lambda pages: nullcontext(None)
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did. `rendered` are the URLs of the pages and files that were made anew, in order."""

    articles: int
    planned: int
    rendered: tuple[str, ...]
    changes: Changes
    warnings: tuple[Problem, ...]
    errors: tuple[NewsgenError, ...]
    notes: tuple[str, ...]


class Survey(NamedTuple):
    """A site as it would be built."""

    site: Site
    archive: Archive
    plan: plan.Plan
    errors: tuple[NewsgenError, ...]


def survey(
    root: Path, selection: Selection = Selection(), progress: Callable[[int, int], None] | None = None
) -> Survey:
    """Return the site at `root`, its archive and its plan, with all that is wrong in them; write nothing.

    Raises ExceptionGroup of ConfigError where the settings cannot be read.
    """
    site = config.read(root)
    loaded = load.read(site, root, selection, progress)
    planned = plan.plan(loaded.archive, loaded.assets)
    lost = (TemplateError(problem) for problem in theme.problems(root))
    return Survey(site, loaded.archive, planned, (*loaded.errors, *planned.errors, *lost))


def build(root: Path, out: Path | None = None, options: Options = Options()) -> Report:
    """Bring `out` up to date with the site at `root`; None is the folder that its settings name.

    After it returns, `out` holds byte for byte what a build into an empty folder would hold, beside files that
    newsgen did not write. Raises ExceptionGroup of all mistakes, or BuildError, and leaves `out` as it was; with
    `keep_going` the mistakes in content and templates are in the report, and what is faulty keeps its last page.
    """
    progress = options.progress
    found = survey(root, options.selection, lambda done, total: progress("reading", done, total))
    target_folder = output_folder(root, found.site, out)
    warnings = (*found.archive.warnings, *found.plan.warnings)
    errors = list(found.errors) + (_as_errors(warnings) if options.strict else [])
    if errors and not options.keep_going:
        raise_all("the site has mistakes", errors)
    with Target(target_folder, root / CACHE, found.site.base_url or found.site.title) as target:
        _refuse_strangers(target, target_folder, root, found.site)
        settings = RenderSettings(
            str(root), found.plan.site, found.site.base_url, found.site.markdown, names_index=options.offline
        )
        renderer = Renderer(settings)
        wanted = {item.url: renderer.fingerprint(item) for item in found.plan.items}
        stale = [item for item in found.plan.items if not target.is_current(item.url, wanted[item.url]) or options.full]
        failures = _render(renderer, settings, stale, wanted, target, options)
        if failures and not options.keep_going:
            raise_all("the site has mistakes", [failure.error for failure in failures])
        changes = target.publish(removes=not errors and not failures)
    return Report(
        articles=len(found.archive.articles),
        planned=len(found.plan.items),
        rendered=tuple(item.url for item in stale),
        changes=changes,
        warnings=warnings,
        errors=(*errors, *(failure.error for failure in failures)),
        notes=_notes(found.site, found.archive, options.selection),
    )


def _render(
    renderer: Renderer,
    settings: RenderSettings,
    stale: list[Page | Asset],
    wanted: Mapping[str, bytes],
    target: Target,
    options: Options,
) -> list[Failure]:
    """Render and stage; return what could not be rendered."""
    failures: list[Failure] = []
    with options.executor(len(stale)) as executor:
        for done, result in enumerate(render_all(renderer, settings, stale, executor), 1):
            if isinstance(result, Failure):
                failures.append(result)
            else:
                target.stage(result.url, result.data, wanted[result.url])
            options.progress("rendering", done, len(stale))
    return failures


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


def _notes(site: Site, archive: Archive, selection: Selection) -> tuple[str, ...]:
    """Return what the author should know once, and need not mend."""
    notes = []
    if not site.base_url and (site.has_feeds or site.has_sitemap):
        notes.append("no base_url is set: feeds and the sitemap, which need it, are left out")
    if selection.now is not None:
        count = archive.held_back
        notes.append(
            f"{count} article{'s are' if count != 1 else ' is'} held back, dated later than the time that was given"
        )
    if not archive.articles:
        notes.append("there are no articles yet: make one with 'newsgen new \"Headline\"'")
    return tuple(notes)
