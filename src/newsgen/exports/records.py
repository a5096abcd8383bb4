"""Archive -> what is exported of each article: one record at a time, whole, the oldest first.

What the site keeps to itself is not exported: of an article that was taken back, what its notice says and no more;
nothing of one that only redirects; and a hidden one only where that is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from newsgen import markup
from newsgen.address import in_full
from newsgen.dates import Moment
from newsgen.errors import Location, PlanError, Problem, raise_all
from newsgen.model import TAKEN_BACK, Archive, Article, Body, Correction, Site, Term, by_term
from newsgen.source import clean
from newsgen.value import Value

__all__ = ["VALUES", "Contents", "LinkTo", "Progress", "Record", "Values", "sound"]

# The single values of an article, in the order of their columns.
VALUES = (
    "id", "url", "title", "date", "year", "month", "day", "updated", "subtitle", "kicker", "label", "section",
    "summary", "dateline", "language", "status", "image", "image_alt", "image_caption", "image_credit",
    "image_license", "source", "source_url", "canonical", "license", "rights", "path", "translation_of",
)  # fmt: skip
# What is told of an export under way: how many articles of how many are done.
Progress: TypeAlias = Callable[[int, int], None]
# A column and what stands there: None where nothing was given.
Values: TypeAlias = Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True)
class LinkTo(Value):
    """A link in a text. `kind` is "article", "site" for another page of the site, or "external".

    `target` is the number of the article it leads to, where that is exported.
    """

    url: str
    kind: str
    target: int | None


@dataclass(frozen=True, slots=True)
class Record(Value):
    """An article as it is exported. `number` counts from 1, the oldest.

    `values` are its single values, in the order of their columns; `text` is the words of its `html`, and both are
    None for an article that was taken back.
    """

    number: int
    values: Values
    text: str | None
    html: str | None
    terms: tuple[Term, ...] = ()
    links: tuple[LinkTo, ...] = ()
    corrections: tuple[Correction, ...] = ()

    def names(self, taxonomy: str) -> tuple[str, ...]:
        """Return the names of the terms of a taxonomy, in the order in which the article has them."""
        return tuple(sound(term.name) for term in self.terms if term.taxonomy == taxonomy)


@dataclass(frozen=True, slots=True)
class Contents(Value):
    """What is exported of an archive: `articles`, the oldest first, and the `terms` that they stand under.

    `terms` are in the order of the settings, then by slug, with the number of articles under each. `html` gives the
    HTML of a text with what a function makes of each URL on the site.
    """

    site: Site
    articles: tuple[Article, ...]
    terms: Mapping[Term, int]
    html: Callable[[Body, Callable[[str], str]], str]
    _numbers: Mapping[str, int] = field(default_factory=dict)
    _paths: Mapping[str, int] = field(default_factory=dict)

    @staticmethod
    def of(
        archive: Archive, html: Callable[[Body, Callable[[str], str]], str], *, includes_hidden: bool = False
    ) -> Contents:
        """Return what is exported of `archive`. Raises ExceptionGroup of PlanError where two articles have one URL."""
        articles = tuple(
            article
            for article in archive.articles
            if not article.redirect and (includes_hidden or article.status != "hidden")
        )
        _refuse_same_urls(articles)
        under = by_term(article for article in articles if article.status not in TAKEN_BACK)
        return Contents(
            site=archive.site,
            articles=articles,
            terms={
                term: len(entries)
                for taxonomy in archive.site.taxonomies
                for term, entries in under.get(taxonomy.name, {}).items()
            },
            html=html,
            _numbers={article.url: number for number, article in enumerate(articles, 1)},
            _paths={article.path: number for number, article in enumerate(articles, 1)},
        )

    def url(self, path: str) -> str:
        """Return an address in full; the path on the site where the site does not know its address."""
        return in_full(self.site.base_url, path)

    def records(self) -> Iterator[Record]:
        """Yield each article. Raises ContentError for a text that changed since it was read or cannot be converted."""
        for number, article in enumerate(self.articles, 1):
            yield self._notice(number, article) if article.status in TAKEN_BACK else self._record(number, article)

    def _record(self, number: int, article: Article) -> Record:
        html = sound(self.html(article.content, self.url))
        return Record(
            number,
            _values(self, article),
            markup.plain_text(html),
            html,
            article.all_terms,
            tuple(self._links(html)),
            tuple(replace(item, text=sound(item.text)) for item in article.corrections),
        )

    def _notice(self, number: int, article: Article) -> Record:
        """Return what the notice says that stands at the address of an article that was taken back."""
        # The id is made from the name of the file, and the title may be what was to go.
        title = None if article.status == "redacted" else sound(article.title)
        given = {
            "url": self.url(article.url),
            "title": title,
            "summary": sound(article.reason) or None,
            "status": article.status,
            **_dates(article.date, article.updated),
        }
        return Record(number, {name: given.get(name) for name in VALUES}, None, None)

    def _links(self, html: str) -> Iterator[LinkTo]:
        base = self.site.base_url
        for target in markup.anchors(html):
            if target[0] in "#?":
                continue
            is_own = bool(base) and (target == base or target.startswith(f"{base}/"))
            path = (target[len(base) :] or "/") if is_own else target
            if not is_own and (markup.is_external(target) or base):
                yield LinkTo(target, "external" if markup.is_external(target) else "site", None)
                continue
            number = self._numbers.get(path.partition("#")[0].partition("?")[0])
            yield LinkTo(target, "article" if number else "site", number)

    def url_of(self, number: str | int | None) -> str | None:
        """Return the address of an article by its number; None where that is none."""
        return self.url(self.articles[number - 1].url) if isinstance(number, int) else None

    def number_at(self, path: str) -> int | None:
        """Return the number of the article in a source file, where it is exported."""
        return self._paths.get(path)


def sound(text: str) -> str:
    """Return a text without what a file or a database could not hold: no controls, no halves of characters."""
    return clean(text)[0].encode("utf-8", "replace").decode() if not text.isascii() or not text.isprintable() else text


def _refuse_same_urls(articles: Iterable[Article]) -> None:
    first: dict[str, Article] = {}
    errors = []
    for article in articles:
        other = first.setdefault(article.url, article)
        if other is not article:
            message = f"this article would stand at {article.url}, as that of {other.path} does"
            errors.append(PlanError(Problem(message, Location(article.path), "give it a slug of its own")))
    raise_all("two articles have one URL", errors)


def _dates(date: Moment, updated: Moment | None) -> dict[str, str | int | None]:
    return {
        "date": date.iso,
        "year": date.year,
        "month": date.month,
        "day": date.day,
        "updated": updated.iso if updated else None,
    }


def _values(contents: Contents, article: Article) -> Values:
    """Return the single values of an article."""
    image = article.image
    texts = {
        "id": article.id,
        "url": contents.url(article.url),
        "title": article.title,
        "subtitle": article.subtitle,
        "kicker": article.kicker,
        "label": article.label,
        "section": article.section.name if article.section else "",
        "summary": article.summary,
        "dateline": article.dateline,
        "language": article.lang or contents.site.language,
        "status": article.status,
        "image": contents.url(image.url) if image else "",
        "image_alt": image.alt if image else "",
        "image_caption": image.caption if image else "",
        "image_credit": image.credit if image else "",
        "image_license": image.license if image else "",
        "source": article.source,
        "source_url": article.source_url,
        "canonical": article.canonical,
        "license": article.license,
        "rights": article.rights,
        "path": article.path,
    }
    values = {
        **{name: sound(text) or None for name, text in texts.items()},
        **_dates(article.date, article.updated),
        "translation_of": contents.number_at(article.translation_of),
    }
    return {name: values[name] for name in VALUES}
