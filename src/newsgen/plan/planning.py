"""Archive -> every page and asset that the site shall have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from newsgen.errors import Location, NewsgenError, PlanError, Problem
from newsgen.model import Archive, Asset, Bundle, MenuItem, Page, Site
from newsgen.permalink import MANIFEST, collision_key, folders_of, output_path
from newsgen.plan.articles import article_pages, redirect_pages, standing_pages
from newsgen.plan.contexts import SiteContext
from newsgen.plan.corrections import correction_pages, corrections_url
from newsgen.plan.coverage import compare_page
from newsgen.plan.data import list_data_pages
from newsgen.plan.dates import archive_page, date_pages
from newsgen.plan.feeds import feed_pages
from newsgen.plan.history import version_pages
from newsgen.plan.hosts import KIND as HOST_FILE
from newsgen.plan.hosts import host_pages
from newsgen.plan.lists import home_pages, site_feed, taxonomy_pages, term_pages
from newsgen.plan.onthisday import on_this_day_pages
from newsgen.plan.permanence import Settled, settle
from newsgen.plan.search import SEARCH_URL, opensearch_url, search_pages
from newsgen.plan.sitemap import colour_pages, not_found_page, sitemap_pages

__all__ = ["STANDARD", "Plan", "Planner", "plan", "site_context"]

Planner: TypeAlias = Callable[[Archive], Iterable[Page | Asset | Bundle]]

# Articles first: a page is published before the lists that lead to it.
STANDARD: tuple[Planner, ...] = (
    article_pages,
    standing_pages,
    redirect_pages,
    date_pages,
    on_this_day_pages,
    term_pages,
    taxonomy_pages,
    compare_page,
    archive_page,
    correction_pages,
    home_pages,
    list_data_pages,
    feed_pages,
    search_pages,
    not_found_page,
    colour_pages,
)

_NAMED = 10


class Plan(NamedTuple):
    """All that the site shall consist of, in the order in which it may be published; and what cannot be in it.

    `warnings` are paths in the settings that lead nowhere, and hosts that cannot take all rules; `settled` is what
    became of all that was published before.
    """

    site: SiteContext
    items: tuple[Page | Asset | Bundle, ...]
    errors: tuple[NewsgenError, ...]
    warnings: tuple[Problem, ...]
    settled: Settled


def plan(
    archive: Archive,
    assets: Sequence[Asset] = (),
    planners: Sequence[Planner] = STANDARD,
    *,
    is_whole: bool = True,
    today: str = "",
) -> Plan:
    """Return all that the site shall consist of; earlier versions and the sitemap are planned last, from the others.

    The built-in pages use the interface that users have: a planner is a function from Archive to pages. Where
    several claim one output path, compared as a case-blind disk would, they are in `errors` and not in `items`.
    `is_whole` and `today` as for `settle`.
    """
    static = [Asset(file.url, file.source, file.digest) for file in archive.files]
    items: list[Page | Asset | Bundle] = [*assets, *static]
    for planner in planners:
        items.extend(planner(archive))
    # What earlier versions link to has to be there, so it must be planned.
    items.extend(version_pages(archive, items))
    settled = settle(archive, items, is_whole=is_whole, today=today)
    if settled.replaced:
        items = [settled.replaced.get(item.url, item) if _is_redirect(item) else item for item in items]
    items.extend(settled.pages)
    hosting = host_pages(archive, items, settled.gone)
    items.extend(sitemap_pages(archive, [item for item in items if isinstance(item, Page)]))
    items.extend(hosting.pages)
    errors, refused = _collisions(items)
    kept = tuple(item for index, item in enumerate(items) if index not in refused)
    warnings = (*_lost_paths(archive.site, kept), *hosting.warnings, *settled.warnings)
    return Plan(site_context(archive), kept, (*errors, *settled.errors), warnings, settled)


def site_context(archive: Archive) -> SiteContext:
    """Return what every page shows of the site; the menu is that of the settings, else the sections."""
    site = archive.site
    sections = [MenuItem(term.name, term.url) for term in archive.by_term("sections")]
    return SiteContext(
        title=site.title,
        subtitle=site.subtitle,
        description=site.description,
        base_url=site.base_url,
        language=site.language,
        direction=site.words.direction,
        publisher_name=site.publisher.name,
        publisher_url=site.publisher.url,
        publisher_founded=site.publisher.founding_date,
        publisher_logo=site.publisher.logo,
        policies=site.publisher.policies,
        menu=tuple(sections) if site.menu is None else site.menu,
        taxonomies=archive.taxonomies_in_use(),
        footer=site.footer,
        logo=site.logo,
        has_colours=bool(site.colours),
        has_citations=site.has_citations,
        has_structured_data=site.has_structured_data,
        feed=site_feed(archive),
        corrections=corrections_url(archive),
        search=SEARCH_URL if site.has_search and archive.entries else "",
        opensearch=opensearch_url(archive),
    )


def _is_redirect(item: Page | Asset | Bundle) -> bool:
    return isinstance(item, Page) and item.kind == "redirect"


def _lost_paths(site: Site, items: Sequence[Page | Asset | Bundle]) -> tuple[Problem, ...]:
    """Return a warning for each path in the settings at which nothing will stand."""
    menu = [*(site.menu or ()), *site.publisher.policies]
    wanted = [("logo", site.logo), ("publisher's logo", site.publisher.logo)]
    wanted += [(f"menu entry {item.title!r}", item.url) for item in menu if not item.is_external]
    there = {item.url for item in items}
    return tuple(
        Problem(
            f"the {what} leads to {url}, and nothing stands there", Location("newsgen.yaml"), "mend the path", "link"
        )
        for what, url in wanted
        if url and url not in there
    )


def _collisions(items: Sequence[Page | Asset | Bundle]) -> tuple[tuple[PlanError, ...], set[int]]:
    """Return an error for each output path that several items claim, and the indices of those items."""
    claims: dict[str, list[int]] = {}
    for index, item in enumerate(items):
        claims.setdefault(collision_key(output_path(item.url)), []).append(index)
    errors: list[PlanError] = []
    refused: set[int] = set()
    told: set[frozenset[str]] = set()
    contested = [(path, indices) for path, indices in claims.items() if len(indices) > 1 or path == MANIFEST]
    for path, indices in sorted(contested, key=lambda claim: len(items[claim[1][0]].url)):
        reason = "newsgen keeps its checksums there" if path == MANIFEST else "only one page can stand there"
        refused.update(indices)
        # Two articles at one URL want the same files beside it as well: that is one mistake.
        culprits = frozenset(_description(items[index]) for index in indices)
        if culprits not in told:
            told.add(culprits)
            errors.append(_error([items[index] for index in indices], reason))
    for path, indices in _files_as_folders(claims).items():
        both = claims[path] + indices
        errors.append(_error([items[index] for index in both], "one would be a file and a folder at once"))
        refused.update(both)
    return tuple(errors), refused


def _files_as_folders(claims: dict[str, list[int]]) -> dict[str, list[int]]:
    """Return the claimed files that other items need as a folder, with those items."""
    found: dict[str, list[int]] = {}
    for path, indices in claims.items():
        for folder in folders_of(path):
            if folder in claims:
                found.setdefault(folder, []).extend(indices)
    return found


def _error(items: Sequence[Page | Asset | Bundle], reason: str) -> PlanError:
    ordered = sorted(items, key=_description)
    places = [source for item in ordered for source in item.sources]
    named = list(dict.fromkeys(_description(item) for item in ordered))
    more = [f"{len(named) - _NAMED} more"] if len(named) > _NAMED else []
    names = " and ".join(named[:_NAMED] + more)
    message = f"{ordered[0].url} is wanted by {names}: {reason}"
    hint = "give one of them another slug, date or url" if places else "rename one of them"
    if any(isinstance(item, Page) and item.kind == "corrections" for item in items):
        hint = "give the other another url, or write 'corrections: false' in newsgen.yaml"
    if any(isinstance(item, Page) and item.kind == HOST_FILE for item in items):
        hint = "remove your own file, or take the host out of 'hosts' in newsgen.yaml and write all rules yourself"
    return PlanError(Problem(message, Location(places[0]) if places else None, hint))


def _description(item: Page | Asset | Bundle) -> str:
    if isinstance(item, Asset):
        return item.source
    if isinstance(item, Bundle):
        return "the search index"
    name = f"the rules {item.title}" if item.kind == HOST_FILE else f"the {item.kind} page {item.title!r}"
    return ", ".join(item.sources) if item.sources else name
