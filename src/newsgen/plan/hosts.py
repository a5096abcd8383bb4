"""Rules for the hosts that the settings name: what moved and what is gone, as the planned pages say it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from newsgen.errors import Location, Problem
from newsgen.hosts import HOSTS, Fitting, Host, HostFile, Rule, Rules, fitting, read_path, read_target
from newsgen.model import Archive, Asset, Bundle, Page, Site
from newsgen.permalink import collision_key, output_path
from newsgen.plan.contexts import RedirectContext
from newsgen.plan.search import SEARCH_URL

__all__ = ["KIND", "Hosting", "host_pages"]

KIND = "host"
_NAMED = 3


class Hosting(NamedTuple):
    """The files that hosts read, and a warning for each host that cannot take all rules."""

    pages: tuple[Page, ...]
    warnings: tuple[Problem, ...]


def host_pages(archive: Archive, items: Sequence[Page | Asset | Bundle], gone: Sequence[str] = ()) -> Hosting:
    """Return the files that the hosts in the settings read, of rules for all of `items` that moved or are gone.

    `gone` are URLs at which something stood that nothing stands for any more.
    """
    site = archive.site
    if not site.hosts:
        return Hosting((), ())
    rules = _rules(site, items, gone)
    pages: list[Page] = []
    warnings: list[Problem] = []
    for name in site.hosts:
        host = HOSTS[name]
        fit = fitting(host, rules)
        pages.extend(_files(host, fit.rules))
        warnings.extend(_warnings(host, fit))
    return Hosting(tuple(pages), tuple(warnings))


def _rules(site: Site, items: Sequence[Page | Asset | Bundle], gone: Sequence[str]) -> Rules:
    folder = _folder(site.base_url)
    urls = sorted(item.url for item in items)
    redirects: dict[str, Rule] = {}
    tombstones: dict[str, Rule] = {}
    for item in items:
        if not isinstance(item, Page) or not (path := read_path(folder + item.url)):
            continue
        if isinstance(item.context, RedirectContext):
            link = item.context.target
            target = read_target(link.url if link.is_external else folder + link.url)
            if target and target != path:
                redirects[path] = Rule(path, target, is_alone=_is_alone(item.url, urls))
        elif item.kind == "gone":
            tombstones[path] = Rule(path, shown=f"{path}index.html" if path.endswith("/") else path)
    # casefold: a server that tells no case apart would take what is there for what is gone.
    there = {collision_key(output_path(url)) for url in urls} if gone else set()
    for url in gone:
        path = read_path(folder + url) if url.startswith("/") else ""
        if path and collision_key(output_path(url)) not in there:
            tombstones[path] = Rule(path)
    return Rules(
        redirects=tuple(rule for _, rule in sorted(redirects.items())),
        gone=tuple(rule for _, rule in sorted(tombstones.items())),
        folder=folder,
        search=folder + SEARCH_URL if site.has_search and SEARCH_URL in urls else "",
        has_headers=site.has_headers,
    )


def _folder(base_url: str) -> str:
    """Return the path at which a site stands on its host: "" at the root."""
    return "".join(base_url.partition("://")[2].partition("/")[1:])


def _is_alone(url: str, urls: Sequence[str]) -> bool:
    """Whether no other of the sorted `urls` starts with this one."""
    following = bisect_right(urls, url)
    return following == len(urls) or not urls[following].startswith(url)


def _files(host: Host, rules: Rules) -> Iterator[Page]:
    for url, form in host.files:
        context = HostFile(form, rules)
        if url.startswith("/_") and not context.text(lambda body: ""):
            continue  # without rules there is nothing to say
        yield Page(
            url=url,
            template="",
            context=context,
            kind=KIND,
            title=f"for {host.title}",
            in_sitemap=False,
            links="absolute",
        )


def _warnings(host: Host, fit: Fitting) -> Iterator[Problem]:
    place = Location("newsgen.yaml")
    hint = "nothing needs to be done: the pages at these addresses lead on by themselves"
    if fit.too_many:
        total = host.most + fit.too_many
        yield Problem(
            f"{host.title} takes {host.most:,} rules, and there are {total:,}: the last {fit.too_many:,} are left out",
            place,
            hint,
        )
    if fit.unsaid:
        count = len(fit.unsaid)
        names = ", ".join(fit.unsaid[:_NAMED]) + (", ..." if count > _NAMED else "")
        what = "1 address cannot" if count == 1 else f"{count:,} addresses cannot"
        yield Problem(f"{what} stand in a rule for {host.title}: {names}", place, hint)
