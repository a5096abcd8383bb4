"""What the keeper of an archive decides of its addresses: a ledger goes in, another comes out.

No address is decided on that a page stands at: `standing` are those that the site would have if it were built now.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence

from newsgen.errors import LedgerError, Location, Problem, did_you_mean, raise_all
from newsgen.ledger import FILE_NAME, GONE, LIVE, REDIRECT, Ledger, LedgerEntry, is_safe, target_of
from newsgen.markup import is_external
from newsgen.permalink import is_web_address, read_url

__all__ = ["expanded", "forgotten", "matching", "pairs_in", "redirected", "retired"]

_WILD = re.compile(r"\*\*|\*")
# What stands below a page and goes with it.
_BELOW = frozenset({"file", "version", "versions", "feed"})


def matching(ledger: Ledger, patterns: Iterable[str], base_url: str = "") -> tuple[str, ...]:
    """Return the URLs that are named by their path, by their whole address, or by a pattern, in the ledger's order.

    In a pattern "*" stands for a part of a path or less of it, "**" for anything. Raises ExceptionGroup of LedgerError
    for what names none.
    """
    found: set[str] = set()
    errors: list[LedgerError] = []
    for written in patterns:
        pattern = _path_of(written, base_url)
        if "*" in pattern:
            expression = _expression(pattern)
            urls = [url for url in ledger.entries if expression.fullmatch(url)]
        else:
            urls = [url for url in (pattern, f"{pattern}/") if url in ledger.entries][:1]
        if not urls:
            hint = did_you_mean(pattern, ledger.entries, "'newsgen urls' lists all", likeness=0.8)
            errors.append(_error(f"the ledger has no address {written!r}", hint))
        found.update(urls)
    raise_all(FILE_NAME, errors)
    return tuple(url for url in ledger.entries if url in found)


def expanded(ledger: Ledger, old: str, new: str, base_url: str = "") -> tuple[tuple[str, str], ...]:
    """Return pairs of an address and where it is to lead: one, or those that the pattern `old` names.

    What a star of `old` stands for is put in place of the star of the same number in `new`. Raises ExceptionGroup of
    LedgerError where nothing has the pattern.
    """
    pattern, target = _path_of(old, base_url), _path_of(new, base_url)
    if "*" not in pattern:
        known = next((url for url in (pattern, f"{pattern}/") if url in ledger.entries), pattern)
        return ((known, target),)
    expression = _expression(pattern)
    pairs = []
    for url in matching(ledger, [pattern]):
        found = expression.fullmatch(url)
        parts = iter(found.groups() if found else ())
        pairs.append((url, _WILD.sub(lambda star, parts=parts: next(parts, star[0]), target)))  # type: ignore[misc]
    return tuple(pairs)


def pairs_in(text: str, name: str) -> Iterator[tuple[str, str]]:
    """Yield the pairs that the lines of a file hold: an address, blanks, and where it is to lead.

    Empty lines and those that start with "#" say nothing. Raises ExceptionGroup of LedgerError for any other.
    """
    errors = []
    for number, line in enumerate(text.splitlines(), 1):
        parts = line.split()
        if len(parts) == 2:
            yield parts[0], parts[1]
        elif parts and not line.lstrip().startswith("#"):
            message = f"this is no pair of addresses: {line[:80]!r}"
            errors.append(LedgerError(Problem(message, Location(name, number), "write OLD and NEW, with a blank")))
    raise_all(name, errors)


def redirected(ledger: Ledger, pairs: Sequence[tuple[str, str]], standing: Container[str]) -> Ledger:
    """Return a ledger in which the first of each pair leads to the second, and what stood below it as well.

    An address that the ledger does not know is entered: it was published by something else. Raises ExceptionGroup of
    LedgerError for one at which a page stands, or that would lead nowhere or to itself.
    """
    wanted = dict(pairs)
    errors: list[LedgerError] = []
    entries: list[LedgerEntry] = []
    for old, new in wanted.items():
        try:
            entries.append(_redirect(ledger, old, new, standing, wanted))
        except ValueError as error:
            errors.append(_error(*error.args))
    raise_all(FILE_NAME, errors)
    below = [
        _beside(entry, old, new, standing)
        for old, new in wanted.items()
        if old in ledger.entries
        for entry in _lost_below(ledger, old, standing)
        if entry.url not in wanted
    ]
    return ledger.with_entries([*below, *entries])


def _redirect(ledger: Ledger, old: str, new: str, standing: Container[str], wanted: dict[str, str]) -> LedgerEntry:
    if old in standing:
        raise ValueError(f"a page stands at {old}", "take its file away first, or give it another address")
    known = ledger.entries.get(old)
    if known is None and (not is_safe(old) or read_url(old) != old):
        raise ValueError(f"{old!r} is not an address of this site", f"write it as {read_url(old)!r}")
    if is_external(new):
        if not is_web_address(new):
            raise ValueError(f"{new!r} is not an address to lead to", "write a path, or an address with https://")
    else:
        _check_target(ledger, old, new, standing, wanted)
    seen = known.seen if known else "-"
    return LedgerEntry(old, REDIRECT, known.kind if known else "redirect", seen, target=target_of(new))


def _check_target(ledger: Ledger, old: str, new: str, standing: Container[str], wanted: dict[str, str]) -> None:
    """Raise ValueError where the way from `new` leads to no page."""
    chain = [old]
    target = new
    while True:
        bare = target.partition("#")[0].partition("?")[0]
        if bare in chain:
            raise ValueError(f"redirects would go round: {' -> '.join([*chain, bare])}", "let one lead to a page")
        if bare in standing or is_external(target):
            return
        entry = ledger.entries.get(bare)
        target = wanted.get(bare, entry.target if entry and entry.state == REDIRECT else "")
        if not target:
            why = "it is gone" if entry and entry.state == GONE else "nothing stands there"
            raise ValueError(f"{old} cannot lead to {new}: {why}", "name the address of a page that the site has")
        chain.append(bare)


def _beside(entry: LedgerEntry, old: str, new: str, standing: Container[str]) -> LedgerEntry:
    """Return what becomes of a file of a page that leads elsewhere: the same file there, else it is gone."""
    target = new + entry.url[len(old) :]
    bare = LedgerEntry(entry.url, GONE, entry.kind, entry.seen)
    return bare._replace(state=REDIRECT, target=target) if target in standing else bare


def retired(ledger: Ledger, urls: Iterable[str], on: str, reason: str, standing: Container[str]) -> Ledger:
    """Return a ledger in which these URLs are gone since the day `on`, for a reason.

    Raises ExceptionGroup of LedgerError for one at which a page stands.
    """
    chosen = dict.fromkeys(urls)
    _refuse_standing(chosen, standing, "retired")
    entries = []
    for url in chosen:
        before = ledger.entries[url]
        entries.append(before._replace(state=GONE, text="", said="", target="", on=on, reason=reason))
        entries += [
            LedgerEntry(entry.url, GONE, entry.kind, entry.seen, on=on)
            for entry in _lost_below(ledger, url, standing)
            if entry.url not in chosen
        ]
    return ledger.with_entries(entries)


def forgotten(ledger: Ledger, urls: Iterable[str], standing: Container[str]) -> Ledger:
    """Return a ledger without these URLs, and without the files below them.

    Raises ExceptionGroup of LedgerError for one at which a page stands, or to which another leads.
    """
    chosen = set(urls)
    _refuse_standing(chosen, standing, "forgotten")
    chosen.update(entry.url for url in sorted(chosen) for entry in _lost_below(ledger, url, standing))
    leading = [entry for entry in ledger.entries.values() if entry.target in chosen and entry.url not in chosen]
    hint = "forget it as well, or let it lead elsewhere"
    raise_all(FILE_NAME, [_error(f"{entry.url} leads to {entry.target}", hint) for entry in leading])
    return ledger.with_entries((), without=chosen)


def _refuse_standing(urls: Iterable[str], standing: Container[str], done: str) -> None:
    hint = "take its file away first: what is published is live"
    raise_all(
        FILE_NAME,
        [_error(f"{url} cannot be {done}: a page stands there", hint) for url in sorted(urls) if url in standing],
    )


def _lost_below(ledger: Ledger, url: str, standing: Container[str]) -> Iterator[LedgerEntry]:
    """Yield what was published below a page and does not stand any more."""
    entry = ledger.entries.get(url)
    if entry is None or entry.kind == "file" or not url.endswith("/") or url == "/":
        return
    for other in ledger.below(url):
        if other.state == LIVE and other.kind in _BELOW and other.url not in standing:
            yield other


def _path_of(written: str, base_url: str) -> str:
    """Return the path of an address that was written as a path, or whole."""
    if base_url and written.startswith(f"{base_url}/"):
        return written[len(base_url) :]
    return written


def _expression(pattern: str) -> re.Pattern[str]:
    parts = _WILD.split(pattern)
    stars = ["(.*)" if star == "**" else "([^/]*)" for star in _WILD.findall(pattern)]
    return re.compile("".join(re.escape(part) + star for part, star in zip(parts, [*stars, ""], strict=True)))


def _error(message: str, hint: str = "") -> LedgerError:
    return LedgerError(Problem(message, Location(FILE_NAME), hint))
