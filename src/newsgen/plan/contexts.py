"""What each kind of template receives, beside `site` and `page`: the fields of these values become variables.

docs/templates.md tells every field to those who write templates; a test holds it to this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from newsgen.dates import Moment
from newsgen.model import (
    Article,
    Correction,
    Entry,
    FeedItem,
    FileLink,
    Link,
    MenuItem,
    PastText,
    Profile,
    Redline,
    StandingPage,
    Term,
)
from newsgen.value import Value

__all__ = [
    "ArchiveContext",
    "ArchiveYear",
    "ArticleContext",
    "Bar",
    "ColoursContext",
    "CompareContext",
    "ComparedRow",
    "ComparedTerm",
    "Comparison",
    "CorrectionDay",
    "CorrectionItem",
    "CorrectionsContext",
    "DayContext",
    "DayGroup",
    "DayOfYear",
    "DaysOfYearContext",
    "Decade",
    "DecadeYears",
    "EarlierVersions",
    "FeedContext",
    "GoneContext",
    "Headline",
    "HomeContext",
    "IndexTerm",
    "Letter",
    "ListContext",
    "MapDay",
    "MonthCalendar",
    "MonthContext",
    "MonthCount",
    "NewsSitemapContext",
    "NewsUrl",
    "NotFoundContext",
    "OnThisDayContext",
    "OnThisDayYear",
    "OpenSearchContext",
    "Pagination",
    "Plot",
    "RedirectContext",
    "Related",
    "River",
    "RobotsContext",
    "SearchBundle",
    "SearchContext",
    "SeriesPart",
    "SiteContext",
    "SitemapContext",
    "SitemapIndexContext",
    "SitemapUrl",
    "StandingPageContext",
    "TaxonomyContext",
    "TermContext",
    "TermCount",
    "Tick",
    "TimelineContext",
    "TimelineEnd",
    "VersionContext",
    "VersionRow",
    "VersionsContext",
    "WeekDay",
    "YearContext",
    "YearCount",
    "YearMap",
]


@dataclass(frozen=True, slots=True)
class SiteContext(Value):
    """What every page shows of the site; templates know it as `site`. `direction` is that of the language's writing.

    `has_structured_data` says that pages describe themselves to machines, as far as they can.
    """

    title: str
    subtitle: str
    description: str
    base_url: str
    language: str
    direction: str
    publisher_name: str
    publisher_url: str
    publisher_founded: str
    publisher_logo: str
    policies: tuple[MenuItem, ...]
    menu: tuple[MenuItem, ...]
    taxonomies: tuple[Link, ...]
    footer: str
    logo: str
    has_colours: bool
    has_citations: bool
    has_structured_data: bool
    feed: FileLink | None
    corrections: str
    search: str
    opensearch: str


@dataclass(frozen=True, slots=True)
class DayGroup(Value):
    """Entries of one written day, month or year, whichever is known; a list shows the date once, over them."""

    date: Moment
    url: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Pagination(Value):
    """Where a part of a long list stands. Pages are numbered from the oldest; `number` is 0 on the newest.

    `newer` and `older` lead to the neighbours, None at the ends.
    """

    number: int
    newer: Link | None
    older: Link | None


@dataclass(frozen=True, slots=True)
class Headline(Value):
    """An article in a column of headlines: its title and year, and no more; `lang` as in `Link`."""

    title: str
    url: str
    year: int
    lang: str = ""


@dataclass(frozen=True, slots=True)
class River(Value):
    """The newest articles of a section, newest first."""

    term: Term
    entries: tuple[Headline, ...]


@dataclass(frozen=True, slots=True)
class HomeContext(Value):
    """The front page: `lead` is the first story, `secondary` up to four more, `days` the rest under their dates.

    Pinned articles lead; an archive without articles has no lead. `rivers` are the largest sections, with articles
    that neither lead nor stand beside the lead; none where there are not two. `earliest` and `latest` are years, 0
    without articles.
    """

    lead: Entry | None
    secondary: tuple[Entry, ...]
    rivers: tuple[River, ...]
    days: tuple[DayGroup, ...]
    pagination: Pagination
    article_count: int
    earliest: int
    latest: int


@dataclass(frozen=True, slots=True)
class ListContext(Value):
    """An older page of the front page's list."""

    days: tuple[DayGroup, ...]
    pagination: Pagination


@dataclass(frozen=True, slots=True)
class TermCount(Value):
    """A term with how many articles stand under it."""

    term: Term
    count: int


@dataclass(frozen=True, slots=True)
class YearCount(Value):
    """A year with how many articles it has. `level` is 0 to 4: 0 for none, 4 for the most of the years beside it."""

    year: int
    url: str
    count: int
    level: int


@dataclass(frozen=True, slots=True)
class Bar(Value):
    """The articles of one year, month or span of years: `label` names it, `url` leads to them.

    In the plot it stands at `place`, counted from 0, and is `height` of 100 high.
    """

    label: str
    url: str
    count: int
    place: int
    height: int


@dataclass(frozen=True, slots=True)
class Tick(Value):
    """A label of a plot's line: at the start of `place`, which is `x` percent along it.

    `is_wide` marks those that a narrow window has no room for, `is_end` the one at the end of the line.
    """

    place: int
    x: str
    label: str
    is_wide: bool
    is_end: bool


@dataclass(frozen=True, slots=True)
class Plot(Value):
    """Articles over time: a line of `places`, each a `unit` ("year", "years" or "month"), with bars where any are.

    `bar_width` is that of a bar in a place of 1; `peak` is the first of the highest bars.
    """

    unit: str
    places: int
    bar_width: str
    bars: tuple[Bar, ...]
    peak: Bar
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class TermContext(Value):
    """A page of a term's articles. `index` leads to the list of all such terms; `singular` says what a term is.

    `profile`, `count`, `earliest`, `latest`, `coverage` and `related` (terms that share the most articles with this
    one) stand on the newest page alone, and are 0, None or empty on the older ones, which thereby never change.
    `coverage` leads into the list itself, and is None where all articles are of one year or month.
    """

    term: Term
    singular: str
    index: Link
    days: tuple[DayGroup, ...]
    pagination: Pagination
    count: int
    earliest: int
    latest: int
    coverage: Plot | None
    related: tuple[TermCount, ...]
    profile: Profile | None


@dataclass(frozen=True, slots=True)
class TimelineEnd(Value):
    """The first or the latest article of a timeline."""

    title: str
    url: str
    date: Moment
    lang: str


@dataclass(frozen=True, slots=True)
class TimelineContext(TermContext):
    """A page of a series or a story: as `TermContext`, with `days` from the oldest to the newest.

    `first_article` and `latest_article` are the ends of the whole timeline: the latter is None on the older pages, and
    both are where there is only one article. `parts` are the numbers of a series' articles by URL, empty for a story.
    """

    first_article: TimelineEnd | None
    latest_article: TimelineEnd | None
    parts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class IndexTerm(Value):
    """A term in an index. `spark` is the path of its articles over the years of the archive in a box of 20 by 6, ""
    for a term of few.
    """

    term: Term
    count: int
    spark: str


@dataclass(frozen=True, slots=True)
class Letter(Value):
    """The terms whose name starts with one letter; `name` is "#" for digits and signs."""

    name: str
    terms: tuple[IndexTerm, ...]


@dataclass(frozen=True, slots=True)
class TaxonomyContext(Value):
    """The index of all terms of a taxonomy, by letter; `singular` says what a term is.

    `earliest` and `latest` are the years that the small plots go from and to, 0 where there are none; `compare` leads
    to where the most used terms are compared, None where they are not.
    """

    name: str
    title: str
    singular: str
    count: int
    earliest: int
    latest: int
    letters: tuple[Letter, ...]
    compare: Link | None


@dataclass(frozen=True, slots=True)
class ComparedTerm(Value):
    """A term beside others: `path` is its articles over time, in a box as wide as there are places, and 100 high."""

    term: Term
    count: int
    path: str


@dataclass(frozen=True, slots=True)
class ComparedRow(Value):
    """The articles of one year, month or span of years under each of the terms, in their order."""

    label: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Comparison(Value):
    """The most used terms of a taxonomy on one scale, on which `most` is the highest; `total` counts all its terms."""

    name: str
    index: Link
    total: int
    most: int
    terms: tuple[ComparedTerm, ...]
    rows: tuple[ComparedRow, ...]


@dataclass(frozen=True, slots=True)
class CompareContext(Value):
    """Coverage compared: sections, then tags, all on the same line of time. `unit` and `places` as in `Plot`."""

    unit: str
    places: int
    earliest: int
    latest: int
    groups: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class WeekDay(Value):
    """A cell of a calendar. `day` is 0 outside the month; `url` is "" where the day has no articles.

    `level` is 0 to 4, as in `YearCount`.
    """

    day: int
    url: str
    count: int
    level: int


@dataclass(frozen=True, slots=True)
class MonthCalendar(Value):
    """A month as a grid: `weeks` of seven days, from the first of the language's week.

    `url` is "" where the month has no articles. `count` covers the articles known to the month alone as well.
    """

    year: int
    month: int
    name: str
    url: str
    count: int
    weeks: tuple[tuple[WeekDay, ...], ...]


@dataclass(frozen=True, slots=True)
class MapDay(Value):
    """A day that has articles, on the map of its year: in the week `x` and the row `y`; `level` as in `YearCount`."""

    date: Moment
    url: str
    count: int
    level: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class YearMap(Value):
    """A year at a glance: weeks as columns, days of the week as rows, in a box of `weeks` by 7.

    `outline` is the path around all its days, `borders` that between its months; `months` name them.
    """

    weeks: int
    outline: str
    borders: str
    months: tuple[Tick, ...]
    days: tuple[MapDay, ...]


@dataclass(frozen=True, slots=True)
class DecadeYears(Value):
    """The ten years of a decade, each with the URL of its page, or "" where it has no articles.

    `older` and `newer` are the nearest decades that have articles. Nothing is counted, so that an article in one year
    leaves the pages of the others alone.
    """

    name: str
    years: tuple[Link, ...]
    older: Link | None
    newer: Link | None


@dataclass(frozen=True, slots=True)
class YearContext(Value):
    """A year: its twelve months, and its articles under their dates, oldest first.

    `map` shows all its days at once, None where no article is known to the day. `days` is empty in a year of more
    articles than a page can hold; then the months lead to them. `undated` are the articles known to the year alone.
    `newer` and `older` are the nearest years that have articles.
    """

    year: int
    count: int
    decade: DecadeYears
    map: YearMap | None
    months: tuple[MonthCalendar, ...]
    undated: tuple[Entry, ...]
    days: tuple[DayGroup, ...]
    older: Link | None
    newer: Link | None


@dataclass(frozen=True, slots=True)
class MonthContext(Value):
    """A month: its calendar, and its articles under their dates, oldest first; as in `YearContext` else."""

    year: Link
    calendar: MonthCalendar
    count: int
    undated: tuple[Entry, ...]
    days: tuple[DayGroup, ...]
    older: Link | None
    newer: Link | None


@dataclass(frozen=True, slots=True)
class DayContext(Value):
    """A day: its articles, oldest first. `newer` and `older` are the nearest days that have articles.

    `in_other_years` leads to the same day of all years.
    """

    date: Moment
    year: Link
    month: Link
    in_other_years: Link
    entries: tuple[Entry, ...]
    older: Link | None
    newer: Link | None


@dataclass(frozen=True, slots=True)
class OnThisDayYear(Value):
    """What was published on a day of the year in one year: headlines, and how many `more` the page of that day has."""

    year: Link
    headlines: tuple[Link, ...]
    more: int


@dataclass(frozen=True, slots=True)
class OnThisDayContext(Value):
    """A day of the year in all years, newest first: `date` as in "20 July". `index` leads to the table of all days;
    `newer` and `older` are the nearest days that have articles.
    """

    date: str
    index: Link
    count: int
    years: tuple[OnThisDayYear, ...]
    older: Link | None
    newer: Link | None


@dataclass(frozen=True, slots=True)
class DayOfYear(Value):
    """A day of the year, in all years: `name` as in "20 July". `url` is "" without articles, and `name` where there is
    no such day. `level` as in `YearCount`.
    """

    name: str
    url: str
    count: int
    level: int


@dataclass(frozen=True, slots=True)
class DaysOfYearContext(Value):
    """All days of the year: 31 rows of twelve months."""

    count: int
    days: tuple[tuple[DayOfYear, ...], ...]


@dataclass(frozen=True, slots=True)
class MonthCount(Value):
    """A month with how many articles it has; `url` is "" for none. `level` as in `YearCount`."""

    month: int
    name: str
    url: str
    count: int
    level: int


@dataclass(frozen=True, slots=True)
class ArchiveYear(Value):
    """A year of the overview with its twelve months."""

    year: YearCount
    months: tuple[MonthCount, ...]


@dataclass(frozen=True, slots=True)
class Decade(Value):
    """The years of a decade that have articles; `start` is 1960 and `name` "1960s"."""

    start: int
    name: str
    count: int
    years: tuple[ArchiveYear, ...]


@dataclass(frozen=True, slots=True)
class ArchiveContext(Value):
    """The whole archive at a glance: decades with their years and months, newest first.

    `coverage` is None without articles; `compare` leads to the comparison of sections and tags, None without any.
    """

    count: int
    earliest: int
    latest: int
    coverage: Plot | None
    compare: Link | None
    decades: tuple[Decade, ...]


@dataclass(frozen=True, slots=True)
class SeriesPart(Value):
    """Where an article stands in a series: its number from 1, of how many, and its neighbours."""

    term: Term
    number: int
    count: int
    older: Link | None
    newer: Link | None


@dataclass(frozen=True, slots=True)
class Related(Value):
    """Another article that goes with this one, and why.

    `shared` are up to three names of terms that both have, the rarest first. `links_here` says that its text links to
    this one, `is_linked` that the text of this one links to it. `lang` is as in `Link`.
    """

    title: str
    url: str
    lang: str
    date: Moment
    shared: tuple[str, ...]
    links_here: bool
    is_linked: bool


@dataclass(frozen=True, slots=True)
class EarlierVersions(Value):
    """The list of an article's earlier versions, and how many there are."""

    url: str
    count: int


@dataclass(frozen=True, slots=True)
class ArticleContext(Value):
    """An article. `older` and `newer` are its neighbours in time; `original` is what it translates, where that is here.

    `dates` lead to the year, month and day pages that it stands on, as far as its date is known. `translations` are
    the listed articles that say the same in other languages, one a language, by language. `organizations` are the
    URLs of those of its authors that are no persons. `related` are up to five others that go with it, the best first.
    `citations` are the files with its citation. `versions` is None where there are no earlier ones to be read.
    """

    article: Article
    older: Link | None
    newer: Link | None
    series: SeriesPart | None
    dates: tuple[Link, ...]
    original: Link | None
    translations: tuple[Link, ...]
    organizations: tuple[str, ...]
    related: tuple[Related, ...]
    citations: tuple[FileLink, ...]
    versions: EarlierVersions | None = None


@dataclass(frozen=True, slots=True)
class VersionContext(Value):
    """What an article said before, from `date` to `until`, under the title that it had.

    `article` leads to what it says now, and `canonical` is where that truly stands: an address, or a path on the
    site; `index` leads to all versions, `older` and `newer` to those beside this one. `redline` is what changed after
    it, up to the next that is shown.
    """

    title: str
    date: Moment
    until: Moment
    text: PastText
    redline: Redline
    article: Link
    canonical: str
    index: Link
    older: Link | None
    newer: Link | None


@dataclass(frozen=True, slots=True)
class VersionRow(Value):
    """A version in the list of all: `title` is what it had, `date` and `until` as in `VersionContext`."""

    title: str
    url: str
    date: Moment
    until: Moment


@dataclass(frozen=True, slots=True)
class VersionsContext(Value):
    """All earlier versions of an article that can be read, newest first."""

    article: Link
    canonical: str
    versions: tuple[VersionRow, ...]


@dataclass(frozen=True, slots=True)
class CorrectionItem(Value):
    """A correction, and the article that it is of, with its publication."""

    correction: Correction
    article: Link
    published: Moment


@dataclass(frozen=True, slots=True)
class CorrectionDay(Value):
    """Corrections of one written day, month or year, whichever is known."""

    date: Moment
    items: tuple[CorrectionItem, ...]


@dataclass(frozen=True, slots=True)
class CorrectionsContext(Value):
    """A page of corrections, newest first. `count` is 0 on all but the newest page, so that the older never change."""

    days: tuple[CorrectionDay, ...]
    pagination: Pagination
    count: int


@dataclass(frozen=True, slots=True)
class StandingPageContext(Value):
    """A page without a date."""

    standing: StandingPage


@dataclass(frozen=True, slots=True)
class RedirectContext(Value):
    """A page that sends on: `target` is a path on the site, or an address where `is_external`."""

    target: MenuItem


@dataclass(frozen=True, slots=True)
class GoneContext(Value):
    """What stands where an article was taken back, or where a page is no more.

    `status` is "removed", "redacted" or "retired", `updated` the day on which it became so, and `reason` why, "" where
    that was not said. `title` is "" where it may not be said; `date` is None where nothing is known of a publication.
    `policy` leads to what the publisher says of such cases.
    """

    title: str
    date: Moment | None
    updated: Moment | None
    status: str
    reason: str
    policy: MenuItem | None


@dataclass(frozen=True, slots=True)
class NotFoundContext(Value):
    """The page a host shows for an address that is none."""

    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class FeedContext(Value):
    """A feed: `url` is its own, `alternate` the page that it follows; items newest first.

    `is_archive` says that it is a document of the archive, which never changes but with what is in it. `older` and
    `newer` are the documents of the archive before and after it, and `current` is the feed that it belongs to; "" for
    none.
    """

    id: str
    title: str
    url: str
    alternate: str
    updated: Moment
    items: tuple[FeedItem, ...]
    is_archive: bool = False
    older: str = ""
    newer: str = ""
    current: str = ""


@dataclass(frozen=True, slots=True)
class SitemapUrl(Value):
    """A page in the sitemap. `lastmod` is its last change as sitemaps want it, "" where no day is known.

    `images` are the paths of its pictures.
    """

    url: str
    lastmod: str
    images: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SitemapContext(Value):
    """A sitemap, or a part of a large one."""

    urls: tuple[SitemapUrl, ...]


@dataclass(frozen=True, slots=True)
class SitemapIndexContext(Value):
    """The list of a large sitemap's parts."""

    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewsUrl(Value):
    """An article in the news sitemap: `date` is its first publication, `language` as Google News names it."""

    url: str
    title: str
    date: str
    language: str


@dataclass(frozen=True, slots=True)
class NewsSitemapContext(Value):
    """The articles of two days, or a part of them; `publication` is the name of the site."""

    publication: str
    urls: tuple[NewsUrl, ...]


@dataclass(frozen=True, slots=True)
class RobotsContext(Value):
    """robots.txt: `sitemaps` are the paths of those there are, of an index and not of its parts."""

    sitemaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchBundle(Value):
    """A part of the search index: where it stands, its language, and how many articles from which to which year."""

    url: str
    language: str
    first: int
    last: int
    count: int


@dataclass(frozen=True, slots=True)
class SearchContext(Value):
    """The search page: `bundles` newest first, and what readers can choose among, the most used first.

    `earliest` and `latest` are years.
    """

    bundles: tuple[SearchBundle, ...]
    sections: tuple[TermCount, ...]
    tags: tuple[TermCount, ...]
    authors: tuple[TermCount, ...]
    years: tuple[YearCount, ...]
    article_count: int
    earliest: int
    latest: int


@dataclass(frozen=True, slots=True)
class OpenSearchContext(Value):
    """What a browser needs to search the site from its own address bar.

    `short_name` and `long_name` are the title as far as they may be long; `image` is the path of a picture.
    """

    short_name: str
    long_name: str
    description: str
    image: str
    search: str
    url: str


@dataclass(frozen=True, slots=True)
class ColoursContext(Value):
    """The colours of the settings, as a style sheet."""

    colours: tuple[tuple[str, str], ...]
