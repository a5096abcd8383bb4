"""Page -> bytes, and page or asset -> fingerprint; the Jinja environment.

Rendering is a function of picklable values: it reads the page, the settings it was made with, the templates and the
article's text, and nothing else: no clock, no environment, no file time. So it may run in any process, in any order.
"""

from __future__ import annotations

import json
import re
import sys
import traceback
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property, lru_cache, partial
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from importlib.util import find_spec
from json.encoder import encode_basestring
from pathlib import Path
from types import TracebackType
from typing import Any
from zlib import decompress

import jinja2
import markdown
from jinja2 import Environment, StrictUndefined
from jinja2.exceptions import TemplateNotFound, TemplateSyntaxError
from jinja2.runtime import Macro
from markupsafe import Markup, escape

from newsgen import dates, files, markup, search, structured, theme
from newsgen.address import in_full
from newsgen.citation import Citation
from newsgen.errors import ContentError, Location, NewsgenError, Problem, TemplateError
from newsgen.fingerprint import DIGEST_SIZE, Fingerprinter, digest_bytes
from newsgen.model import (
    Article,
    Asset,
    Body,
    Bundle,
    Entry,
    FeedItem,
    Image,
    Link,
    MarkdownSettings,
    MenuItem,
    Output,
    Page,
    PastText,
    Redline,
    Term,
    Writing,
)
from newsgen.permalink import output_path
from newsgen.redline import Piece, redline
from newsgen.source import clean, source_of
from newsgen.value import Value
from newsgen.version import VERSION
from newsgen.words import Words, english

__all__ = ["RenderSettings", "Renderer", "tools_of"]

# Stands for the root of the site in a page until its links are made: a noncharacter, which is taken out of all texts.
_ROOT = "\ufdd0"
_SHARED = (Entry, Term, Link, MenuItem, Image, Body, dates.Moment)
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_SPECIAL = re.compile("[&<>'\"]")
# Bytes of a fingerprint that tell where its page comes from; the others tell what it holds.
ORIGIN_SIZE = 4
_PLAIN = frozenset({str, int, bool, type(None)})
# Bytes, about, of what one macro gave that are kept; and what keeping one result takes beside its text.
_REMEMBERED_OF_A_MACRO = 48_000_000
_COST_OF_RESULT = 500
_SHORTEST_RESULT = 150  # a shorter one is made about as fast as it is found
# Characters of converted bodies that are kept: an article stands on its own page and in several feeds.
_REMEMBERED = 16_000_000
# Articles whose text in feeds is kept: some feeds of the usual size.
_REMEMBERED_IN_FEEDS = 500


@dataclass(frozen=True, slots=True)
class RenderSettings(Value):
    """All that rendering needs beside the page: small, and picklable for a worker.

    `site` is what templates know as `site`. `names_index` writes "index.html" into links, for pages read from disk;
    `words` are those of the interface.
    """

    root: str
    site: object
    base_url: str
    markdown: MarkdownSettings
    names_index: bool = False
    words: Words = field(default_factory=english)


class _Environment(Environment):
    """Jinja, except that an article's body, where a template reads it, is its HTML."""

    to_html: Callable[[Body], Markup]
    text_in_feed: Callable[[FeedItem], Markup]
    past_text: Callable[[PastText], Markup]
    redlined: Callable[[Redline], tuple[tuple[Piece, ...], ...]]
    closures: theme.Closures
    page: int = 0  # counts the pages that were rendered
    is_inside: bool = False  # whether a macro runs whose result is remembered
    names_index: bool = False  # whether the page at hand links to index.html

    def getattr(self, obj: object, attribute: str) -> object:
        try:
            value: object = getattr(obj, attribute)
        except AttributeError:
            return super().getattr(obj, attribute)
        return self.to_html(value) if type(value) is Body else value

    def getitem(self, obj: object, argument: object) -> object:
        value: object = super().getitem(obj, argument)
        return self.to_html(value) if type(value) is Body else value


class _Template(jinja2.Template):
    """A template that is imported anew for each page, so that what a macro counted on one is not known on the next.

    Where nothing in it can count, it is imported once, its macros remember what they gave for the same arguments,
    and what depends on `site` alone is made once.
    """

    environment: _Environment
    _page = -1

    @classmethod
    def _from_namespace(
        cls,
        environment: Environment,
        namespace: MutableMapping[str, Any],  # Any: they are Jinja's
        globals: MutableMapping[str, Any],  # noqa: A002  # Jinja's name
    ) -> jinja2.Template:
        assert isinstance(environment, _Environment)
        name = namespace["name"]
        # The compiled template escapes what it prints, and makes its macros, by these names.
        namespace["escape"] = _escaped
        if environment.closures.is_pure(name):
            namespace["Macro"] = _PureMacro
        template = super()._from_namespace(environment, namespace, globals)
        if environment.closures.is_constant(name):
            template.root_render_func = _made_once(environment, template.root_render_func)
        return template

    def _get_default_module(self, ctx: jinja2.runtime.Context | None = None) -> jinja2.environment.TemplateModule:
        page = self.environment.page
        is_pure = self.name is not None and self.environment.closures.is_pure(self.name)
        if page != self._page and not is_pure:
            self._module = None
        self._page = page
        is_new = self._module is None
        module = super()._get_default_module(ctx)
        if is_new and is_pure:
            # From here on nothing sets the variables that its macros see. Those of a page may be set between two calls.
            for value in vars(module).values():
                if type(value) is _PureMacro:
                    value.remembers = True
        return module


_Environment.template_class = _Template


class _PureMacro(Macro):
    """A macro that, once its template is imported, gives the same for the same arguments, and need not run again.

    The values that it is asked for again and again are the entries, terms and dates that stand in many lists; they
    are told apart by identity, and kept alive as long as they are remembered.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:  # Any: they are Jinja's, and handed on
        super().__init__(*arguments, **named)
        self._known: dict[tuple[object, ...], tuple[str, object]] = {}
        self._size = 0
        self.remembers = False

    def ask(self, context: _Context, arguments: tuple[object, ...], named: dict[str, object]) -> str:
        """Return what the macro gives; from memory, where all arguments are such as can be told apart."""
        environment: _Environment = context.environment  # type: ignore[assignment]  # no other makes such macros
        if environment.is_inside or not self.remembers:
            return self(context.eval_ctx, *arguments, **named)
        values = [_key(value) for value in (*arguments, *named.values())]
        if ... in values:
            return self(context.eval_ctx, *arguments, **named)
        key = (context.eval_ctx.autoescape, environment.names_index, *named, len(arguments), *values)
        known = self._known.get(key)
        if known is not None:
            return known[0]
        environment.is_inside = True
        try:
            result = self(context.eval_ctx, *arguments, **named)
        finally:
            environment.is_inside = False
        if len(result) >= _SHORTEST_RESULT:
            self._known[key] = (result, (arguments, named))
            self._size += len(result) + _COST_OF_RESULT
            while self._size > _REMEMBERED_OF_A_MACRO:
                self._size -= len(self._known.pop(next(iter(self._known)))[0]) + _COST_OF_RESULT
        return result


def _key(value: object) -> object:
    """Return what tells an argument from others: texts by themselves, what stands in many lists by its identity.

    Ellipsis for what cannot be told apart. Numbers and truths come with their kind, since 1 equals True.
    """
    kind = type(value)
    if kind is str or value is None:
        return value
    if kind in _SHARED or (kind is tuple and (not value or type(value[0]) in _SHARED)):  # type: ignore[index]  # a tuple
        return id(value)
    return (kind, value) if kind in _PLAIN else ...


class _Context(jinja2.runtime.Context):
    """Jinja's context, except that it asks a pure macro for what it remembers."""

    def call(self, __obj: Callable[..., Any], *arguments: Any, **named: Any) -> Any:  # Any: as Jinja has it
        if type(__obj) is _PureMacro:
            # What Jinja hands to functions that ask for the context; a macro does not.
            named.pop("_block_vars", None)
            named.pop("_loop_vars", None)
            return __obj.ask(self, arguments, named)
        return super().call(__obj, *arguments, **named)


_Environment.context_class = _Context


def _made_once(
    environment: _Environment, root: Callable[[jinja2.runtime.Context], Iterator[str]]
) -> Callable[[jinja2.runtime.Context], Iterator[str]]:
    """Return what gives the text of a template that is the same on every page."""
    known: dict[tuple[bool, bool], list[str]] = {}

    def render(context: jinja2.runtime.Context, *arguments: object) -> Iterator[str]:
        key = (environment.names_index, context.eval_ctx.autoescape)
        if key not in known:
            known[key] = list(root(context))
        yield from known[key]

    return render


def _escaped(value: object) -> str:
    """Return a value as it stands in HTML, for a template that prints it and does nothing else with it.

    markupsafe's own function makes a `Markup` of it, which costs most of its time and is lost at once.
    """
    if isinstance(value, str):
        if hasattr(value, "__html__"):
            return value
        return str(escape(value)) if _SPECIAL.search(value) else value
    return escape(value)


def _shown(value: object) -> object:
    """Return what a template prints, as it is. Raises TypeError for what shows itself by its address in memory."""
    kind = type(value)
    if kind is str or kind is Markup:
        return value
    if value is None or isinstance(value, str | int | float | tuple | list | dict | jinja2.Undefined):
        return value
    if is_dataclass(value):
        return value
    raise TypeError(f"{kind.__name__} cannot be printed; is '| list' or '| join' missing?")


class Renderer:
    """Renders pages for one site. Not for use by two threads at once.

    `settings` are those it was made with; `compiled` keeps compiled templates from one build to the next.
    `has_read_a_text` says whether the page that was rendered last shows the text of any source file.
    """

    def __init__(self, settings: RenderSettings, compiled: theme.Compiled | None = None) -> None:
        root = Path(settings.root)
        self.settings = settings
        self._compiled = compiled
        self._root = root
        self._converter = markup.Converter(settings.markdown)
        self._bodies: OrderedDict[tuple[str, bytes, bool], str] = OrderedDict()
        self._remembered = 0
        self._last_text: tuple[Body, bool, Markup] | None = None
        loader = theme.Loader(root)
        link = self._link_in if settings.names_index else self._link
        self._environment = _environment(loader, self._html, link, settings.base_url, compiled, settings.words)
        self._closures = self._environment.closures
        self._environment.text_in_feed = self._text_in_feed
        self._environment.past_text = self._past_text
        self._environment.redlined = self._redlined
        self._texts_in_feeds: OrderedDict[int, tuple[FeedItem, Markup]] = OrderedDict()
        self._fingerprinter = Fingerprinter((Article, Citation, Entry, FeedItem, Term))
        self._base = b""
        self._origins: dict[str, bytes] = {}
        self._known: Callable[[Body], str | None] = _unknown
        self._remember: Callable[[Body, str], None] = _forget
        self.has_read_a_text = False

    def fingerprint(self, item: Page | Asset | Bundle) -> bytes:
        """Return the digest of all that the item's bytes depend on. It starts with what `origin` gives."""
        if isinstance(item, Asset):
            return self.origin(item) + digest_bytes(item.url.encode(), item.digest)[ORIGIN_SIZE:]
        return self.origin(item) + self._fingerprinter.digest(item)[ORIGIN_SIZE:]

    def origin(self, item: Page | Asset | Bundle) -> bytes:
        """Return the digest of what the item's bytes depend on beside the item: the site, its template, all tools."""
        if isinstance(item, Asset):
            return bytes(ORIGIN_SIZE)
        if isinstance(item, Bundle):
            return self._origin_of_bundles
        if isinstance(item.context, Writing):
            return self._origin_of_writings
        known = self._origins.get(item.template)
        if known is None:
            self._base = self._base or self._base_digest()
            known = digest_bytes(self._base, self._closures.digest(item.template))[:ORIGIN_SIZE]
            self._origins[item.template] = known
        return known

    @cached_property
    def _origin_of_bundles(self) -> bytes:
        given = self.settings
        made_with = (search.tools(), tools_of(given.markdown), given.markdown, given.words.digest)
        return self._fingerprinter.digest(made_with)[:ORIGIN_SIZE]

    @cached_property
    def _origin_of_writings(self) -> bytes:
        # What pages show of the site is not in it: a new footer leaves the data of all articles alone.
        given = self.settings
        return self._fingerprinter.digest((tools_of(given.markdown), given.base_url, given.markdown))[:ORIGIN_SIZE]

    def texts(self, bundle: Bundle) -> Iterator[search.Text]:
        """Yield what a part of the search index is made of. Raises ContentError as `render` does."""
        words = self.settings.words
        for entry, body in ((document.entry, document.content) for document in bundle.documents):
            section = entry.section.name if entry.section else ""
            filters = [("section", section)] if section else []
            filters += [("tag", term.name) for term in entry.tags] + [("author", term.name) for term in entry.authors]
            yield search.Text(
                url=entry.url,
                title=entry.title,
                html=self._converted(body),
                facts=(
                    ("date", entry.date.iso),
                    ("when", words.date(entry.date)),
                    ("section", section),
                    ("kicker", entry.kicker),
                    ("summary", entry.summary),
                ),
                filters=(*filters, ("year", str(entry.date.year))),
                date=entry.date.local.date().isoformat(),
            )

    def render(self, item: Page | Asset) -> Output:
        """Return the item's file. Raises TemplateError, or ContentError where its text changed since it was read."""
        if isinstance(item, Asset):
            return Output(item.url, self._asset(item))
        self._environment.names_index = self.settings.names_index and item.links == "relative"
        self.has_read_a_text = False
        text = item.context.text(self._html) if isinstance(item.context, Writing) else self._from_template(item)
        text = text.replace(_ROOT, self._root_of(item))
        return Output(item.url, text.encode("utf-8", "replace"))

    def _from_template(self, item: Page) -> str:
        variables = {field.name: getattr(item.context, field.name) for field in fields(item.context)}
        self._environment.page += 1
        try:
            template = self._environment.get_template(item.template)
            return template.render(variables, site=self.settings.site, page=item)
        except NewsgenError:
            raise
        except RecursionError:
            message = "the template includes itself without end, or is nested too deeply"
            raise TemplateError(Problem(message, Location(f"templates/{item.template}"))) from None
        except Exception as error:  # a template is the site's code, and may fail in any way
            raise self._template_error(error, item) from None

    def _base_digest(self) -> bytes:
        """Return the digest of what every page depends on: the site's own values and the versions of all tools."""
        given = self.settings
        settings = (given.site, given.base_url, given.markdown, given.names_index, given.words.digest)
        return self._fingerprinter.digest((tools_of(given.markdown), settings))

    def _asset(self, item: Asset) -> bytes:
        try:
            data = files.read_bytes(self._root, item.source)
        except OSError as error:
            raise ContentError(files.unreadable(item.source, error)) from None
        if blake2b(data, digest_size=DIGEST_SIZE).digest() != item.digest:
            raise _changed(item.source)
        return data

    def _root_of(self, page: Page) -> str:
        """Return what leads from a page to the root of the site, with a "/" at its end."""
        if page.links == "absolute":
            return f"{self.settings.base_url}/"
        if page.links == "rooted":
            host_end = self.settings.base_url.find("/", len("https://"))
            return self.settings.base_url[host_end:] + "/" if host_end > 0 else "/"
        return "../" * output_path(page.url).count("/") or "./"

    def _link(self, url: str) -> str:
        """Return a link to a URL on the site (the filter `url`); an address elsewhere as it is."""
        if url[:1] != "/" or url[1:2] == "/":
            return url
        if self._environment.names_index:
            path, sign, rest = url.partition("#")
            url = f"{path}index.html{sign}{rest}" if path.endswith("/") else url
        return _ROOT + url[1:]

    @contextmanager
    def remembering(self, known: Callable[[Body], str | None], remember: Callable[[Body, str], None]) -> Iterator[None]:
        """Ask `known` for the HTML of a text before it is converted, and tell `remember` what was converted."""
        self._known, self._remember = known, remember
        try:
            yield
        finally:
            self._known, self._remember = _unknown, _forget

    def prepare(self, items: Iterable[Page | Asset | Bundle]) -> None:
        """Compile the templates of pages, so that processes which inherit this renderer, and later builds, need not."""
        for name in {item.template for item in items if isinstance(item, Page) and item.template}:
            try:
                self._environment.get_template(name)
            except Exception:  # noqa: S112  # rendering tells what is wrong with it, and where
                continue
        if self._compiled is not None:
            self._compiled.save()

    @jinja2.pass_context
    def _link_in(self, context: jinja2.runtime.Context, url: str) -> str:
        """Return what `_link` does; with the context, Jinja does not work it out once for all pages."""
        return self._link(url)

    def _html(self, body: Body) -> Markup:
        """Return the HTML of a body, as it stands in the page that is being rendered."""
        self.has_read_a_text = True
        names_index = self._environment.names_index
        # An article and its data stand beside each other, and only what their links start with is not the same.
        last = self._last_text
        if last is not None and last[0] is body and last[1] == names_index:
            return last[2]
        finished = Markup(self.html(body, self._link))  # noqa: S704  # cleaned by the converter
        self._last_text = (body, names_index, finished)
        return finished

    def html(self, body: Body, link: Callable[[str], str], page: str = "") -> str:
        """Return the HTML of a body, with what `link` makes of URLs on the site.

        With the URL of its own page, it is as it stands away from it: cleaned in any case. Raises ContentError as
        `render`.
        """
        html = self._converted(body)
        sizes = {url: (width, height) for url, width, height in body.sizes}
        allows = self.settings.markdown.raw_html == "allow"
        if page and allows:
            # Cleaning makes characters of references, and may make some that no page may hold.
            html = clean(markup.cleaned(html))[0]
        return markup.finish(html, dict(body.links), sizes, link, page=page, allows_external_images=allows)

    def _text_in_feed(self, item: FeedItem) -> Markup:
        """Return an article's text as it stands away from its page; nothing of an item that has none.

        It is remembered for the other formats of the same feed, which are made one after the other.
        """
        if item.content is None:
            return Markup()
        self.has_read_a_text = True
        known = self._texts_in_feeds.get(id(item))
        if known is None:
            text = Markup(self.html(item.content, self._link, item.entry.url))  # noqa: S704  # cleaned
            known = self._texts_in_feeds[id(item)] = (item, text)
            if len(self._texts_in_feeds) > _REMEMBERED_IN_FEEDS:
                self._texts_in_feeds.popitem(last=False)
        return known[1]

    def _past_text(self, text: PastText) -> Markup:
        """Return the HTML of an earlier version, with what is no longer there as words alone."""
        links = dict(text.links)
        html = markup.without_lost_links(
            self._converted_past(text),
            lambda target: target[:1] == "#" or target in links or markup.is_external(target),
        )
        allows = self.settings.markdown.raw_html == "allow"
        return Markup(markup.finish(html, links, {}, self._link, allows_external_images=allows))  # noqa: S704  # cleaned

    def _redlined(self, item: Redline) -> tuple[tuple[Piece, ...], ...]:
        """Return what changed from one text to the other, the title before the rest."""
        if isinstance(item.new, Body):
            self.has_read_a_text = True
            new = self._converted(item.new)
        else:
            new = self._converted_past(item.new)
        old = self._converted_past(item.old)
        # A title is no part of the text, so what it lost cannot have gone there.
        return redline((item.old_title,), (item.new_title,)) + redline(markup.paragraphs(old), markup.paragraphs(new))

    def _converted(self, body: Body) -> str:
        key = (body.path, body.digest, body.drops_title)
        html = self._bodies.get(key)
        if html is None:
            html = self._known(body)
            if html is None:
                html = self._convert(body)
                self._remember(body, html)
            self._keep(key, html)
        return html

    def _converted_past(self, text: PastText) -> str:
        key = (text.path, text.digest, True)
        html = self._bodies.get(key)
        if html is None:
            plain = decompress(text.packed).decode()
            try:
                html = self._converter.html(plain, Location(text.path))
            except ContentError:
                # Nobody can mend what is past; it is shown as it was written.
                html = "".join(f"<p>{escape(part)}</p>\n" for part in plain.split("\n\n") if part.strip())
            self._keep(key, html)
        return html

    def _keep(self, key: tuple[str, bytes, bool], html: str) -> None:
        self._bodies[key] = html
        self._remembered += len(html)
        while self._remembered > _REMEMBERED:
            self._remembered -= len(self._bodies.popitem(last=False)[1])

    def _convert(self, body: Body) -> str:
        try:
            source, _ = source_of(files.read_bytes(self._root, body.path), body.path)
        except (OSError, ContentError):
            raise _changed(body.path) from None
        text = markup.without_heading(source.body) if body.drops_title else source.body
        if digest_bytes(text.encode()) != body.digest:
            raise _changed(body.path)
        return self._converter.html(text, Location(body.path, source.body_line))

    def _template_error(self, error: Exception, page: Page) -> TemplateError:
        """Return what went wrong in a template, with the last line of a template that was being run."""
        hint = f"it was making the page {page.url}"
        if isinstance(error, TemplateNotFound):
            place = self._template_place(error.__traceback__) or _named_by(page)
            return TemplateError(Problem(f"there is no template {error.name!r}", place, hint))
        if isinstance(error, TemplateSyntaxError):
            name = self._template_path(error.filename) if error.filename else f"templates/{error.name}"
            return TemplateError(Problem(str(error.message), Location(name, error.lineno), hint))
        place = self._template_place(error.__traceback__) or Location(f"templates/{page.template}")
        text = str(error) if isinstance(error, jinja2.UndefinedError) else f"{type(error).__name__}: {error}"
        return TemplateError(Problem(text.replace(_ROOT, "/"), place, hint))

    def _template_place(self, trace: TracebackType | None) -> Location | None:
        found = None
        for frame, line in traceback.walk_tb(trace):
            name = frame.f_code.co_filename
            if "jinja2" not in name and name.endswith((".html", ".xml", ".txt", ".css", ".json")):
                found = Location(self._template_path(name), line)
        return found

    def _template_path(self, name: str) -> str:
        for folder, shown in ((self._root, ""), (theme.built_in_folder(), "theme/")):
            if name.startswith(f"{folder}/"):
                return shown + name.removeprefix(f"{folder}/")
        return name


def _unknown(body: Body) -> str | None:
    return None


def _forget(body: Body, html: str) -> None:
    return None


def tools_of(settings: MarkdownSettings) -> tuple[tuple[str, ...], ...]:
    """Return the versions of all that makes a page of a text, newsgen's own code and Python among them."""
    names = [name for name, _ in settings.extensions]
    return (
        ("newsgen", VERSION, _own_digest()),
        ("python", sys.version),
        *((name, version(name)) for name in ("jinja2", "markupsafe", "nh3")),
        ("markdown", markdown.__version__),
        *((name, _extension_version(name)) for name in names),
    )


def _named_by(page: Page) -> Location:
    return Location(page.sources[0] if page.sources else f"templates/{page.template}")


def _changed(path: str) -> ContentError:
    return ContentError(Problem("the file changed while the site was being built", Location(path), "build again"))


def _environment(
    loader: theme.Loader,
    to_html: Callable[[Body], Markup],
    link: Callable[..., str],
    base_url: str,
    compiled: theme.Compiled | None,
    words: Words,
) -> _Environment:
    environment = _Environment(
        loader=loader,
        autoescape=lambda name: name is None or not name.endswith((".txt", ".css")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
        auto_reload=False,
        bytecode_cache=compiled,
    )
    environment.to_html = to_html
    environment.closures = theme.Closures(environment, loader, compiled)
    # What differs from one run to the next has no place in a page.
    del environment.filters["random"], environment.globals["lipsum"]
    environment.filters |= {
        "url": link,
        "absolute_url": partial(in_full, base_url),
        "t": partial(_text, words),
        "forms": partial(_forms, words),
        "json": _json,
        "text_in_feed": _text_in_feed,
        "past_text": _past_text,
        "redlined": _redlined,
        "date_in_words": words.date,
        "time_in_words": words.time,
        "year_in_words": words.year,
        "month_name": words.month,
        "weekday_names": words.weekdays,
        "around_day": words.around_day,
        "thousands": words.number,
        "in_a_list": partial(_in_a_list, words),
        "list_sign": words.list_sign,
        "article_data": structured.article_data,
        "breadcrumb_data": structured.breadcrumb_data,
        "page_data": structured.page_data,
        "profile_data": structured.profile_data,
        "site_data": structured.site_data,
        "json_ld": structured.json_ld,
    }
    return environment


@jinja2.pass_environment
def _text_in_feed(environment: _Environment, item: FeedItem) -> Markup:
    """Return an article's text as it stands away from its page (the filter `text_in_feed`)."""
    return environment.text_in_feed(item)


@jinja2.pass_environment
def _past_text(environment: _Environment, text: PastText) -> Markup:
    """Return the HTML of an earlier version (the filter `past_text`)."""
    return environment.past_text(text)


@jinja2.pass_environment
def _redlined(environment: _Environment, item: Redline) -> tuple[tuple[Piece, ...], ...]:
    """Return the changed paragraphs between two texts, each in pieces (the filter `redlined`)."""
    return environment.redlined(item)


def _json(value: object) -> Markup:
    """Return a value as JSON, for a file of JSON (the filter `json`); in HTML, `tojson` is the one that is safe."""
    # What json.dumps would do with a text, in a third of its time.
    text = encode_basestring(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return Markup(text)  # noqa: S704  # JSON, which is no HTML


def _text(words: Words, key: str, **values: object) -> Markup:
    """Return a text of the interface (the filter `t`), with what is HTML in its values as it is, and all else escaped.

    Raises jinja2.UndefinedError for a text that no language has.
    """
    try:
        count = values.get("count")
        pieces = _pieces(words.template(key, count))
    except KeyError:
        raise jinja2.UndefinedError(f"there is no text {key!r} in templates/strings/") from None
    if isinstance(count, int):
        values["count"] = words.number(count)
    return Markup("".join([escape(values.get(piece, "")) if odd else piece for odd, piece in pieces]))  # noqa: S704  # escaped


@lru_cache(maxsize=1_000)
def _pieces(text: str) -> tuple[tuple[bool, str], ...]:
    """Return a text in pieces: what stands in it, escaped, and the names of its placeholders, told apart."""
    pieces = enumerate(_PLACEHOLDER.split(text))
    return tuple((odd % 2 == 1, piece if odd % 2 else str(escape(piece))) for odd, piece in pieces)


def _forms(words: Words, key: str) -> dict[str, str]:
    """Return a text of the interface by its plural categories (the filter `forms`)."""
    try:
        return words.forms(key)
    except KeyError:
        raise jinja2.UndefinedError(f"there is no text {key!r} in templates/strings/") from None


def _in_a_list(words: Words, parts: Iterable[str]) -> Markup:
    """Return parts as a list in words (the filter `in_a_list`): "A", "A and B", "A, B and C"."""
    return Markup("").join(map(escape, words.list_pieces(tuple(parts))))


@lru_cache(maxsize=1)
def _own_digest() -> str:
    """Return the digest of newsgen's own code: in a checkout it changes without its version."""
    package = Path(__file__).parent
    sources = sorted(package.rglob("*.py"))
    return digest_bytes(*(path.read_bytes() for path in sources)).hex()


def _extension_version(name: str) -> str:
    """Return the version of the package that holds a Markdown extension, and the digest of its own module."""
    module = name.partition(":")[0]
    top = module.partition(".")[0]
    if name in markup.BUILT_IN_EXTENSIONS or top == "markdown":
        return f"{markdown.__version__} {_version('pygments') if name == 'codehilite' else ''}"
    packages = sorted(set(packages_distributions().get(top, ())))
    found = find_spec(module)
    source = Path(found.origin).read_bytes() if found and found.origin and Path(found.origin).is_file() else b""
    return ",".join(f"{item} {_version(item)}" for item in packages) + digest_bytes(source).hex()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
