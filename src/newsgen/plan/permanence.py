"""What answers at every URL that was ever published: the next ledger, and the pages that it asks for.

Nothing here looks at the output folder or at a clock: the ledger and the planned pages go in, the next ledger comes
out, and the same two give the same again.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date
from functools import cached_property
from typing import NamedTuple, TypeAlias

from newsgen import dates
from newsgen.errors import LedgerError, Location, NewsgenError, PlanError, Problem
from newsgen.ledger import FILE_NAME, GONE, LIVE, REDIRECT, Ledger, LedgerEntry, source_of, target_of, text_digest
from newsgen.markup import is_external
from newsgen.model import Archive, Article, Asset, Bundle, LedgerSettings, MenuItem, Page
from newsgen.permalink import collision_key, folders_of, output_path
from newsgen.plan.articles import removal_policy
from newsgen.plan.contexts import GoneContext, RedirectContext

__all__ = ["Settled", "is_in_grace", "is_page", "settle", "silent_change"]

_Item: TypeAlias = Page | Asset | Bundle

# What is made of a page, or for machines alone, and follows it: its address is not promised to anybody.
_NOT_KEPT = frozenset({"article-data", "citation", "list-data", "file", "not-found", "search"})
_THEME = "/theme/"
_FILE, _FEED, _LIST = "file", "feed", "list"
_ARCHIVE = "/archive/"
# Pages that list articles, and are empty once these stand elsewhere.
_LISTS = frozenset(
    {
        _LIST, "term", "taxonomy", "year", "month", "day", "on-this-day", "archive", "compare", "corrections",
    }
)  # fmt: skip
_VERSIONS = frozenset({"version", "versions"})
_DOCUMENTS = "/feed/"
_ENDINGS = (".html", ".htm")
# From how many lost addresses on they are settled all at once.
_MANY = 10
_LONGEST_CHAIN = 100


class Settled(NamedTuple):
    """What became of all that was published before.

    `pages` stand where something moved or is gone. `emptied` are URLs of lists that have no articles any more since
    this time, with where they lead. `gone` are URLs that have no page to say so, of files. `lost` are those that
    nothing answers at. `replaced` are planned pages with better ones in their place. `silent` are changes of texts
    that nothing tells of, and `as_it_is` the entries of those articles, by URL, as they would be with the new texts.
    """

    ledger: Ledger
    pages: tuple[Page | Asset, ...] = ()
    replaced: Mapping[str, Page] = {}
    emptied: tuple[tuple[str, str], ...] = ()
    gone: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    errors: tuple[NewsgenError, ...] = ()
    warnings: tuple[Problem, ...] = ()
    silent: tuple[Problem, ...] = ()
    as_it_is: Mapping[str, LedgerEntry] = {}


def settle(archive: Archive, items: Iterable[_Item], *, is_whole: bool = True, today: str = "") -> Settled:
    """Return what becomes of all URLs in the archive's ledger, now that `items` are planned.

    `today` is the day on which new URLs are first seen, as in "2024-12-01"; "" where nobody knows. An archive that is
    not whole, since some of its files have mistakes, cannot say what is lost: then nothing is, and nothing moves.
    """
    if archive.site.permalinks.guard == "off":
        return Settled(archive.ledger)
    return _Settling(archive, items, today).run(is_whole=is_whole)


def is_page(url: str) -> bool:
    """Whether a URL is that of a page for readers, in which another page could take its place."""
    return url.endswith(("/", *_ENDINGS))


def said_of_changes(article: Article) -> str:
    """Return what an article tells of its changes: another text goes with another answer."""
    updated = article.updated.iso if article.updated else ""
    return f"{updated}/{len(article.corrections)}" if updated or article.corrections else ""


def is_in_grace(settings: LedgerSettings, seen: str, today: str) -> bool:
    """Whether a text that was first published on the day `seen` may still change without a word."""
    try:
        return (date.fromisoformat(today) - date.fromisoformat(seen)).days <= settings.grace
    except ValueError:
        return False


def silent_change(path: str, url: str) -> Problem:
    """Return the problem of a text that changed after it was published, where nothing says so."""
    return Problem(
        "this was changed after it was published, and nothing says so",
        Location(path),
        f"set 'updated:', or run 'newsgen correct {path} --kind correction --text \"...\"'; "
        f"'newsgen urls accept {url}' takes it for published as it is now",
    )


class _Settling:
    """One look at the whole ledger: what was found so far."""

    def __init__(self, archive: Archive, items: Iterable[_Item], today: str) -> None:
        self._archive = archive
        self._settings = archive.site.permalinks
        self._before = archive.ledger.entries
        self._today = today or "-"
        self._planned: dict[str, _Item] = {item.url: item for item in items if not isinstance(item, Bundle)}
        self._articles = {article.url: article for article in archive.articles}
        self._next: dict[str, LedgerEntry] = {}
        self._emptied: list[tuple[str, str]] = []
        self._lost: list[LedgerEntry] = []
        # How many files are lost with each page that is.
        self._below: dict[str, int] = {}
        self._errors: list[NewsgenError] = []
        self._warnings: list[Problem] = []
        self._silent: list[Problem] = []
        self._as_it_is: dict[str, LedgerEntry] = {}

    def run(self, *, is_whole: bool) -> Settled:
        for url, item in self._planned.items():
            kind = _kind_of(item)
            if kind:
                self._next[url] = self._entry_of(item, kind, self._before.get(url))
        others = [entry for url, entry in self._before.items() if url not in self._next]
        self._next.update((entry.url, entry) for entry in others)
        if is_whole:
            self._settle_all([entry for entry in others if entry.state == LIVE])
        answered = [entry.url for entry in others if self._next[entry.url].state != LIVE]
        replaced = self._resolve(answered)
        level = self._settings.changes
        if level == "error":
            self._errors += [LedgerError(problem) for problem in self._silent]
        self._tell_lost()
        has_changed = len(self._next) != len(self._before) or any(
            self._before.get(url) is not entry for url, entry in self._next.items()
        )
        return Settled(
            ledger=Ledger(dict(sorted(self._next.items()))) if has_changed else self._archive.ledger,
            pages=tuple(self._pages(answered)),
            replaced=replaced,
            emptied=tuple(self._emptied),
            gone=tuple(url for url in answered if self._next[url].state == GONE and not is_page(url)),
            lost=tuple(entry.url for entry in self._lost),
            errors=tuple(self._errors),
            warnings=tuple(self._warnings),
            silent=tuple(self._silent) if level == "warn" else (),
            as_it_is=self._as_it_is,
        )

    # What is planned

    def _entry_of(self, item: _Item, kind: str, before: LedgerEntry | None) -> LedgerEntry:
        """Return the entry of a planned page or file: the very one from before where it says the same."""
        seen = before.seen if before else self._today
        if isinstance(item, Page) and kind in ("redirect", "gone"):
            now = self._answer_of(item, kind, before)
        elif isinstance(item, Asset):
            now = LedgerEntry(item.url, LIVE, kind, seen, source=item.source, text=item.digest.hex())
        elif kind == "article" and item.url in self._articles:
            now = self._article_entry(self._articles[item.url], before)
        elif before and before.state == LIVE and before.kind == kind:
            return before
        else:
            now = LedgerEntry(item.url, LIVE, kind, seen)
        return before if before == now and before else now

    def _answer_of(self, item: Page, kind: str, before: LedgerEntry | None) -> LedgerEntry:
        """Return the entry of a page that stands for another, since the front matter of an article says so."""
        article = self._articles.get(item.url)
        entry = LedgerEntry(
            item.url,
            REDIRECT if kind == "redirect" else GONE,
            before.kind if before else "article" if article else kind,
            before.seen if before else self._today,
            id=article.id if article else "",
            source=source_of(article.path) if article else "",
        )
        if isinstance(item.context, RedirectContext):
            return entry._replace(target=target_of(item.context.target.url))
        if isinstance(item.context, GoneContext):
            on = item.context.updated.iso[:10] if item.context.updated else ""
            return entry._replace(on=on, reason=" ".join(item.context.reason.split()))
        return entry

    def _article_entry(self, article: Article, before: LedgerEntry | None) -> LedgerEntry:
        text, said = text_digest(article.title, article.content.digest), said_of_changes(article)
        if before and before.text and (before.text, before.said) != (text, said):
            before = self._judged(article, before, text, said)
            text, said = before.text, before.said
        seen = before.seen if before else self._today
        source = source_of(article.path)
        return LedgerEntry(article.url, LIVE, "article", seen, article.id, source, text, said)

    def _judged(self, article: Article, before: LedgerEntry, text: str, said: str) -> LedgerEntry:
        """Return an entry with what was published of an article: as it is now, unless it changed in silence."""
        is_told = before.said != said or before.text == text
        is_free = self._settings.changes == "off" or is_in_grace(self._settings, before.seen, self._today)
        if not is_told and not is_free:
            self._silent.append(silent_change(article.path, article.url))
            self._as_it_is[article.url] = before._replace(text=text, said=said)
            return before
        return before._replace(text=text, said=said)

    # What was published and is not planned any more

    def _settle_all(self, entries: Sequence[LedgerEntry]) -> None:
        by_id = {article.id: article for article in self._archive.articles}
        below: list[LedgerEntry] = []
        for entry in entries:
            if entry.id:
                article = by_id.get(entry.id)
                if article is None or article.url == entry.url:
                    self._lose(entry)
                else:
                    self._send_on(entry, article.url)
                    self._keep_what_was_published(entry, article)
            else:
                below.append(entry)
        for entry in below:
            if entry.kind in _LISTS:
                self._empty(entry, self._list_above(entry))
            elif entry.kind in _VERSIONS:
                self._settle_version(entry)
            elif entry.kind == _FEED:
                self._settle_feed(entry)
            elif entry.kind == _FILE:
                self._settle_file(entry)
            else:
                self._lose(entry)

    def _send_on(self, entry: LedgerEntry, target: str) -> None:
        self._next[entry.url] = LedgerEntry(entry.url, REDIRECT, entry.kind, entry.seen, target=target)

    def _empty(self, entry: LedgerEntry, target: str) -> None:
        self._send_on(entry, target)
        self._emptied.append((entry.url, target))

    def _end(self, entry: LedgerEntry, on: str) -> None:
        self._next[entry.url] = LedgerEntry(entry.url, GONE, entry.kind, entry.seen, on=on)

    def _keep_what_was_published(self, before: LedgerEntry, article: Article) -> None:
        """Let the entry of an article that moved say of its text what the old one said."""
        now = self._next.get(article.url)
        if now and now.state == LIVE and article.url not in self._before and before.text:
            text = self._judged(article, before._replace(url=article.url), now.text, now.said)
            self._next[article.url] = now._replace(seen=before.seen, text=text.text, said=text.said)

    def _list_above(self, entry: LedgerEntry) -> str:
        """Return the nearest list above one that is empty: of a day its month, of a term the index of terms."""
        for url in _folders_above(entry.url):
            if url == "/" and entry.kind != _LIST and _ARCHIVE in self._planned and entry.url != _ARCHIVE:
                return _ARCHIVE
            item = self._planned.get(url)
            if isinstance(item, Page) and item.kind not in ("redirect", "gone"):
                return url
        return "/"

    def _settle_feed(self, entry: LedgerEntry) -> None:
        """Let the feed of an emptied list go with it: readers of feeds take that for its end."""
        folder = next(_folders_above(entry.url))
        main = f"/feed{posixpath.splitext(entry.url)[1]}"
        if folder == _DOCUMENTS and main in self._planned:
            self._empty(entry, main)  # there are fewer articles than the documents were of
        elif folder in self._before and folder not in self._planned and self._before[folder].kind in _LISTS:
            self._end(entry, _day(self._today))
        else:
            self._lose(entry)

    def _settle_version(self, entry: LedgerEntry) -> None:
        """Let an earlier version of an article lead to where that went, or to the article."""
        owner = self._owner(entry.url)
        beside = owner.target + entry.url[len(owner.url) :] if owner and owner.target else ""
        article = owner.target or owner.url if owner else ""
        target = next((url for url in (beside, article) if url in self._planned), "")
        if owner and owner.state == GONE:
            self._end(entry, owner.on)
        elif target:
            self._send_on(entry, target)
        elif not (owner and owner.url in self._below):
            self._lose(entry)

    def _settle_file(self, entry: LedgerEntry) -> None:
        owner = self._owner(entry.url)
        if owner and owner.state == GONE:
            self._end(entry, owner.on)
            return
        beside = owner.target + entry.url[len(owner.url) :] if owner and owner.target else ""
        target = self._files.get(beside) or self._files.get(entry.text) or self._files.get(entry.source)
        if target:
            self._send_on(entry, target)
        elif owner and owner.url in self._below:
            self._below[owner.url] += 1
        else:
            self._lose(entry)

    def _lose(self, entry: LedgerEntry) -> None:
        self._lost.append(entry)
        self._below[entry.url] = 0

    def _owner(self, url: str) -> LedgerEntry | None:
        """Return the article in whose folder a URL stands, as it is now."""
        return next((self._next[above] for above in _folders_above(url) if self._is_article(above)), None)

    def _is_article(self, url: str) -> bool:
        return url in self._next and self._next[url].kind == "article"

    @cached_property
    def _files(self) -> Mapping[str, str]:
        """The URLs of files, by their URL, by the digest of their bytes, and by their source."""
        found: dict[str, str] = {}
        for url, item in sorted(self._planned.items()):
            if isinstance(item, Asset):
                for key in (url, item.digest.hex(), item.source):
                    found.setdefault(key, url)
        return found

    # Where redirects lead

    def _resolve(self, answered: Iterable[str]) -> dict[str, Page]:
        """Let every redirect lead straight to the end, and return the planned ones that did not."""
        for url in answered:
            entry = self._next[url]
            if entry.state == REDIRECT:
                self._next[url] = self._resolved(entry)
        replaced: dict[str, Page] = {}
        for url, item in self._planned.items():
            if not isinstance(item, Page) or item.kind != "redirect" or not isinstance(item.context, RedirectContext):
                continue
            place = Location(item.sources[0]) if item.sources else None
            target = self._end_of(self._next[url], place)
            if target != self._next[url].target:
                self._next[url] = self._next[url]._replace(target=target)
                if self._before.get(url) == self._next[url]:
                    self._next[url] = self._before[url]
                replaced[url] = replace(item, context=RedirectContext(_menu_item(item.context.target.title, target)))
        return replaced

    def _resolved(self, entry: LedgerEntry) -> LedgerEntry:
        place = Location(FILE_NAME, self._archive.ledger.line_of(entry.url))
        target = self._end_of(entry, place)
        bare = _bare(target)
        if not is_external(target) and bare not in self._next and bare not in self._planned:
            if entry.kind in _LISTS:
                target = self._list_above(entry)
            else:
                message = f"{entry.url} leads to {target}, and nothing stands there"
                hint = f"let it lead elsewhere with 'newsgen urls redirect {entry.url} NEW'"
                self._errors.append(LedgerError(Problem(message, place, hint)))
        return entry if target == entry.target else entry._replace(target=target)

    def _end_of(self, entry: LedgerEntry, place: Location | None) -> str:
        """Return where a redirect leads in the end; an error where that is to itself."""
        chain = [entry.url]
        target = entry.target
        while len(chain) < _LONGEST_CHAIN:
            following = self._next.get(_bare(target))
            if following is None or following.state != REDIRECT or is_external(target):
                return target
            if following.url in chain:
                break
            chain.append(following.url)
            target = following.target
        message = f"redirects go round: {' -> '.join([*chain, _bare(target)][:6])}"
        hint = "let one of them lead to a page"
        self._errors.append(PlanError(Problem(message, place, hint)))
        return entry.target

    # What stands there now

    def _pages(self, answered: Sequence[str]) -> Iterator[Page | Asset]:
        """Yield what stands where something moved or is gone, unless a planned page needs the place."""
        if not answered:
            return
        taken = {collision_key(output_path(url)) for url in self._planned}
        folders = {folder for path in taken for folder in folders_of(path)}
        for url in answered:
            entry = self._next[url]
            path = collision_key(output_path(url))
            item = self._page_of(entry)
            if item and path not in taken and path not in folders and taken.isdisjoint(folders_of(path)):
                taken.add(path)
                folders.update(folders_of(path))
                yield item

    def _page_of(self, entry: LedgerEntry) -> Page | Asset | None:
        if entry.state == REDIRECT:
            target = self._planned.get(_bare(entry.target))
            return self._redirect(entry, target) if is_page(entry.url) else _copy(entry.url, target)
        return self._tombstone(entry) if is_page(entry.url) else None

    def _redirect(self, entry: LedgerEntry, target: _Item | None) -> Page:
        title = target.title if isinstance(target, Page) else ""
        return Page(
            url=entry.url,
            template="redirect.html",
            context=RedirectContext(_menu_item(title, entry.target)),
            kind="redirect",
            title=title,
            in_sitemap=False,
        )

    def _tombstone(self, entry: LedgerEntry) -> Page:
        return Page(
            url=entry.url,
            template="gone.html",
            context=GoneContext(
                title="",
                date=None,
                updated=dates.parse(entry.on, UTC) if entry.on else None,
                status="retired",
                reason=entry.reason,
                policy=removal_policy(self._archive.site),
            ),
            kind="gone",
            title=self._archive.site.words.text("status_retired"),
            in_sitemap=False,
        )

    # What is lost

    def _tell_lost(self) -> None:
        problems = [self._lost_problem(entry) for entry in self._lost]
        if len(problems) <= _MANY:
            problems = [self._with_ways_out(*pair) for pair in zip(problems, self._lost, strict=True)]
        else:
            message = f"{len(problems)} addresses that were published would be lost"
            hint = "settle each for itself, some by a pattern such as '/2024/**', or all of them with one of"
            commands = (
                "newsgen urls redirect --file FILE",
                'newsgen urls retire --lost --reason "..."',
                "newsgen urls forget --lost",
            )
            problems.append(Problem(message, None, hint, commands=commands))
        if self._settings.guard == "error":
            self._errors += [LedgerError(problem) for problem in problems]
        else:
            self._warnings += problems

    def _lost_problem(self, entry: LedgerEntry) -> Problem:
        count = self._below[entry.url]
        more = f", with {count} file{'s' if count != 1 else ''} below it" if count else ""
        place = Location(FILE_NAME, self._archive.ledger.line_of(entry.url))
        return Problem(f"{entry.url} was published and would be lost{more}: {self._why(entry)}", place)

    def _with_ways_out(self, problem: Problem, entry: LedgerEntry) -> Problem:
        # What leads here, or to a file below, would lead nowhere: it can only be forgotten together.
        leading = [
            other.url
            for other in self._next.values()
            if other.state == REDIRECT
            and (other.target == entry.url or (entry.id and other.target.startswith(entry.url)))
        ]
        commands = (
            f"newsgen urls redirect {entry.url} {self._likely(entry) or 'NEW'}",
            f'newsgen urls retire {entry.url} --reason "..."',
            f"newsgen urls forget {' '.join([entry.url, *leading])}",
        )
        hint = "it moved, it is gone and its page is to say so, or it was never public: run one of"
        return problem._replace(hint=hint, commands=commands)

    def _why(self, entry: LedgerEntry) -> str:
        if entry.source and entry.id:
            unbuilt = self._archive.unbuilt.get(entry.source)
            name = f"articles/{entry.source}.md"
            return f"{name} is {unbuilt} now" if unbuilt else f"there is no {name} any more"
        if entry.source:
            return f"{entry.source} is not published there any more"
        return f"the site has no such {entry.kind} any more"

    def _likely(self, entry: LedgerEntry) -> str:
        """Return a new article that has the last part of a lost address in its own, "" for none or several."""
        found = self._new_by_name.get(_name_of(entry.url), ()) if entry.id else ()
        return found[0] if len(found) == 1 else ""

    @cached_property
    def _new_by_name(self) -> Mapping[str, Sequence[str]]:
        """The URLs of articles that were never published, by their last part."""
        found: dict[str, list[str]] = {}
        for url in self._articles:
            if url not in self._before:
                found.setdefault(_name_of(url), []).append(url)
        return found


def _kind_of(item: _Item) -> str:
    """Return the kind under which the ledger keeps a URL; "" where it does not."""
    if isinstance(item, Page):
        return "" if item.kind in _NOT_KEPT else item.kind
    return _FILE if isinstance(item, Asset) and not item.url.startswith(_THEME) else ""


def _menu_item(title: str, target: str) -> MenuItem:
    return MenuItem(title, target, is_external=is_external(target))


def _copy(url: str, target: _Item | None) -> Page | Asset | None:
    """Return what stands at the old URL of a file: the same file once more, since no page can stand there."""
    if target is None or posixpath.splitext(url)[1].lower() != posixpath.splitext(target.url)[1].lower():
        return None
    if isinstance(target, Asset):
        return Asset(url, target.source, target.digest)
    return replace(target, url=url, in_sitemap=False) if isinstance(target, Page) and target.kind == _FEED else None


def _bare(target: str) -> str:
    """Return a URL without query and fragment."""
    return target.partition("#")[0].partition("?")[0]


def _name_of(url: str) -> str:
    return url.rstrip("/").rpartition("/")[2]


def _day(today: str) -> str:
    return "" if today == "-" else today


def _folders_above(url: str) -> Iterator[str]:
    """Yield the URLs of the folders above one, the nearest first."""
    while url != "/":
        url = url.rstrip("/").rpartition("/")[0] + "/"
        yield url
