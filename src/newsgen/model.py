"""The values that pass from stage to stage, and that templates receive: frozen, narrow, picklable, built whole.

Narrow values are the dependency graph. A list carries `Entry` values, so an edited body leaves it alone; an article
carries `Link` values of its neighbours, so a neighbour's new summary leaves it alone.

Every `url` is a path on the site ("/tags/rivers/"), percent-encoded; the template filters `url` and `absolute_url`
turn it into a link.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields
from typing import Any, ClassVar, Protocol

from newsgen.dates import Moment, latest
from newsgen.errors import Problem
from newsgen.ledger import Ledger
from newsgen.rules import RULES, Rule
from newsgen.value import Value
from newsgen.words import Words, english
from newsgen.yamltext import Plain

__all__ = [
    "CORRECTING",
    "CORRECTION_KINDS",
    "FEED_FORMATS",
    "LABELS",
    "LISTED",
    "STATUSES",
    "TAKEN_BACK",
    "VERSION_NAME",
    "Archive",
    "Article",
    "Asset",
    "Body",
    "Bundle",
    "Context",
    "Correction",
    "Document",
    "Entry",
    "FeedItem",
    "FeedSettings",
    "FileLink",
    "Image",
    "LedgerSettings",
    "Link",
    "MarkdownSettings",
    "MenuItem",
    "Origin",
    "Output",
    "Page",
    "PastText",
    "Profile",
    "Publisher",
    "Redline",
    "Site",
    "StandingPage",
    "StaticFile",
    "Taxonomy",
    "Term",
    "Version",
    "Writing",
    "by_term",
]

STATUSES = ("published", "draft", "hidden", "archived", "removed", "redacted")
# What stands in lists.
LISTED = ("published", "archived", "draft")
# What is known of, and no longer to be read: its text, pictures and lists are gone, its address answers.
TAKEN_BACK = ("removed", "redacted")
# The name of an earlier version: the time of its commit in UTC, and which it is where several have the same.
VERSION_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z(?:-[1-9][0-9]*)?")
LABELS = (
    "news", "analysis", "opinion", "review", "explainer", "obituary", "fact-check", "press-release", "sponsored",
    "satire",
)  # fmt: skip
FEED_FORMATS = ("atom", "rss", "json")
CORRECTION_KINDS = ("correction", "clarification", "update", "editors-note", "retraction")
# Those that say that something was wrong or unclear; an update or an editor's note says no such thing.
CORRECTING = ("correction", "clarification", "retraction")


@dataclass(frozen=True, slots=True)
class Link(Value):
    """What a link needs and no more; `lang` is the language of its title where it is not the site's, else ""."""

    title: str
    url: str
    lang: str = ""


@dataclass(frozen=True, slots=True)
class FileLink(Link):
    """A link to a file for programs; `type` is its media type."""

    type: str = ""


@dataclass(frozen=True, slots=True)
class MenuItem(Value):
    """An entry of the menu or the footer: `url` is a path on the site, or an address where `is_external`."""

    title: str
    url: str
    is_external: bool = False


@dataclass(frozen=True, slots=True)
class Publisher(Value):
    """Who publishes the archive. `policies` are named addresses (corrections, ethics, ownership, ...)."""

    name: str = ""
    url: str = ""
    logo: str = ""
    founding_date: str = ""
    policies: tuple[MenuItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Taxonomy(Value):
    """A way to sort articles: tags, authors, sections, series, stories, or one that the settings name.

    `keys` are the front matter keys that give its terms; `url` is the folder of its index; `title` names the index
    and `singular` one of its terms. `slugs` are fixed by the settings for names that would share one or have none.
    """

    name: str
    url: str
    title: str
    singular: str
    keys: tuple[str, ...] = ()
    has_feeds: bool = True
    slugs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class MarkdownSettings(Value):
    """What turns a body into HTML. `extensions` are Python-Markdown's, each with its options, in order."""

    extensions: tuple[tuple[str, tuple[tuple[str, Plain], ...]], ...]
    raw_html: str = "sanitize"


@dataclass(frozen=True, slots=True)
class FeedSettings(Value):
    """Which feeds there are. `formats` are of FEED_FORMATS, the first being the one that pages name; none, no feeds.

    `authority` stands in the ids of articles and feeds: a host or a mail address and a date on which it belonged to
    the site, as in "example.org,2024"; "" for one made from the site's address. `has_archive` says whether the Atom
    feed of the site leads on to all older articles.
    """

    formats: tuple[str, ...] = FEED_FORMATS
    authority: str = ""
    has_archive: bool = True


@dataclass(frozen=True, slots=True)
class LedgerSettings(Value):
    """What happens to published addresses and texts, each "error", "warn" or "off".

    `guard`: an address would be lost; "off" keeps no ledger. `changes`: the text of an article changed after it was
    published, and nothing says so; not within `grace` days of the day on which it was first built.
    """

    guard: str = "error"
    changes: str = "warn"
    grace: int = 1


@dataclass(frozen=True, slots=True)
class Site(Value):
    """What the author configured.

    `base_url` has no "/" at its end and is "" where the site does not know its address. `has_news_sitemap` is None
    where the settings say nothing of it: it is then made where a moment is given. `history_since` is the day before
    which no version of an article is shown, None for no such day. `colours` are pairs of a name and a CSS colour.
    `menu` is None where the settings name none: then the sections are the menu. `words` are those of `language`.
    `rules` are what `newsgen check` looks for. `hosts` are names of `HOSTS` in the order of the alphabet, for which
    rules are written; `has_headers` adds headers to them. `warnings` are what somebody should look at in the settings.
    """

    title: str
    subtitle: str = ""
    description: str = ""
    base_url: str = ""
    language: str = "en"
    timezone: str = "UTC"
    author: tuple[str, ...] = ()
    publisher: Publisher = Publisher()
    permalink: str = "/{year}/{month}/{day}/{slug}/"
    taxonomies: tuple[Taxonomy, ...] = ()
    section_from_folder: bool = False
    page_size: int = 25
    feed_size: int = 30
    markdown: MarkdownSettings = MarkdownSettings(())
    front_matter: tuple[tuple[str, str], ...] = ()
    feeds: FeedSettings = FeedSettings()
    has_sitemap: bool = True
    has_sitemap_images: bool = True
    has_news_sitemap: bool | None = None
    has_search: bool = True
    has_corrections: bool = True
    has_citations: bool = True
    citation_files: tuple[str, ...] = ("bibtex", "ris")
    has_data: bool = True
    has_structured_data: bool = True
    has_opensearch: bool = True
    has_manifest: bool = True
    hosts: tuple[str, ...] = ()
    has_headers: bool = False
    has_history: bool = False
    history_since: Moment | None = None
    output: str = "output"
    menu: tuple[MenuItem, ...] | None = None
    footer: str = ""
    colours: tuple[tuple[str, str], ...] = ()
    logo: str = ""
    permalinks: LedgerSettings = LedgerSettings()
    words: Words = field(default_factory=english)
    rules: tuple[Rule, ...] = RULES
    warnings: tuple[Problem, ...] = ()

    @property
    def has_feeds(self) -> bool:
        """Whether there are feeds, in whatever format, where the site knows its address."""
        return bool(self.feeds.formats)


@dataclass(frozen=True, slots=True)
class Term(Value):
    """A tag, an author, a section: a name that articles share. `taxonomy` is the name of its `Taxonomy`."""

    taxonomy: str
    name: str
    slug: str
    url: str


@dataclass(frozen=True, slots=True)
class Image(Value):
    """A picture with what is to be said of it. `width` and `height` are pixels, 0 where the file does not tell."""

    url: str
    alt: str = ""
    caption: str = ""
    credit: str = ""
    license: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Correction(Value):
    """A public change to a published article; `kind` is one of CORRECTION_KINDS."""

    date: Moment
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Body(Value):
    """The text of an article, by reference: a template that reads it receives its HTML.

    `path` is the source file, relative to the site, and `digest` that of the text. `links` are targets as they were
    written, each with the URL that it means; `sizes` are width and height of pictures on the site, by URL.
    """

    path: str
    digest: bytes
    links: tuple[tuple[str, str], ...] = ()
    sizes: tuple[tuple[str, int, int], ...] = ()
    drops_title: bool = False


@dataclass(frozen=True, slots=True)
class Entry(Value):
    """What a list or a feed shows of an article.

    `terms` are those of the taxonomies beyond tags, authors and sections. `label` is one of LABELS or "";
    `lang` is the article's language where it is not the site's, else "". It `is_corrected` where a correction says that
    something was wrong or unclear, and `is_retracted` where that was the whole.
    """

    title: str
    url: str
    date: Moment
    updated: Moment | None = None
    authors: tuple[Term, ...] = ()
    section: Term | None = None
    tags: tuple[Term, ...] = ()
    terms: tuple[Term, ...] = ()
    kicker: str = ""
    summary: str = ""
    label: str = ""
    image: Image | None = None
    lang: str = ""
    status: str = "published"
    pinned: bool = False
    is_corrected: bool = False
    is_retracted: bool = False

    @property
    def all_terms(self) -> tuple[Term, ...]:
        """Every term that the article stands under, of every taxonomy."""
        section = (self.section,) if self.section else ()
        return (*self.tags, *self.authors, *section, *self.terms)


@dataclass(frozen=True, slots=True)
class Origin(Value):
    """Where a field of an article came from: a front matter key and its line, or `how` in words."""

    field: str
    value: str
    key: str = ""
    line: int = 0
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article(Entry):
    """An `Entry` with all that only its own page shows.

    `id` is what the article was given once and for all, or its source path without ending. `source` and `source_url`
    say where the text comes from; `path` is its file, and `translation_of` that of the article it translates. `extra`
    holds the keys that newsgen does not know, as written. `reason` says why it was taken back. `standfirst` is what
    stands below the headline: the subtitle, else a summary that somebody wrote, never one taken from the text.
    `has_history` is False where none of its earlier versions may be shown, and `hidden_versions` names single ones
    that may not.
    """

    id: str
    path: str
    content: Body
    subtitle: str = ""
    standfirst: str = ""
    dateline: str = ""
    source: str = ""
    source_url: str = ""
    canonical: str = ""
    license: str = ""
    rights: str = ""
    corrections: tuple[Correction, ...] = ()
    expiry: Moment | None = None
    reason: str = ""
    redirect: str = ""
    aliases: tuple[str, ...] = ()
    translation_of: str = ""
    template: str = ""
    extra: Mapping[str, Plain] = field(default_factory=dict)
    has_history: bool = True
    hidden_versions: tuple[str, ...] = ()

    @property
    def last_change(self) -> Moment:
        """When the article last changed, a correction being a change: its publication, where nothing is said of a later
        time.
        """
        return latest([self.updated or self.date, *(item.date for item in self.corrections)])

    def entry(self) -> Entry:
        """Return the article's narrow value, without what only its own page shows."""
        return Entry(**{item.name: getattr(self, item.name) for item in fields(Entry)})


@dataclass(frozen=True, slots=True)
class Version(Value):
    """What an article said before. `name` is the last part of its URL, and never changes.

    It stood there from `date` to `until`. `path` is where its file was then, `targets` what it may have referred to,
    and `text` its Markdown, compressed; `digest` is that of the text. One that `is_withdrawn` has neither title nor
    text: of it nobody may learn more than that it was there.
    """

    name: str
    date: Moment
    until: Moment
    title: str = ""
    path: str = ""
    digest: bytes = b""
    text: bytes = b""
    targets: tuple[str, ...] = ()
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class PastText(Value):
    """The text of an earlier version, which stands in no file. `packed` is its Markdown, compressed.

    `path`, `digest` and `links` are as in `Body`; what they do not name leads nowhere any more.
    """

    path: str
    digest: bytes
    packed: bytes
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Redline(Value):
    """Two texts of an article with their titles, of which the second took the place of the first."""

    old_title: str
    old: PastText
    new_title: str
    new: PastText | Body


@dataclass(frozen=True, slots=True)
class StandingPage(Value):
    """A page without a date, such as "About". `path` is its file; `standfirst` is a summary that somebody wrote.

    `is_hidden` keeps it from search engines.
    """

    title: str
    url: str
    path: str
    content: Body
    summary: str = ""
    standfirst: str = ""
    updated: Moment | None = None
    lang: str = ""
    template: str = ""
    is_hidden: bool = False
    aliases: tuple[str, ...] = ()
    extra: Mapping[str, Plain] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profile(Value):
    """What is told of a term at the head of its page. `links` lead to addresses elsewhere; `lang` as in `Entry`.

    `is_organization` says of an author that it is no person.
    """

    content: Body
    summary: str = ""
    image: Image | None = None
    links: tuple[Link, ...] = ()
    is_organization: bool = False
    lang: str = ""
    updated: Moment | None = None
    extra: Mapping[str, Plain] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StaticFile(Value):
    """A file that is published as it is: `source` is a path relative to the site, or absolute for the theme's own."""

    url: str
    source: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Archive(Value):
    """The site with all that was read, in one total order: oldest first, then by source path.

    `entries` are the narrow values of the articles that lists show, in the same order, and `terms` the same by taxonomy
    and term, as `by_term` gives them. `profiles` are those of terms that have articles, and `aliases` the URLs that
    other names of such terms would have. `versions` are the earlier ones of articles by the path of the file, oldest
    first. `held_back` counts the articles that are left out for their date. `now` is the moment that was given to build
    at, as `Moment.instant`; None where none was. `ledger` holds what was published before, and `unbuilt` says of
    articles that are there and not built, by `LedgerEntry.source`, what they are.
    """

    site: Site
    articles: tuple[Article, ...]
    entries: tuple[Entry, ...]
    terms: Mapping[str, Mapping[Term, Sequence[Entry]]] = field(default_factory=dict)
    profiles: Mapping[Term, Profile] = field(default_factory=dict)
    aliases: Mapping[str, Term] = field(default_factory=dict)
    pages: tuple[StandingPage, ...] = ()
    files: tuple[StaticFile, ...] = ()
    versions: Mapping[str, tuple[Version, ...]] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()
    held_back: int = 0
    ledger: Ledger = field(default_factory=Ledger)
    unbuilt: Mapping[str, str] = field(default_factory=dict)
    now: int | None = None

    def taxonomies_in_use(self) -> tuple[Link, ...]:
        """Return links to the indexes of the taxonomies under which articles stand, in the order of the settings."""
        return tuple(Link(item.title, item.url) for item in self.site.taxonomies if self.terms.get(item.name))

    def by_term(self, taxonomy: str) -> Mapping[Term, Sequence[Entry]]:
        """Return the entries under each term of a taxonomy: terms by slug, entries oldest first."""
        return self.terms.get(taxonomy, {})


def by_term(entries: Iterable[Entry]) -> dict[str, dict[Term, list[Entry]]]:
    """Return entries by the name of the taxonomy and by the term that they stand under; terms by slug."""
    found: dict[str, dict[Term, list[Entry]]] = {}
    for entry in entries:
        for term in entry.all_terms:
            found.setdefault(term.taxonomy, {}).setdefault(term, []).append(entry)
    return {name: dict(sorted(terms.items(), key=lambda item: item[0].slug)) for name, terms in found.items()}


class Context(Protocol):
    """What a template receives beside `site` and `page`: any frozen dataclass; its fields become variables."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]  # what dataclasses.fields() asks for; the values are its own


class Writing(Value):
    """The context of a page that needs no template, since it writes itself: there are many such, and it is quick."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]  # as in `Context`

    def text(self, html: Callable[[Body], str]) -> str:
        """Return the text of the file; `html` gives the HTML of a body, with links as the page has them."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Page(Value):
    """A file that a template makes, or that its context writes by itself: then `template` is "".

    `kind` names what stands there (home, article, term, year, ...); `section` is the URL of the section or menu
    entry that it belongs to. `sources` are the content files it would not exist without. `changed` is the last
    change of what it says, for the sitemap, where that is known; `in_sitemap` is False for what no search engine
    should list. `feed` belongs to it, and `other_feeds` are the same in other formats; `data` is the URL of what it
    says as JSON, "" for none. `links` says how the page links to others: "relative" to itself, "absolute" with the
    site's address, or "rooted" at the host, for a page that is shown at addresses not its own.
    """

    url: str
    template: str
    context: Context
    kind: str
    title: str = ""
    description: str = ""
    lang: str = ""
    section: str = ""
    feed: FileLink | None = None
    other_feeds: tuple[FileLink, ...] = ()
    data: str = ""
    changed: Moment | None = None
    in_sitemap: bool = True
    links: str = "relative"
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asset(Value):
    """A file that is copied. `source` as in `StaticFile`; `sources` as in `Page`."""

    url: str
    source: str
    digest: bytes
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedItem(Value):
    """An article in a feed, or a correction of one, which has no `content`.

    `id` never changes; `updated` is the last change, or the first publication.
    """

    id: str
    entry: Entry
    content: Body | None
    updated: Moment
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class Document(Value):
    """An article as the search index knows it."""

    entry: Entry
    content: Body


@dataclass(frozen=True, slots=True)
class Bundle(Value):
    """A part of the search index: a folder of files that are made together, of documents in one language.

    `first` and `last` are the years of its oldest and its newest document.
    """

    url: str
    language: str
    documents: tuple[Document, ...]
    first: int
    last: int
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Output(Value):
    """A file to be written: `url` says where."""

    url: str
    data: bytes
