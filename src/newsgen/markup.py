"""Markdown -> safe HTML, and which files a text refers to.

The one engine is Python-Markdown. What it makes is cleaned with nh3 unless the site vouches for its texts, and then
finished: links that name source files become links to pages, headings start below the page's own, pictures carry
their size and load when they are needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from html import escape, unescape
from importlib import import_module
from itertools import islice
from typing import NamedTuple
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.footnotes import FootnoteExtension
from markdown.treeprocessors import Treeprocessor

from newsgen import effort, prose
from newsgen.errors import ContentError, Location, Problem
from newsgen.model import MarkdownSettings
from newsgen.source import clean

__all__ = [
    "BUILT_IN_EXTENSIONS",
    "Converter",
    "Reference",
    "anchors",
    "cleaned",
    "excerpt",
    "finish",
    "first_heading",
    "is_external",
    "is_picture",
    "paragraphs",
    "plain_text",
    "references",
    "targets",
    "without_heading",
    "without_lost_links",
    "written_targets",
]

BUILT_IN_EXTENSIONS = frozenset(
    {
        "abbr", "admonition", "attr_list", "codehilite", "def_list", "extra", "fenced_code", "footnotes",
        "legacy_attrs", "legacy_em", "md_in_html", "meta", "nl2br", "sane_lists", "smarty", "tables", "toc",
        "wikilinks",
    }
)  # fmt: skip

# nh3's own list less what is obsolete in HTML, and less the landmarks: a body stands inside the page's `article`.
_TAGS = nh3.ALLOWED_TAGS - {
    "acronym", "area", "article", "aside", "center", "footer", "header", "hgroup", "map", "nav", "rtc", "strike", "tt",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"class", "dir", "id", "lang", "title"},
    "a": {"href", "hreflang"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "data": {"value"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "img": {"alt", "height", "src", "width"},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "q": {"cite"},
    "td": {"colspan", "headers", "rowspan"},
    "th": {"colspan", "headers", "rowspan", "scope"},
    "time": {"datetime"},
}
_SCHEME = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:|//)")
# Inline links with the title still on them, definitions of links, and attributes of raw HTML or of attribute lists.
# They are looked ahead for, since one may stand in what looks like another: "[^1]: [rain](rain.md)". Patterns that
# start with one certain sign are looked for fast.
_LINKS = (
    r"\](?:\((?=\s*+(?:<(?P<pointed>[^<>\n]*+)>"
    r"|(?P<inline>(?:[^()\\\n]|\n(?!\s*\n)|\\.|\((?:[^()\\\n]|\\.|\((?:[^()\\\n]|\\.)*+\))*+\))*+)))"
    r"|:(?=[ \t]*+\n?[ \t]*+(?P<defined>\S{1,4000}+)))"
)
_LINK_REFERENCES = re.compile(_LINKS)
_HAS_ATTRIBUTES = re.compile(r"(?:href|src)\s*=", re.IGNORECASE)
_REFERENCES = re.compile(
    _LINKS
    + r"|\b(?:href|src)(?=\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|(?P<bare>[^\s\"'>]{1,4000}+)))",
    re.IGNORECASE,
)
# From one of its quotes on, what stands in an inline link is its title.
_TITLE = re.compile(r"[\"']")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!])")
_ATTRIBUTE = re.compile(r"""([^\s=<>"'/]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"']++)))?""")
_TAG = re.compile(
    r"""<(/?)(a|img|pre|table|h[1-6])((?:\s++[^\s=<>"'/]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"']++))?+)*+)\s*+(/?)>"""
)
_HEADING_LEVEL = re.compile(r"<h([1-6])[\s>]")
_ANY_TAG = re.compile(r"<[^>]*>")
# What ends a paragraph for a reader, so that words on its two sides do not run together.
_BREAK = re.compile(r"<(?:/?(?:p|div|li|tr|t[dh]|d[dt]|h[1-6]|blockquote|figcaption|caption)|[bh]r)\b[^<>]*>")
_SETEXT = re.compile(r"[ ]{0,3}([^\s#>][^\n]*)\n[ ]{0,3}=+[ \t]*(?:\n|$)")
_ATX = re.compile(r"#[ \t]([^\n]*)(?:\n|$)")
# A first line that starts something other than a paragraph.
_NO_PARAGRAPH = re.compile(
    r"\s{4}|\t|\s*(?:[#>|:=]|!\[|[-*+]\s|\d+[.)]\s|```|~~~|\[[^\]]*\]:|\*\[|<|\{|\[TOC\]|([-*_])\s*(?:\1\s*){2,}$)"
)
_PLAIN_ENOUGH = re.compile(r"[^*_`\[\]<>&\\!{}\"'^~|:#=-]*")
_FORBIDDEN_REFERENCE = re.compile(r"&#(?:[0-9]+|[xX][0-9A-Fa-f]+);?")
_MORE = re.compile(r"<!--\s*more\s*-->", re.IGNORECASE)
_LONGEST_EXCERPT = 220
_LONGEST_TARGET = 4000
# The kinds that browsers show and that search engines look for: Google Search Central, "Image SEO best practices".
_PICTURES = (".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp")


class Reference(NamedTuple):
    """A target that a text may link to, as it was written, and its line in the text from 1."""

    target: str
    line: int


class _AlignmentClasses(Treeprocessor):
    """Gives table cells a class for their alignment, since a strict content policy forbids the style attribute."""

    def run(self, root: Element) -> None:
        for cell in root.iter():
            if cell.tag in ("td", "th") and (style := cell.attrib.pop("style", "")):
                cell.set("class", "align-" + style.removeprefix("text-align:").strip(" ;"))


class _House(Extension):
    def __init__(self, raw_html: str) -> None:
        super().__init__()
        self._raw_html = raw_html

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  # Python-Markdown's name
        md.treeprocessors.register(_AlignmentClasses(md), "newsgen-alignment", 0.5)
        if self._raw_html == "escape":
            md.preprocessors.deregister("html_block")
            md.inlinePatterns.deregister("html")


class Converter:
    """Turns Markdown into HTML by the site's settings. Not for use by two threads at once."""

    def __init__(self, settings: MarkdownSettings) -> None:
        self._prose = prose.path_for(settings)
        self._cleans = settings.raw_html != "allow"
        self._has_fences = any(name == "extra" or "fence" in name for name, _ in settings.extensions)
        names: list[str | Extension] = [_extension_name(name) for name, _ in settings.extensions]
        options = {_extension_name(name): dict(given) for name, given in settings.extensions if given}
        if "markdown.extensions.toc" in names:
            from_module = import_module("markdown.extensions.toc")
            toc = options.setdefault("markdown.extensions.toc", {})
            toc.setdefault("slugify", from_module.slugify_unicode)
        self._make = partial(Markdown, extensions=[*names, _House(settings.raw_html)], extension_configs=options)
        self._markdown = self._make()

    def html(self, text: str, location: Location) -> str:
        """Return the HTML of a text, links as they were written; safe unless the site allows raw HTML.

        Raises ContentError for a text that Python-Markdown could not convert within seconds.
        """
        plain = self._prose.html(text) if self._prose else None
        return self.by_python_markdown(text, location) if plain is None else plain

    def by_python_markdown(self, text: str, location: Location) -> str:
        """Return what `html` returns, without the short way that plain texts take."""
        _refuse_effort(text, location, self._has_fences)
        try:
            self._markdown.reset()
            for extension in self._markdown.registeredExtensions:
                if isinstance(extension, FootnoteExtension):
                    extension.unique_prefix = 0  # counts the texts, and so would tell one run from another
            html = self._markdown.convert(text)
        except RecursionError:
            # What was interrupted keeps part of its state, and would read the next text wrongly.
            self._markdown = self._make()
            hint = "take some of the nested lists, quotations or brackets out"
            raise ContentError(Problem("the text is nested too deeply", location, hint)) from None
        # Character references may have brought in what no page may hold.
        html = cleaned(html) if self._cleans else html
        return clean(_FORBIDDEN_REFERENCE.sub(_without_control, html))[0]


def _without_control(reference: re.Match[str]) -> str:
    """Return a character reference as it is; a space for one of a character that no page may hold."""
    return reference[0] if clean(unescape(reference[0]))[0] == unescape(reference[0]) else " "


@cache
def _extension_name(name: str) -> str:
    """Return an extension's module: Python-Markdown would look through all installed packages for a short name."""
    return f"markdown.extensions.{name}" if name in BUILT_IN_EXTENSIONS else name


def cleaned(html: str) -> str:
    """Return HTML without scripts, handlers, frames, styles, and all else that a text does not need."""
    return nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, link_rel=None)


def _refuse_effort(text: str, location: Location, has_fences: bool) -> None:
    """Raise ContentError for a text whose conversion would take minutes."""
    if found := effort.too_costly(text, has_fences=has_fences):
        message = f"there are too many {found.sign!r} here to be read as Markdown in reasonable time"
        place = Location(location.path, location.line + found.line - 1 if location.line else 0)
        raise ContentError(Problem(message, place, "break the text up, or put code between '```' lines"))


def is_external(target: str) -> bool:
    """Whether a target names its scheme or host, and so leads off the site (or is no link to a file at all)."""
    return bool(_SCHEME.match(target))


def references(text: str, *, rooted: bool = False) -> tuple[Reference, ...]:
    """Return the relative targets that a Markdown text may refer to: all that do, and some that only look like it.

    Of those that start at the root of the site, pictures are among them: their size and their address are told on;
    and with `rooted` all others.
    A target inside code looks like a link as well; `targets` of the converted text tells.
    """
    return tuple([found for found in written_targets(text) if _is_to_be_found(found.target, rooted=rooted)])


def _is_to_be_found(target: str, *, rooted: bool) -> bool:
    """Whether a target names a file by a relative path, or a picture of the site by any; with `rooted`, all by any."""
    is_here = target[:1] not in ("", "#", "/", "?") or _is_rooted_picture(target)
    is_here = is_here or (rooted and target[:1] == "/" and target[1:2] != "/")
    return is_here and not is_external(target)


def written_targets(text: str) -> Iterator[Reference]:
    """Yield every target that a Markdown text may refer to, wherever it leads, as `references` does those of files."""
    if "](" not in text and "]:" not in text and "=" not in text:
        return
    line, counted = 1, 0
    pattern = _REFERENCES if "=" in text and _HAS_ATTRIBUTES.search(text) else _LINK_REFERENCES
    for match in pattern.finditer(text):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        for target in _targets_of(match.lastgroup or "", match[match.lastgroup or 0]):
            yield Reference(target, line)


def _is_rooted_picture(target: str) -> bool:
    """Whether a target names a picture by its path from the root of the site."""
    return target[:1] == "/" and target[1:2] != "/" and is_picture(target)


def is_picture(url: str) -> bool:
    """Whether what a URL or a path names is a picture, by the ending of its file."""
    return re.split("[?#]", url, maxsplit=1)[0].lower().endswith(_PICTURES)


def _targets_of(kind: str, written: str) -> dict[str, None]:
    """Return what a written target may mean; which of the forms it is, only a full reading of the text could tell."""
    forms = [written]
    if kind == "inline":
        titles = islice(_TITLE.finditer(written), 6)
        forms = [written, *(written[: title.start()] for title in titles)]
    elif kind == "defined":
        forms = [written.lstrip("<").rstrip(">")]
    elif kind == "bare":
        forms = [written.rstrip("}"), written]
    forms = [form.strip() for form in forms if len(form) < _LONGEST_TARGET]
    return dict.fromkeys(form for plain in forms for form in (unescape(_ESCAPED.sub(r"\1", plain)), unescape(plain)))


def targets(html: str) -> frozenset[str]:
    """Return every target that links and pictures in converted HTML have."""
    found: set[str] = set()
    for match in _TAG.finditer(html):
        attributes = _attributes(match[3])
        found.update(unescape(attributes[name]) for name in ("href", "src") if name in attributes)
    return frozenset(found)


def anchors(html: str) -> tuple[str, ...]:
    """Return where the links of converted HTML lead, in their order, none twice."""
    found: dict[str, None] = {}
    for match in _TAG.finditer(html):
        if match[2] == "a" and "href" in match[3]:
            target = unescape(_attributes(match[3]).get("href", ""))
            if target:
                found[target] = None
    return tuple(found)


def _attributes(text: str) -> dict[str, str]:
    """Return attributes by name, values as they stand in the HTML."""
    return {
        match[1].lower(): next((value for value in match.groups()[1:] if value is not None), "")
        for match in _ATTRIBUTE.finditer(text)
    }


def finish(
    html: str,
    links: Mapping[str, str],
    sizes: Mapping[str, tuple[int, int]],
    link: Callable[[str], str],
    *,
    page: str = "",
    allows_external_images: bool = False,
) -> str:
    """Return converted HTML as it stands in a page.

    `links` are targets as they were written and the URLs that they mean; `sizes` are those of pictures, by URL;
    `link` turns a URL on the site into what the page links to. `page` is the URL of the text's own page where it is to
    stand elsewhere: then even a target on that page, or beside it, becomes a URL on the site. Headings move so that the
    highest stands at level 2 and none skips a level. A picture on another host becomes a link to it: a page loads
    nothing from elsewhere. What may be wider than a phone, a table or code, can be reached and moved with the keyboard.
    """
    levels = [int(level) for level in _HEADING_LEVEL.findall(html)]
    shift = 2 - min(levels, default=2)
    last_level = 1
    depth = 0

    def target_of(written: str) -> str:
        target = links.get(written, written)
        if page and target[:1] != "/" and not is_external(target):
            target = _joined(page, target)
        return link(target) if target[:1] == "/" and target[1:2] != "/" else target

    def replace(match: re.Match[str]) -> str:
        nonlocal last_level, depth
        closes, name, attributes = match[1], match[2], match[3]
        if name[0] == "h":
            if not closes:
                last_level = max(2, min(int(name[1]) + shift, last_level + 1, 6))
            return f"<{closes}h{last_level}{attributes}>"
        if name == "table":
            return "</table></div>" if closes else f'<div class="table" tabindex="0"><table{attributes}>'
        if name == "pre":
            return match[0] if closes else f'<pre tabindex="0"{attributes}>'
        if name == "a":
            depth += -1 if closes else 1
            return match[0] if closes else _anchor(attributes, target_of)
        return _picture(attributes, target_of, links, sizes, depth > 0, allows_external_images)

    return _TAG.sub(replace, html)


def without_lost_links(html: str, keeps: Callable[[str], bool]) -> str:
    """Return converted HTML with the words alone of each link, and of each picture, whose target is not kept."""
    opened: list[bool] = []

    def replace(match: re.Match[str]) -> str:
        closes, name, attributes = match[1], match[2], _attributes(match[3])
        if name == "a":
            if closes:
                return match[0] if not opened or opened.pop() else ""
            opened.append("href" not in attributes or keeps(unescape(attributes["href"])))
            return match[0] if opened[-1] else ""
        if name == "img" and not keeps(unescape(attributes.get("src", ""))):
            return attributes.get("alt", "")
        return match[0]

    return _TAG.sub(replace, html)


def _joined(page: str, target: str) -> str:
    try:
        return urljoin(page, target)
    except ValueError:
        return page  # a target that leads nowhere, such as "[": what is meant is on its page


def _anchor(attributes: str, target_of: Callable[[str], str]) -> str:
    given = _attributes(attributes)
    if "href" in given:
        given["href"] = escape(target_of(unescape(given["href"])))
    return f"<a{_written(given)}>"


def _picture(
    attributes: str,
    target_of: Callable[[str], str],
    links: Mapping[str, str],
    sizes: Mapping[str, tuple[int, int]],
    is_in_link: bool,
    allows_external: bool,
) -> str:
    given = _attributes(attributes)
    source = unescape(given.get("src", ""))
    alt = given.setdefault("alt", "")
    if not source:
        return alt
    if is_external(source) and not allows_external:
        words = alt or escape(source)
        href = escape(source)
        return words if is_in_link else f'<a class="external-image" href="{href}">{words}</a>'
    url = links.get(source, source)
    given["src"] = escape(target_of(source))
    if url in sizes and "width" not in given and "height" not in given and sizes[url][0]:
        given["width"], given["height"] = (str(number) for number in sizes[url])
    given.setdefault("loading", "lazy")
    return f"<img{_written(given)}>"


def _written(attributes: Mapping[str, str]) -> str:
    return "".join(f' {name}="{value}"' for name, value in attributes.items())


def first_heading(text: str) -> str:
    """Return the heading of level 1 that a text starts with, as Markdown; "" where it starts otherwise."""
    start = text.lstrip("\n")
    found = _ATX.match(start) or _SETEXT.match(start)
    if not found:
        return ""
    words, brace, attributes = found[1].strip().rpartition("{")
    heading = words if brace and attributes.endswith("}") else found[1]
    return heading.strip().rstrip("#").strip() if found.re is _ATX else heading.strip()


def without_heading(text: str) -> str:
    """Return a text without the heading of level 1 that it starts with."""
    start = text.lstrip("\n")
    found = _ATX.match(start) or _SETEXT.match(start)
    return start[found.end() :] if found and first_heading(text) else text


def plain_text(html: str) -> str:
    """Return the words of HTML without its tags, blanks run together."""
    return " ".join(unescape(_ANY_TAG.sub("", _BREAK.sub(" ", html))).split())


def paragraphs(html: str) -> tuple[str, ...]:
    """Return the words of HTML without its tags, paragraph by paragraph, blanks run together."""
    found = (plain_text(part) for part in _BREAK.split(html))
    return tuple(part for part in found if part)


def excerpt(text: str, convert: Callable[[str], str]) -> str:
    """Return the start of a Markdown text as plain words, for a list: what stands above `<!-- more -->`, else the
    first paragraph, cut at a word after about 220 characters; "" where there is no paragraph.
    """
    marked = _MORE.search(text)
    if marked:
        return _shortened(plain_text(convert(text[: marked.start()])), _LONGEST_EXCERPT * 3)
    fence = ""
    for part in re.split(r"\n[ \t]*\n", text[:20_000]):
        block = part.strip("\n")
        opened = re.match(r"[ ]{0,3}(```+|~~~+)", block)
        if fence or opened:
            fence = fence or (opened[1] if opened else "")
            if block.count(fence[:3]) % 2 == 0 or (not opened and fence[:3] in block):
                fence = ""
            continue
        if not block.strip() or _NO_PARAGRAPH.match(block):
            continue
        if _PLAIN_ENOUGH.fullmatch(block) and "..." not in block:
            return _shortened(" ".join(block.split()), _LONGEST_EXCERPT)
        words = plain_text(convert(re.sub(r"\[\^[^\]]*\]", "", block[:4000])))
        if words:
            return _shortened(words, _LONGEST_EXCERPT)
    return ""


def _shortened(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    cut = text.rfind(" ", 0, length)
    return text[: cut if cut > length // 2 else length].rstrip(" ,;:-–—") + "…"
