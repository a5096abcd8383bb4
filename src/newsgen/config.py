"""newsgen.yaml -> Site."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote

from newsgen import colours, dates, files, frontmatter, permalink, svg, theme, words, yamltext
from newsgen.address import read_address
from newsgen.citation import FORMATS
from newsgen.colours import Colour
from newsgen.dates import Moment
from newsgen.errors import ConfigError, ContentError, Location, Problem, did_you_mean, raise_all
from newsgen.hosts import HOSTS, NEEDLESS
from newsgen.markup import BUILT_IN_EXTENSIONS, Converter, is_external
from newsgen.model import (
    FEED_FORMATS,
    FeedSettings,
    LedgerSettings,
    MarkdownSettings,
    MenuItem,
    Publisher,
    Site,
    Taxonomy,
)
from newsgen.rules import LEVELS, OFF, RULES, Rule
from newsgen.source import decode, one_line
from newsgen.words import Words
from newsgen.yamltext import Node, Plain, Scalar, Series, Table

__all__ = ["COLOURS", "FILE_NAME", "KEYS", "read"]

FILE_NAME = "newsgen.yaml"
KEYS = (
    "title", "subtitle", "description", "base_url", "language", "timezone", "author", "publisher", "permalink",
    "taxonomies", "section_from_folder", "page_size", "feed_size", "markdown", "front_matter", "feeds", "sitemap",
    "search", "corrections", "structured_data", "citations", "citation_files", "data", "history", "hosts",
    "manifest", "permalinks", "check", "output", "menu", "footer", "colours", "logo",
)  # fmt: skip
COLOURS = ("accent", "accent-dark", "paper", "paper-dark", "ink", "ink-dark")
_PUBLISHER_KEYS = ("name", "url", "logo", "founding_date", "policies")
_TAXONOMY_KEYS = ("keys", "url", "title", "singular", "feed", "slugs")
_FEED_KEYS = ("formats", "authority", "archive")
_MARKDOWN_KEYS = ("extensions", "raw_html")
_SITEMAP_KEYS = ("pages", "images", "news")
_SEARCH_KEYS = ("opensearch",)
_LEDGER_KEYS = ("guard", "changes", "grace")
_LEVELS = ("error", "warn", "off")
_HEADERS = "headers"
_HISTORY_KEYS = ("since",)
_RAW_HTML = ("sanitize", "escape", "allow")
_DEFAULT_EXTENSIONS = ("extra", "sane_lists", "smarty", "toc")
# The taxonomies that are there from the start, with the front matter keys that give their terms.
_STANDARD = {
    "tags": ("tags", "tag", "keywords", "topics"),
    "authors": ("authors", "author", "byline"),
    "sections": ("section", "category", "categories"),
    "series": ("series",),
    "stories": ("story",),
}
# What is read on what, in the light and in the dark: the marks and the text on the paper.
_PAIRS = (("accent", "paper"), ("ink", "paper"), ("accent-dark", "paper-dark"), ("ink-dark", "paper-dark"))
# What colours.css makes of the light accent where it is the only one: so much of it, the rest is white.
_SHARE_OF_ACCENT = 0.45
_STATIC = "static"
_ICON = "icon.svg"
_SVG_HINT = "export it as a plain picture, with all that it shows inside it: no scripts, no links, no entities"
# RFC 4151, section 2.1: a host or a mail address, and a year, a month or a day.
_AUTHORITY = re.compile(r"(?:[a-z0-9._-]+@)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?,([0-9]{4}(?:-[0-9]{2}){0,2})")
_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_TRUE = frozenset({"true", "yes", "on"})
_FALSE = frozenset({"false", "no", "off"})


def read(root: Path) -> Site:
    """Return the site whose settings stand in `root`/newsgen.yaml.

    Raises ExceptionGroup of ConfigError with all that is wrong in them, or where there is no such file.
    """
    path = root / FILE_NAME
    try:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise OSError("not a plain file")
        data = path.read_bytes()
    except OSError as error:
        hint = "make a new site with 'newsgen init', or name its folder with --site"
        reason = "there is no newsgen.yaml here" if not path.exists() else f"cannot be read: {error.strerror or error}"
        raise ExceptionGroup("settings", [ConfigError(Problem(reason, Location(FILE_NAME), hint))]) from None
    try:
        node = yamltext.read(decode(data, FILE_NAME), FILE_NAME)
    except ContentError as error:
        raise ExceptionGroup("settings", [ConfigError(error.problem)]) from None
    reader = _Reader(root)
    site = reader.site(node)
    reader.check_icon()
    raise_all("settings", reader.errors)
    return site


class _Reader:
    """Reads the settings; collects what is wrong instead of stopping at the first."""

    def __init__(self, root: Path) -> None:
        self.errors: list[ConfigError] = []
        self._root = root

    def site(self, node: Node | None) -> Site:
        given = self._table(node or Table((), 1), KEYS, "the settings")
        title = self._text(given.get("title"))
        if not title:
            self._error(given["title"].line if "title" in given else 0, "the site has no title", "write 'title: ...'")
        defaults = Site(title)
        language = self._language(given.get("language"), defaults.language)
        spoken = self._words(language, given.get("language"))
        taxonomies = self._taxonomies(given.get("taxonomies"), spoken)
        maps = self._switches(given.get("sitemap"), _SITEMAP_KEYS, "'sitemap'")
        hosts, has_headers = self._hosts(given.get("hosts"))
        search = given.get("search")
        is_one = search is None or isinstance(search, Scalar)
        timezone = self._timezone(given.get("timezone"), defaults.timezone)
        history = given.get("history")
        return Site(
            title=title,
            subtitle=self._text(given.get("subtitle")),
            description=self._text(given.get("description")),
            base_url=self._base_url(given.get("base_url")),
            language=language,
            timezone=timezone,
            author=self._texts(given.get("author")),
            publisher=self._publisher(given.get("publisher")),
            permalink=self._checked(given.get("permalink"), defaults.permalink, permalink.check_pattern),
            taxonomies=taxonomies,
            section_from_folder=self._flag(given.get("section_from_folder"), False),
            page_size=self._number(given.get("page_size"), defaults.page_size, 1, 1000),
            feed_size=self._number(given.get("feed_size"), defaults.feed_size, 1, 1000),
            markdown=self._markdown(given.get("markdown")),
            front_matter=self._aliases(given.get("front_matter"), taxonomies),
            feeds=self._feeds(given.get("feeds")),
            has_corrections=self._flag(given.get("corrections"), True),
            has_citations=self._flag(given.get("citations"), True),
            citation_files=self._citation_files(given.get("citation_files"), defaults.citation_files),
            has_data=self._flag(given.get("data"), True),
            has_structured_data=self._flag(given.get("structured_data"), True),
            has_sitemap=maps.get("pages", True),
            has_sitemap_images=maps.get("images", True),
            has_news_sitemap=maps.get("news"),
            has_search=not is_one or self._flag(search, True),
            has_opensearch=is_one or self._switches(search, _SEARCH_KEYS, "'search'").get("opensearch", True),
            has_manifest=self._flag(given.get("manifest"), True),
            hosts=hosts,
            has_headers=has_headers,
            has_history=isinstance(history, Table) or self._flag(history, False),
            history_since=self._since(history, timezone),
            output=self._output(given.get("output"), defaults.output),
            menu=self._menu(given["menu"]) if given.get("menu") else None,
            footer=self._text(given.get("footer")),
            colours=self._colours(given.get("colours")),
            logo=self._logo(given.get("logo")),
            permalinks=self._permalinks(given.get("permalinks")),
            words=spoken,
            rules=self._rules(given.get("check")),
            warnings=self._contrast_warnings(given.get("colours")),
        )

    def check_icon(self) -> None:
        """Look at the theme's icon, which stands in the tab of a browser where the settings name no logo."""
        place = theme.static_files(self._root).get(_ICON)
        if place is not None:
            shown = f"{theme.OWN}/{_STATIC}/{_ICON}"
            self.errors += [
                ConfigError(Problem(f"this picture holds {found.what}", Location(shown, found.line), _SVG_HINT))
                for found in _findings(place.parent, place.name)
            ]

    def _error(self, line: int, message: str, hint: str = "") -> None:
        self.errors.append(ConfigError(Problem(message, Location(FILE_NAME, line), hint)))

    # Values

    def _table(self, node: Node, known: Iterable[str], where: str) -> dict[str, Node]:
        """Return a mapping's values by key, those without a value left out; an unknown key is an error."""
        if isinstance(node, Scalar) and node.is_null:
            return {}
        if not isinstance(node, Table):
            self._error(node.line, f"{where} must be a list of 'key: value' lines")
            return {}
        names = tuple(known)
        result: dict[str, Node] = {}
        for key, value in node.pairs:
            if names and key.text not in names:
                hint = did_you_mean(key.text, names, f"there are {', '.join(names)}")
                self._error(key.line, f"{key.text!r} is not known in {where}", hint)
            elif not (isinstance(value, Scalar) and value.is_null):
                result[key.text] = value
        return result

    def _text(self, node: Node | None, what: str = "this setting") -> str:
        if node is None:
            return ""
        if not isinstance(node, Scalar):
            self._error(node.line, f"{what} must be one text")
            return ""
        return one_line(node.text)

    def _texts(self, node: Node | None) -> tuple[str, ...]:
        """Return a list of texts, or the parts of one text between commas."""
        if node is None:
            return ()
        if isinstance(node, Series):
            return tuple(dict.fromkeys(text for item in node.items if (text := self._text(item))))
        return tuple(dict.fromkeys(part.strip() for part in self._text(node).split(",") if part.strip()))

    def _flag(self, node: Node | None, default: bool) -> bool:
        if node is None:
            return default
        text = self._text(node).casefold()
        if text not in _TRUE and text not in _FALSE:
            self._error(node.line, f"{text!r} is neither true nor false", "write true or false")
        return text in _TRUE

    def _switches(self, node: Node | None, names: Sequence[str], where: str) -> dict[str, bool]:
        """Return what a setting says of its parts, by name: a mapping of them, or false, which turns off all.

        What it says nothing of is left out, and so is everything where it is true.
        """
        if isinstance(node, Scalar):
            return {} if self._flag(node, True) else dict.fromkeys(names, False)
        given = self._table(node, names, where) if node else {}
        return {name: self._flag(value, True) for name, value in given.items()}

    def _number(self, node: Node | None, default: int, least: int, most: int) -> int:
        if node is None:
            return default
        text = self._text(node)
        if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
            self._error(node.line, f"{text!r} is not a number from {least} to {most}")
            return default
        return int(text)

    def _checked(self, node: Node | None, default: str, check: Callable[[str], object]) -> str:
        text = self._text(node)
        if node is None or not text:
            return default
        try:
            check(text)
        except ValueError as error:
            self._error(node.line, str(error))
            return default
        return text

    # Settings with a shape of their own

    def _since(self, node: Node | None, timezone: str) -> Moment | None:
        """Return the day that the settings give for the first version to show; None where they give none."""
        written = self._table(node, _HISTORY_KEYS, "'history'").get("since") if isinstance(node, Table) else None
        text = self._text(written)
        if written is None or not text:
            return None
        try:
            found = dates.parse(text, dates.load_zone(timezone))
        except ValueError as error:
            self._error(written.line, str(error), "write the day as YYYY-MM-DD, for example 2024-12-01")
            return None
        if found.date is None:
            self._error(written.line, f"{text!r} is no day", "write it as YYYY-MM-DD, for example 2024-12-01")
        return found

    def _citation_files(self, node: Node | None, default: tuple[str, ...]) -> tuple[str, ...]:
        """Return the forms in which citations are written as files, in their own order."""
        if node is None:
            return default
        names = [name.casefold() for name in self._texts(node)]
        for name in names:
            if name not in FORMATS:
                hint = did_you_mean(name, FORMATS, f"there are {', '.join(FORMATS)}", likeness=0.4)
                self._error(node.line, f"{name!r} is not a form of citation", hint)
        return tuple(name for name in FORMATS if name in names)

    def _rules(self, node: Node | None) -> tuple[Rule, ...]:
        """Return the rules of `newsgen check`: each as it is, or at the level and with the number that is written."""
        given = self._table(node, [rule.name for rule in RULES], "'check'") if node else {}
        return tuple(self._rule(rule, given[rule.name]) if rule.name in given else rule for rule in RULES)

    def _rule(self, rule: Rule, node: Node) -> Rule:
        if isinstance(node, Scalar):
            return replace(rule, level=self._level(node, rule))
        keys = ("level", rule.option) if rule.option else ("level",)
        given = self._table(node, keys, f"the rule {rule.name!r}")
        level = self._level(given["level"], rule) if "level" in given else rule.level
        number = self._number(given.get(rule.option), rule.number, rule.least, rule.most)
        return replace(rule, level=level, number=number)

    def _level(self, node: Node, rule: Rule) -> str:
        text = self._text(node).casefold()
        level = {**dict.fromkeys(_FALSE, OFF), "warn": "warning"}.get(text, text)
        if text in _TRUE:
            # What is off from the start has no level of its own to be turned on with.
            return rule.level if rule.level != OFF else "warning"
        if level not in LEVELS:
            self._error(node.line, f"{text!r} is not a level of a rule", f"there are {', '.join(LEVELS)}")
            return rule.level
        return level

    def _hosts(self, node: Node | None) -> tuple[tuple[str, ...], bool]:
        """Return the hosts for which rules are written, and whether headers are wanted of them."""
        if node is None:
            return (), False
        given = dict.fromkeys(name.casefold() for name in self._texts(node))
        known = (*HOSTS, _HEADERS)
        for name in given:
            if name in NEEDLESS:
                self._error(node.line, f"{name!r} needs no rules: {NEEDLESS[name]}", "take it out")
            elif name not in known:
                hint = did_you_mean(name, known, f"there are {', '.join(known)}")
                self._error(node.line, f"{name!r} is not a host that newsgen knows", hint)
        hosts = tuple(name for name in HOSTS if name in given)
        claimed: dict[str, str] = {}
        for name in hosts:
            for url, _ in HOSTS[name].files:
                if url == "/_redirects" and claimed.setdefault(url, name) != name:
                    message = f"{claimed[url]!r} and {name!r} read the same file, each in its own way"
                    self._error(node.line, message, "name one of them")
        has_headers = _HEADERS in given
        if has_headers and not any(HOSTS[name].knows_headers for name in hosts):
            able = ", ".join(name for name, host in HOSTS.items() if host.knows_headers)
            self._error(node.line, f"{_HEADERS!r} needs a host that sends them", f"add one of {able}")
        return hosts, has_headers

    def _base_url(self, node: Node | None) -> str:
        text = self._text(node)
        if node is None or not text:
            return ""
        try:
            return read_address(text)
        except ValueError as error:
            self._error(node.line, *error.args)
            return ""

    def _feeds(self, node: Node | None) -> FeedSettings:
        """Return which feeds there are: written as yes or no, as formats, or as a mapping that holds formats."""
        given = self._table(node, _FEED_KEYS, "'feeds'") if isinstance(node, Table) else {}
        formats = given.get("formats") if isinstance(node, Table) else node
        return FeedSettings(
            formats=self._formats(formats),
            authority=self._checked(given.get("authority"), "", _check_authority).lower(),
            has_archive=self._flag(given.get("archive"), True),
        )

    def _formats(self, node: Node | None) -> tuple[str, ...]:
        names = tuple(name.casefold() for name in self._texts(node))
        if node is None or names in {(name,) for name in _TRUE}:
            return FEED_FORMATS
        if not names or names in {(name,) for name in _FALSE}:
            return ()
        for name in names:
            if name not in FEED_FORMATS:
                known = f"write true, false, or some of {', '.join(FEED_FORMATS)}"
                self._error(node.line, f"{name!r} is not a format of feeds", known)
        return tuple(dict.fromkeys(names))

    def _permalinks(self, node: Node | None) -> LedgerSettings:
        defaults = LedgerSettings()
        given = self._table(node, _LEDGER_KEYS, "'permalinks'") if node else {}
        return LedgerSettings(
            guard=self._guard(given.get("guard"), defaults.guard),
            changes=self._guard(given.get("changes"), defaults.changes),
            grace=self._number(given.get("grace"), defaults.grace, 0, 36_500),
        )

    def _guard(self, node: Node | None, default: str) -> str:
        text = self._text(node).casefold() or default
        if node is not None and text not in _LEVELS and text not in _FALSE:
            self._error(node.line, f"{text!r} is not a level", f"there are {', '.join(_LEVELS)}")
        return text if text in _LEVELS else "off"

    def _language(self, node: Node | None, default: str) -> str:
        def check(text: str) -> None:
            if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", text):
                raise ValueError(f"{text!r} is not a language: write a BCP 47 tag such as 'en' or 'pt-BR'")

        return self._checked(node, default, check)

    def _words(self, language: str, node: Node | None) -> Words:
        try:
            return words.load(self._root, language)
        except LookupError:
            known = ", ".join(words.available(self._root))
            hint = f"there are {known}; another can be written as templates/strings/{language}.yaml"
            self._error(node.line if node else 0, f"there are no words for the language {language!r}", hint)
        except ContentError as error:
            self.errors.append(ConfigError(error.problem))
        return words.english()

    def _timezone(self, node: Node | None, default: str) -> str:
        return self._checked(node, default, dates.load_zone)

    def _publisher(self, node: Node | None) -> Publisher:
        if node is None:
            return Publisher()
        if isinstance(node, Scalar):
            return Publisher(self._text(node))
        given = self._table(node, _PUBLISHER_KEYS, "'publisher'")
        policies = given.get("policies")
        items = self._table(policies, (), "'policies'") if policies else {}
        return Publisher(
            name=self._text(given.get("name")),
            url=self._address(given.get("url")),
            logo=self._logo(given.get("logo")),
            founding_date=self._text(given.get("founding_date")),
            policies=tuple(self._menu_item(_in_words(name), value) for name, value in items.items()),
        )

    def _address(self, node: Node | None) -> str:
        text = self._text(node)
        if node is not None and text and not re.match(r"https?://[^\s/]+", text):
            self._error(node.line, f"{text!r} is not a web address", "write it in full, with https://")
            return ""
        return text

    def _logo(self, node: Node | None) -> str:
        text = self._text(node)
        if node is None or not text:
            return ""
        if is_external(text):
            self._error(node.line, f"{text!r} is on another host", "put the file into static/ and write its path")
            return ""
        url = self._path(text, node.line)
        path = f"{_STATIC}{unquote(url)}"
        for found in _findings(self._root, path):
            self._error(node.line, f"the picture {text!r} holds {found.what} ({Location(path, found.line)})", _SVG_HINT)
        return url

    def _path(self, text: str, line: int) -> str:
        try:
            return permalink.read_url(text)
        except (ValueError, UnicodeError) as error:
            self._error(line, str(error), "write a path on this site, such as '/about/'")
            return ""

    def _menu(self, node: Node) -> tuple[MenuItem, ...]:
        """Return a menu written as a mapping of titles to paths, or as a list of such mappings."""
        tables = node.items if isinstance(node, Series) else (node,)
        return tuple(
            self._menu_item(title, value)
            for table in tables
            for title, value in self._table(table, (), "'menu'").items()
        )

    def _menu_item(self, title: str, node: Node) -> MenuItem:
        text = self._text(node)
        if is_external(text):
            return MenuItem(title, self._address(node), is_external=True)
        return MenuItem(title, self._path(text, node.line))

    def _colours(self, node: Node | None) -> tuple[tuple[str, str], ...]:
        given = self._table(node, COLOURS, "'colours'") if node else {}
        for name, value in given.items():
            text = self._text(value)
            try:
                colours.read(text)
            except ValueError as error:
                written = f"write it as '{name}: \"#a51c30\"', or by its CSS name"
                hint = did_you_mean(text.casefold(), colours.NAMES, written, likeness=0.6)
                self._error(value.line, str(error), hint)
        return tuple(sorted((name, self._text(value)) for name, value in given.items()))

    def _contrast_warnings(self, node: Node | None) -> tuple[Problem, ...]:
        """Return a warning for each pair of colours of which the one is hard to read on the other."""
        pairs = node.pairs if isinstance(node, Table) else ()
        lines = {key.text: value.line for key, value in pairs if isinstance(value, Scalar) and not value.is_null}
        values = {
            key.text: value.text.strip() for key, value in pairs if isinstance(value, Scalar) and key.text in lines
        }
        try:
            shown = {name: colours.read(values.get(name, default)) for name, default in colours.DEFAULTS.items()}
        except ValueError:
            return ()  # which is an error, and told as one
        if "accent" in lines and "accent-dark" not in lines:
            shown["accent-dark"] = colours.mixed(shown["accent"], colours.WHITE, _SHARE_OF_ACCENT)
            lines["accent-dark"] = lines["accent"]
        return tuple(
            problem
            for name, ground in _PAIRS
            if name in lines or ground in lines
            for problem in _too_faint(name, ground, shown, lines.get(name) or lines[ground])
        )

    def _output(self, node: Node | None, default: str) -> str:
        text = self._text(node) or default
        parts = [part for part in text.replace("\\", "/").split("/") if part not in ("", ".")]
        reserved = ("articles", "pages", "templates", "static", "src", "tests", "docs", ".newsgen", ".git")
        if node is not None and (
            text.startswith(("/", "\\", "~")) or ".." in parts or not parts or parts[0] in reserved or ":" in text
        ):
            hint = "name a folder inside the site that is for published files alone, such as 'output'"
            self._error(node.line, f"{text!r} cannot be the output folder", hint)
        return "/".join(parts) or default

    def _aliases(self, node: Node | None, taxonomies: Iterable[Taxonomy]) -> tuple[tuple[str, str], ...]:
        given = self._table(node, (), "'front_matter'") if node else {}
        known = {*frontmatter.ALIASES, *(key for taxonomy in taxonomies for key in (taxonomy.name, *taxonomy.keys))}
        result = []
        for key, value in given.items():
            field = self._text(value)
            if field not in known:
                self._error(value.line, f"{field!r} is not a field of an article", did_you_mean(field, sorted(known)))
            result.append((key, field))
        return tuple(result)

    def _taxonomies(self, node: Node | None, spoken: Words) -> tuple[Taxonomy, ...]:
        """Return the standard taxonomies, named in the site's language, changed and added to by the settings."""
        result = {
            name: Taxonomy(name, f"/{name}/", spoken.text(name), spoken.text(f"one_of_{name}"), keys)
            for name, keys in _STANDARD.items()
        }
        for name, value in (self._table(node, (), "'taxonomies'") if node else {}).items():
            if not _NAME.fullmatch(name):
                hint = "use small letters, digits, '-' and '_'"
                self._error(value.line, f"{name!r} is not a name for a taxonomy", hint)
                continue
            base = result.get(name) or Taxonomy(name, f"/{name}/", name.replace("_", " ").capitalize(), name, (name,))
            result[name] = self._taxonomy(value, base)
        claimed: dict[str, str] = {}
        for taxonomy in result.values():
            for key in taxonomy.keys:
                other = claimed.setdefault(frontmatter.key_of(key), taxonomy.name)
                if other != taxonomy.name:
                    message = f"the key {key!r} would give both {other} and {taxonomy.name}"
                    self._error(node.line if node else 0, message, "give each taxonomy its own keys")
        return tuple(result.values())

    def _taxonomy(self, node: Node, base: Taxonomy) -> Taxonomy:
        given = self._table(node, _TAXONOMY_KEYS, f"the taxonomy {base.name!r}")
        url = self._text(given.get("url"))
        slugs = self._table(given["slugs"], (), "'slugs'") if "slugs" in given else {}
        fixed = tuple((name, self._checked(value, "", permalink.check_slug)) for name, value in slugs.items())
        path = self._path(url.rstrip("/") + "/", given["url"].line) if url else base.url
        if path == "/":
            self._error(node.line, "a taxonomy cannot have the front page's URL", "write 'url: /topics/'")
        return Taxonomy(
            name=base.name,
            url=path,
            title=self._text(given.get("title")) or base.title,
            singular=self._text(given.get("singular")) or base.singular,
            keys=self._texts(given.get("keys")) or base.keys,
            has_feeds=self._flag(given.get("feed"), base.has_feeds),
            slugs=fixed,
        )

    def _markdown(self, node: Node | None) -> MarkdownSettings:
        given = self._table(node, _MARKDOWN_KEYS, "'markdown'") if node else {}
        raw_html = self._text(given.get("raw_html")) or _RAW_HTML[0]
        if raw_html not in _RAW_HTML:
            self._error(
                given["raw_html"].line,
                f"{raw_html!r} is not a way to treat raw HTML",
                f"there are {', '.join(_RAW_HTML)}",
            )
            raw_html = _RAW_HTML[0]
        extensions = self._extensions(given.get("extensions"))
        settings = MarkdownSettings(extensions, raw_html)
        if not self.errors and node is not None:
            try:
                Converter(settings)
            except Exception as error:  # an extension is the site's code, and may fail in any way
                self._error(node.line, f"the Markdown extensions cannot be set up: {error}", "look at their options")
        return settings

    def _extensions(self, node: Node | None) -> tuple[tuple[str, tuple[tuple[str, Plain], ...]], ...]:
        """Return extensions written as a list of names, or as a mapping of names to options."""
        if node is None:
            return tuple((name, ()) for name in _DEFAULT_EXTENSIONS)
        pairs: list[tuple[str, int, Node | None]] = []
        for item in node.items if isinstance(node, Series) else (node,):
            if isinstance(item, Table):
                pairs.extend((key.text, key.line, value) for key, value in item.pairs)
            elif isinstance(item, Scalar):
                pairs.extend((name, item.line, None) for name in self._texts(item))
        result = []
        for name, line, options in pairs:
            module = f"markdown.extensions.{name}" if name in BUILT_IN_EXTENSIONS else name.partition(":")[0]
            try:
                import_module(module)
            except Exception as error:  # an extension is the site's code, and may fail in any way
                otherwise = "install the package that holds it"
                hint = did_you_mean(name, sorted(BUILT_IN_EXTENSIONS), otherwise, likeness=0.6)
                self._error(line, f"the Markdown extension {name!r} cannot be loaded: {error}", hint)
                continue
            given = self._table(options, (), f"the options of {name!r}") if options else {}
            result.append((name, tuple((key, yamltext.plain(value)) for key, value in given.items())))
        return tuple(result)


def _findings(folder: Path, path: str) -> tuple[svg.Finding, ...]:
    """Return what makes an SVG file more than a picture; nothing where it is another file, or none."""
    if not path.lower().endswith(".svg"):
        return ()
    try:
        return svg.findings(files.read_bytes(folder, path))
    except OSError:
        return ()  # the plan tells of a path that leads nowhere


def _too_faint(name: str, ground: str, shown: Mapping[str, Colour], line: int) -> Iterator[Problem]:
    """Yield a warning where a colour stands out too little from its ground."""
    paper = colours.over(shown[ground], colours.BLACK if ground.endswith("-dark") else colours.WHITE)
    ratio = colours.contrast(colours.over(shown[name], paper), paper)
    if ratio < colours.LEAST_CONTRAST:
        # Cut and not rounded, so that 4.499 is not called 4.50.
        found = f"{int(ratio * 100) / 100:.2f}:1"
        message = f"{name!r} on {ground!r} has a contrast of {found}, and text needs {colours.LEAST_CONTRAST}:1"
        is_dark = colours.contrast(paper, colours.WHITE) > colours.contrast(paper, colours.BLACK)
        hint = f"make {name!r} {'lighter' if is_dark else 'darker'}, or {ground!r} {'darker' if is_dark else 'lighter'}"
        yield Problem(message, Location(FILE_NAME, line), hint)


def _check_authority(text: str) -> None:
    found = _AUTHORITY.fullmatch(text.lower())
    try:
        if found:
            dates.parse(found[1], UTC)
    except ValueError:
        found = None
    if not found:
        raise ValueError(
            f"{text!r} is no authority for ids: write a host and a date on which it was yours, 'example.org,2024'"
        )


def _in_words(key: str) -> str:
    """Return a key as a title: "fact_checking" is "Fact checking"; what has capitals of its own stays."""
    return key.replace("_", " ").capitalize() if key.islower() else key
