"""A site with a search index in two languages and two spans of years, for tests of the search page."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from importlib.util import find_spec
from pathlib import Path

from newsgen.build import build
from newsgen.model import Entry, Page
from newsgen.plan.contexts import SearchBundle, SearchContext, TermCount
from newsgen.plan.dates import year_counts
from newsgen.render import Renderer, RenderSettings
from newsgen.surveying import survey
from tests.sites import write

__all__ = ["SPLIT", "has_pagefind", "searchable_site"]

# The first year of the newer bundle.
SPLIT = 1969
GERMAN = """---
title: Der Mond über der Stadt
date: 1970-01-02
section: Wissenschaft
lang: de
summary: Eine kurze Betrachtung.
---

Der Mond stand hell über den Häusern, und viele sahen zu ihm hinauf.
"""


def has_pagefind() -> bool:
    return bool(find_spec("pagefind_bin") and find_spec("pagefind_bin_extended"))


def searchable_site(sample: Path, folder: Path, spans: Sequence[int] = (SPLIT,)) -> Path:
    """Build the sample site with an article in German and a search index below `folder`; return what is to be served.

    English articles are parted before each year of `spans`.
    """
    root, out = folder / "site", folder / "out"
    shutil.copytree(sample, root, ignore=shutil.ignore_patterns("output", ".newsgen"))
    write(root, "articles/1970/mond.md", GERMAN)
    build(root, out)
    found = survey(root)
    archive = found.archive
    parts: dict[tuple[str, int], list[Entry]] = {}
    for entry in archive.entries:
        language = entry.lang or archive.site.language
        span = 0 if entry.lang else sum(entry.date.year >= year for year in spans)
        parts.setdefault((language, span), []).append(entry)
    bundles = [_bundle(language, entries, folder, out) for (language, _), entries in parts.items()]
    bundles.sort(key=lambda bundle: (-bundle.last, -bundle.first))
    terms = {
        name: tuple(TermCount(term, len(entries)) for term, entries in archive.by_term(name).items())
        for name in ("sections", "tags", "authors")
    }
    context = SearchContext(
        bundles=tuple(bundles),
        years=year_counts(archive.entries),
        article_count=len(archive.entries),
        earliest=archive.entries[0].date.year,
        latest=archive.entries[-1].date.year,
        **terms,
    )
    page = Page(
        url="/search/", template="search.html", context=context, kind="search", title="Search", section="/search/"
    )
    site = replace(found.plan.site, search="/search/")
    settings = RenderSettings(str(root), site, archive.site.base_url, archive.site.markdown)
    renderer = Renderer(settings)
    others = [item for item in found.plan.items if isinstance(item, Page) and item.url in ("/", "/404.html")]
    for item in (page, *others):
        path = item.url.strip("/") + "/index.html" if item.url.endswith("/") else item.url
        write(out, path.lstrip("/"), renderer.render(item).data)
    return out


def _bundle(language: str, entries: Sequence[Entry], folder: Path, out: Path) -> SearchBundle:
    first, last = entries[0].date.year, entries[-1].date.year
    url = f"/search/{language}-{first}-{last}/"
    texts = folder / "texts" / url.strip("/")
    for entry in entries:
        page = (out / entry.url.strip("/") / "index.html").read_text("utf-8")
        body = re.search(r'<div class="prose"[^>]*>(.*?)</div>\s*<footer', page, re.DOTALL)
        assert body
        write(texts, f"{entry.url.strip('/')}/index.html", _document(entry, body[1], language))
    package, name = ("pagefind_bin_extended", "pagefind_extended") if language == "ja" else ("pagefind_bin", "pagefind")
    spec = find_spec(package)
    assert spec and spec.origin
    command = [Path(spec.origin).with_name(name), "--site", texts, "--output-path", out / url.strip("/")]
    subprocess.run([*map(str, command), "--silent"], check=True)
    return SearchBundle(url, language, first, last, len(entries))


def _document(entry: Entry, body: str, language: str) -> str:
    moment = entry.date
    section = entry.section.name if entry.section else ""
    meta = {
        "date": moment.iso, "when": f"{moment.local.day} {moment.local:%B} {moment.year}", "section": section,
        "kicker": entry.kicker, "summary": entry.summary,
    }  # fmt: skip
    filters = [("section", section), ("year", str(moment.year))]
    filters += [("tag", term.name) for term in entry.tags] + [("author", term.name) for term in entry.authors]
    marks = [f'<i data-pagefind-meta="{name}">{escape(value)}</i>' for name, value in meta.items() if value]
    marks += [f'<i data-pagefind-filter="{name}">{escape(value)}</i>' for name, value in filters if value]
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><title>{escape(entry.title)}</title></head>'
        f"<body data-pagefind-body><h1>{escape(entry.title)}</h1><p data-pagefind-ignore>{''.join(marks)}"
        f'<i data-pagefind-sort="date">{moment.local:%Y-%m-%d}</i></p>{body}</body></html>'
    )
