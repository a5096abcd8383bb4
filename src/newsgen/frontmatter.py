"""The text of a file -> typed fields, each with its line.

Field names and their aliases are those of Hugo, Jekyll, Pelican, Zola, Eleventy, Nikola and Hexo, so that an archive
that comes from one of them builds as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import cached_property, lru_cache

from newsgen import dates, permalink, yamltext
from newsgen.dates import Moment
from newsgen.errors import ContentError, Location, Problem, did_you_mean, raise_all
from newsgen.model import CORRECTION_KINDS, LABELS, STATUSES, TAKEN_BACK, VERSION_NAME, Correction, Link, Origin
from newsgen.rules import RULES
from newsgen.source import Source, clean
from newsgen.value import Value
from newsgen.yamltext import Node, Plain, Scalar, Series, Table

__all__ = [
    "ALIASES",
    "PROFILE_KEYS",
    "Dialect",
    "FrontMatter",
    "ImageFields",
    "ProfileFields",
    "key_of",
    "parse",
    "parse_profile",
]

# Field -> the keys that give it, the first of them winning. Keys compare without case, "_" and "-".
ALIASES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "headline"),
    "date": ("date", "publishDate", "pubdate", "published", "created", "pub_date"),
    "updated": ("updated", "lastmod", "modified", "last_modified_at", "dateModified"),
    "slug": ("slug",),
    "url": ("url", "permalink", "path", "save_as"),
    "aliases": ("aliases", "redirect_from", "alias", "old_urls"),
    "redirect": ("redirect", "redirect_to", "redirectto"),
    "id": ("id", "guid", "uid"),
    "summary": ("summary", "excerpt", "description"),
    "subtitle": ("subtitle", "deck", "dek", "standfirst"),
    "kicker": ("kicker",),
    "dateline": ("dateline", "location", "place"),
    "label": ("label", "type", "genre"),
    "image": ("image", "cover", "featured_image"),
    "image_alt": ("image_alt",),
    "image_caption": ("image_caption",),
    "image_credit": ("image_credit",),
    "image_license": ("image_license",),
    "source": ("source",),
    "source_url": ("source_url",),
    "canonical": ("canonical", "canonical_url"),
    "license": ("license", "licence"),
    "rights": ("rights", "copyright"),
    "draft": ("draft",),
    "status": ("status",),
    "reason": ("reason",),
    "expiry": ("expirydate",),
    "corrections": ("corrections", "correction"),
    "lang": ("lang", "language", "locale"),
    "translation_of": ("translation_of",),
    "pinned": ("pinned", "featured", "sticky"),
    "template": ("template",),
    "check": ("check",),
    "history": ("history",),
    "extra": ("extra",),
}
# What a profile can say: field -> the keys that give it, as above.
PROFILE_KEYS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "name"),
    "aliases": ("aliases", "alias"),
    "summary": ("summary", "description"),
    "image": ("image",),
    "image_alt": ("image_alt",),
    "image_caption": ("image_caption",),
    "image_credit": ("image_credit",),
    "image_license": ("image_license",),
    "links": ("links",),
    "organization": ("organization", "organisation"),
    "lang": ("lang", "language"),
    "updated": ("updated",),
    "draft": ("draft",),
    "check": ("check",),
    "extra": ("extra",),
}
_ADDRESS = re.compile(r"https?://[^\s/][^\s]*|mailto:[^\s@]+@[^\s@]+", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
_RULES = tuple(rule.name for rule in RULES)
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


@dataclass(frozen=True)
class Dialect:
    """What the settings say of front matter.

    `taxonomies` gives the keys of each taxonomy by its name, `aliases` further keys and the field they mean; `zone`
    gives an offset to times without one.
    """

    zone: tzinfo
    taxonomies: Mapping[str, tuple[str, ...]]
    aliases: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def keys(self) -> Mapping[str, tuple[str, ...]]:
        """The keys that give each field, as keys are compared, the winning first; less those given to a taxonomy."""
        taken = {key_of(key) for keys in self.taxonomies.values() for key in keys}
        return {
            name: tuple(
                dict.fromkeys(
                    [key_of(key) for key in (name, *own) if key_of(key) not in taken or key == name]
                    + [key_of(key) for key, meant in self.aliases.items() if meant == name]
                )
            )
            for name, own in ALIASES.items()
        }

    @cached_property
    def taxonomy_keys(self) -> Mapping[str, tuple[str, ...]]:
        """The keys that give the terms of each taxonomy, as keys are compared, the winning first."""
        found: dict[str, tuple[str, ...]] = {}
        for name, keys in self.taxonomies.items():
            own = [key_of(key) for key in keys]
            extra = [key_of(key) for key, meant in self.aliases.items() if key_of(meant) in own]
            found[name] = tuple(dict.fromkeys(own + extra))
        return found


@dataclass(frozen=True, slots=True)
class ImageFields(Value):
    """A picture as it was written: `src` is a path beside the article, on the site, or an address."""

    src: str
    alt: str = ""
    caption: str = ""
    credit: str = ""
    license: str = ""


@dataclass(frozen=True, slots=True)
class ProfileFields(Value):
    """What only a profile says: other names of its term, each with the line that it stands in; links; and whether
    its author is no person.
    """

    aliases: tuple[tuple[str, int], ...] = ()
    links: tuple[Link, ...] = ()
    is_organization: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter(Value):
    """The fields of one file, "" or None for what was not written; `names` are the terms by taxonomy.

    `unchecked` are the rules of `newsgen check` that the file is not held to.
    `profile` is what only a profile says, None for all other files.
    """

    title: str = ""
    date: Moment | None = None
    updated: Moment | None = None
    slug: str = ""
    url: str = ""
    aliases: tuple[str, ...] = ()
    redirect: str = ""
    id: str = ""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    summary: str = ""
    subtitle: str = ""
    kicker: str = ""
    dateline: str = ""
    label: str = ""
    image: ImageFields | None = None
    source: str = ""
    source_url: str = ""
    canonical: str = ""
    license: str = ""
    rights: str = ""
    status: str = "published"
    reason: str = ""
    expiry: Moment | None = None
    corrections: tuple[Correction, ...] = ()
    lang: str = ""
    translation_of: str = ""
    pinned: bool = False
    template: str = ""
    unchecked: tuple[str, ...] = ()
    has_history: bool = True
    hidden_versions: tuple[str, ...] = ()
    profile: ProfileFields | None = None
    extra: Mapping[str, Plain] = field(default_factory=dict)
    unknown: tuple[tuple[str, int], ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    origins: tuple[Origin, ...] = ()
    warnings: tuple[Problem, ...] = ()


@lru_cache(maxsize=10_000)
def key_of(key: str) -> str:
    """Return a key as keys are compared: "Publish-Date", "publish_date" and "publishDate" are one."""
    return key.casefold().replace("_", "").replace("-", "").strip()


_PROFILE_KEYS = {name: tuple(map(key_of, keys)) for name, keys in PROFILE_KEYS.items()}


def parse(source: Source, path: str, dialect: Dialect, *, notes: bool = True) -> FrontMatter:
    """Return the fields of a file. Raises ExceptionGroup of ContentError with all that is wrong in it.

    Without `notes` there are no `origins`.
    """
    reader = _Reader(path, dialect, dialect.keys, notes)
    return _read(source, path, reader, reader.fields)


def parse_profile(source: Source, path: str, dialect: Dialect, *, notes: bool = True) -> FrontMatter:
    """Return the fields of the profile of a term, as `parse` does those of an article; an unknown key is an error."""
    reader = _Reader(path, dialect, _PROFILE_KEYS, notes)
    return _read(source, path, reader, reader.profile)


def _read(source: Source, path: str, reader: _Reader, fields_of: Callable[[Table], FrontMatter]) -> FrontMatter:
    try:
        root = yamltext.read(source.front, path, source.front_line) if source.front else None
    except ContentError as error:
        raise ExceptionGroup(path, [error]) from None
    if root is not None and not isinstance(root, Table):
        if isinstance(root, Scalar) and root.is_null:
            root = None
        else:
            reader.error(root.line, "the front matter is not a list of 'key: value' lines", "write 'title: ...'")
            root = None
    fields = fields_of(root or Table((), source.front_line))
    raise_all(path, reader.errors)
    return fields


class _Reader:
    """Reads the fields of one file; collects what is wrong instead of stopping at the first."""

    def __init__(self, path: str, dialect: Dialect, keys: Mapping[str, tuple[str, ...]], notes: bool) -> None:
        self.errors: list[ContentError] = []
        self._keys = keys
        self._notes = notes
        self._file = path
        self._dialect = dialect
        self._warnings: list[Problem] = []
        self._origins: list[Origin] = []
        self._lines: dict[str, int] = {}
        self._written: dict[str, list[tuple[Scalar, Node]]] = {}
        self._used: set[str] = set()

    def error(self, line: int, message: str, hint: str = "") -> None:
        self.errors.append(ContentError(Problem(message, Location(self._file, line), hint)))

    def warn(self, line: int, message: str, hint: str = "") -> None:
        self._warnings.append(Problem(message, Location(self._file, line), hint))

    def fields(self, table: Table) -> FrontMatter:
        for key, value in table.pairs:
            self._written.setdefault(key_of(key.text), []).append((key, value))
        names = self._names()
        image = self._image()
        status = self._status()
        label = self._label()
        has_history, hidden_versions = self._history()
        return FrontMatter(
            title=self._text("title"),
            date=self._date(),
            updated=self._moment("updated"),
            slug=self._slug(),
            url=self._url(),
            aliases=self._paths("aliases"),
            redirect=self._text("redirect"),
            id=self._text("id"),
            names=names,
            summary=self._text("summary"),
            subtitle=self._text("subtitle"),
            kicker=self._text("kicker"),
            dateline=self._text("dateline"),
            label=label,
            image=image,
            source=self._text("source"),
            source_url=self._address("source_url"),
            canonical=self._address("canonical"),
            license=self._text("license"),
            rights=self._text("rights"),
            status=status,
            reason=self._reason(status),
            expiry=self._moment("expiry"),
            corrections=self._corrections(),
            lang=self._language(),
            translation_of=self._text("translation_of"),
            pinned=self._flag("pinned"),
            template=self._template(),
            unchecked=self._unchecked(),
            has_history=has_history,
            hidden_versions=hidden_versions,
            extra=self._extra(table),
            unknown=self._unknown(table),
            lines=self._lines,
            origins=tuple(self._origins),
            warnings=tuple(self._warnings),
        )

    def profile(self, table: Table) -> FrontMatter:
        for key, value in table.pairs:
            self._written.setdefault(key_of(key.text), []).append((key, value))
        image = self._image()
        fields = FrontMatter(
            title=self._text("title"),
            updated=self._moment("updated"),
            summary=self._text("summary"),
            image=image,
            status="draft" if self._flag("draft") else "published",
            lang=self._language(),
            profile=ProfileFields(self._aliases(), self._links(), self._flag("organization")),
            unchecked=self._unchecked(),
            extra=self._extra(table),
            lines=self._lines,
            origins=tuple(self._origins),
            warnings=tuple(self._warnings),
        )
        for name, line in self._unknown(table):
            hint = did_you_mean(key_of(name), self._keys, f"there are {', '.join(self._keys)}")
            self.error(line, f"{name!r} is not known in a profile", hint)
        return fields

    # Which key gives a field

    def _find(self, name: str, keys: Sequence[str] | None = None) -> tuple[Scalar, Node] | None:
        """Return the key and value that give a field; warn where another key gives it a different value.

        `keys` are those that may give it, the winning first; None for all that are known to.
        """
        winner: tuple[Scalar, Node] | None = None
        for key in self._keys[name] if keys is None else keys:
            for written, value in self._written.get(key, ()):
                self._used.add(written.text)
                if isinstance(value, Scalar) and value.is_null:
                    continue
                if winner is None:
                    winner = (written, value)
                elif yamltext.plain(value) != yamltext.plain(winner[1]):
                    self.warn(
                        written.line,
                        f"both {winner[0].text!r} and {written.text!r} give the {name}; {winner[0].text!r} is used",
                        f"remove one of the two, or name {written.text!r} something else",
                    )
        if winner:
            self._lines[name] = winner[0].line
        return winner

    def _came_from(self, name: str, key: Scalar, value: str) -> None:
        if self._notes:
            self._origins.append(Origin(name, value, key.text, key.line))

    # Values

    def _scalar(self, name: str, key: Scalar, value: Node) -> str:
        """Return a one-line text: blanks run together, forbidden characters gone."""
        if not isinstance(value, Scalar):
            self.error(key.line, f"{key.text!r} must be one text", f"write '{key.text}: ...' on one line")
            return ""
        text, found = clean(value.text)
        if found:
            self.warn(value.line, f"a control character in {key.text!r} was left out", "remove it")
        return " ".join(text.split())

    def _text(self, name: str) -> str:
        found = self._find(name)
        if not found:
            return ""
        text = self._scalar(name, *found)
        if text:
            self._came_from(name, found[0], text)
        return text

    def _flag(self, name: str) -> bool:
        found = self._find(name)
        if not found:
            return False
        text = self._scalar(name, *found).casefold()
        if text not in _TRUE and text not in _FALSE:
            self.error(found[0].line, f"{text!r} is neither true nor false", f"write '{found[0].text}: true'")
        self._came_from(name, found[0], text)
        return text in _TRUE

    def _parse_moment(self, key: Scalar, text: str, line: int) -> Moment | None:
        try:
            return dates.parse(text, self._dialect.zone)
        except ValueError as error:
            hint = "write it as YYYY-MM-DD, for example 2024-12-01"
            if text.casefold() in ("last modified", "created", "git last modified", "git created"):
                hint = "an archive needs a written date; " + hint
            self.error(line, str(error), hint)
            return None

    def _moment(self, name: str, keys: Sequence[str] | None = None) -> Moment | None:
        found = self._find(name, keys)
        if not found:
            return None
        text = self._scalar(name, *found)
        moment = self._parse_moment(found[0], text, found[1].line) if text else None
        if moment:
            self._came_from(name, found[0], text)
        return moment

    def _date(self) -> Moment | None:
        # `published: true` is Jekyll's way to say that an article is no draft, and no date.
        keys = [
            key
            for key in self._keys["date"]
            if key != "published"
            or not any(
                isinstance(value, Scalar) and value.text.casefold() in _TRUE | _FALSE
                for _, value in self._written.get(key, ())
            )
        ]
        return self._moment("date", keys)

    def _slug(self) -> str:
        slug = self._text("slug")
        if slug:
            try:
                permalink.check_slug(slug)
            except ValueError as error:
                self.error(self._lines["slug"], str(error), "use letters, digits, '-' and '_'")
        return slug

    def _url(self) -> str:
        written = self._text("url")
        if not written:
            return ""
        if written.casefold() in _FALSE:
            hint = "to keep it off the site, write 'draft: true'"
            self.error(self._lines["url"], f"{written!r} is not a URL path", hint)
            return ""
        return self._path("url", written)

    def _path(self, name: str, written: str) -> str:
        try:
            return permalink.read_url(written)
        except (ValueError, UnicodeError) as error:
            self.error(self._lines[name], str(error), "write a path on this site, such as '/2024/flood/'")
            return ""

    def _paths(self, name: str) -> tuple[str, ...]:
        found = self._find(name)
        if not found:
            return ()
        written = self._list(found[0], found[1], splits=False)
        if written:
            self._came_from(name, found[0], ", ".join(written))
        return tuple(dict.fromkeys(path for item in written if (path := self._path(name, item))))

    def _address(self, name: str) -> str:
        text = self._text(name)
        if text and not permalink.is_web_address(text):
            hint = "write it in full, for example https://example.org/page"
            self.error(self._lines[name], f"{text!r} is not a web address", hint)
            return ""
        return text

    def _list(self, key: Scalar, value: Node, *, splits: bool = True) -> tuple[str, ...]:
        """Return a list of texts: a YAML list, or one text that is split at commas; no text twice."""
        texts: list[str] = []
        if isinstance(value, Scalar):
            text = self._scalar(key.text, key, value)
            texts = text.split(",") if splits else [text]
        elif isinstance(value, Series):
            for written in value.items:
                item = written
                if isinstance(item, Table):
                    # An author as Hugo themes and Eleventy sites write one: {name: ..., url: ...}.
                    item = next((pair[1] for pair in item.pairs if key_of(pair[0].text) == "name"), item)
                if isinstance(item, Scalar):
                    if item.quoted or item.text not in ("", "~"):
                        texts.append(self._scalar(key.text, key, item))
                else:
                    self.error(item.line, f"{key.text!r} must be a list of texts", f"write '{key.text}: [one, two]'")
        else:
            name = next((pair[1] for pair in value.pairs if key_of(pair[0].text) == "name"), None)
            if isinstance(name, Scalar):
                texts = [self._scalar(key.text, key, name)]
            else:
                self.error(value.line, f"{key.text!r} must be a list of texts", f"write '{key.text}: [one, two]'")
        return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))

    # Fields with a shape of their own

    def _names(self) -> dict[str, tuple[str, ...]]:
        """Return the terms of each taxonomy; a section is the first of the categories."""
        nested = self._nested_taxonomies()
        result: dict[str, tuple[str, ...]] = {}
        for name, keys in self._dialect.taxonomies.items():
            found = self._find(name, self._dialect.taxonomy_keys[name])
            below = [nested.pop(key) for key in dict.fromkeys(map(key_of, (name, *keys))) if key in nested]
            for key, terms in below:
                if found is None:
                    found = (key, terms)
                elif yamltext.plain(terms) != yamltext.plain(found[1]):
                    message = f"both {found[0].text!r} and {key.text!r} give the {name}; {found[0].text!r} is used"
                    self.warn(key.line, message, "remove one of the two")
            if not found:
                continue
            texts = self._list(*found)
            if name == "sections":
                texts = texts[:1]
            if texts:
                self._came_from(name, found[0], ", ".join(texts))
                self._lines.setdefault(name, found[0].line)
                result[name] = texts
        for key, _ in nested.values():
            self.warn(key.line, f"{key.text!r} is no taxonomy of this site", "name it in newsgen.yaml, or remove it")
        return result

    def _nested_taxonomies(self) -> dict[str, tuple[Scalar, Node]]:
        """Return what stands under Zola's `taxonomies:`, its `categories` as our sections."""
        result: dict[str, tuple[Scalar, Node]] = {}
        for written, value in self._written.get("taxonomies", ()):
            self._used.add(written.text)
            if isinstance(value, Table):
                for key, terms in value.pairs:
                    name = key_of(key.text)
                    result["sections" if name in ("categories", "category") else name] = (key, terms)
            elif not (isinstance(value, Scalar) and value.is_null):
                self.error(written.line, "'taxonomies' must be a mapping", "write 'tags: [...]' below it")
        return result

    def _status(self) -> str:
        status = self._text("status").casefold() or "published"
        if status not in STATUSES:
            known = ", ".join(STATUSES)
            self.error(self._lines["status"], f"{status!r} is not a status", f"there are {known}")
        draft = self._flag("draft")
        for written, value in self._written.get("published", ()):
            if isinstance(value, Scalar) and value.text.casefold() in _TRUE | _FALSE:
                self._used.add(written.text)
                draft = draft or value.text.casefold() in _FALSE
        return "draft" if draft else status

    def _reason(self, status: str) -> str:
        """Return why an article was taken back; of any other, the key is none of ours."""
        if status not in TAKEN_BACK:
            return ""
        reason = self._text("reason")
        if not reason and "summary" in self._lines:
            hint = "write 'reason: ...'; the summary is a part of the article, and is not shown"
            self.warn(self._lines["status"], f"the notice of this {status} article does not say why", hint)
        return reason

    def _label(self) -> str:
        # `type: post` in a Hugo or Jekyll tree is the name of a layout: no label of ours, kept in `extra`.
        keys = [
            key
            for key in self._keys["label"]
            if key == "label"
            or any(
                isinstance(value, Scalar) and _label_of(value.text) in LABELS for _, value in self._written.get(key, ())
            )
        ]
        found = self._find("label", keys)
        if not found:
            return ""
        label = _label_of(self._scalar("label", *found))
        if label and label not in LABELS:
            self.error(found[0].line, f"{label!r} is not a label", f"there are {', '.join(LABELS)}")
            return ""
        self._came_from("label", found[0], label)
        return label

    def _language(self) -> str:
        text = self._text("lang")
        if text and not _LANGUAGE.fullmatch(text):
            self.error(self._lines["lang"], f"{text!r} is not a language", "write a BCP 47 tag such as 'en' or 'pt-BR'")
            return ""
        return text.replace("_", "-")

    def _template(self) -> str:
        name = self._text("template")
        if name and (name.startswith("/") or ".." in name.split("/") or "\\" in name):
            self.error(self._lines["template"], f"{name!r} is not a template", "write a path below templates/")
            return ""
        return name

    def _unchecked(self) -> tuple[str, ...]:
        """Return the rules that `check: {skip: [...]}` names; what else stands there is a warning and no error."""
        found = self._find("check")
        if not found:
            return ()
        key, value = found
        names: list[str] = []
        for part, below in value.pairs if isinstance(value, Table) else ((key, value),):
            if part is key or key_of(part.text) != "skip":
                self.warn(part.line, f"{part.text!r} is not known here", "write 'check: {skip: [alt-text]}'")
                continue
            for name in self._list(part, below):
                if name in _RULES:
                    names.append(name)
                else:
                    hint = did_you_mean(name, _RULES, "'newsgen check --rules' lists them")
                    self.warn(part.line, f"{name!r} is no rule of 'newsgen check'", hint)
        self._came_from("check", key, ", ".join(names))
        return tuple(names)

    def _image(self) -> ImageFields | None:
        beside = {part: self._text(f"image_{part}") for part in ("alt", "caption", "credit", "license")}
        found = self._find("image")
        if not found:
            return None
        key, value = found
        parts = dict.fromkeys(("src", *beside), "")
        if isinstance(value, Series) and value.items:
            value = value.items[0]
        if isinstance(value, Table):
            for name, item in value.pairs:
                known = {"url": "src", "path": "src", "image": "src", "licence": "license"}
                part = known.get(key_of(name.text), key_of(name.text))
                if part not in parts:
                    self.warn(name.line, f"{name.text!r} is not known of an image", f"there are {', '.join(parts)}")
                elif not (isinstance(item, Scalar) and item.is_null):
                    parts[part] = self._scalar(name.text, name, item)
        elif isinstance(value, Scalar):
            parts["src"] = self._scalar("image", key, value)
        for part, text in beside.items():
            parts[part] = parts[part] or text
        if not parts["src"]:
            self.error(key.line, f"{key.text!r} names no file", "write 'image: picture.jpg'")
            return None
        self._came_from("image", key, parts["src"])
        return ImageFields(**parts)

    def _corrections(self) -> tuple[Correction, ...]:
        found = self._find("corrections")
        if not found:
            return ()
        key, value = found
        items: Sequence[Node] = value.items if isinstance(value, Series) else (value,)
        result = [item for node in items if (item := self._correction(node))]
        self._came_from("corrections", key, str(len(result)))
        return tuple(sorted(result, key=lambda item: item.date.sort_key))

    def _correction(self, node: Node) -> Correction | None:
        hint = "write '- {date: 2024-12-01, kind: correction, text: ...}'"
        if not isinstance(node, Table):
            self.error(node.line, "a correction must have a date and a text", hint)
            return None
        parts = {key_of(key.text): (key, value) for key, value in node.pairs}
        for name in parts.keys() - {"date", "kind", "text"}:
            self.error(parts[name][0].line, f"{parts[name][0].text!r} is not known of a correction", hint)
        texts = {name: self._scalar(name, *pair) for name, pair in parts.items()}
        for name in ("date", "text"):
            if not texts.get(name):
                self.error(node.line, f"the correction has no {name}", hint)
                return None
        kind = texts.get("kind", "correction").casefold().replace(" ", "-").replace("'", "").replace("’", "")
        if kind not in CORRECTION_KINDS:
            self.error(
                parts["kind"][1].line,
                f"{kind!r} is not a kind of correction",
                f"there are {', '.join(CORRECTION_KINDS)}",
            )
        moment = self._parse_moment(parts["date"][0], texts["date"], parts["date"][1].line)
        return Correction(moment, kind, texts["text"]) if moment else None

    def _history(self) -> tuple[bool, tuple[str, ...]]:
        """Return whether earlier versions of the article may be shown, and the names of those that may not."""
        found = self._find("history")
        if not found:
            return True, ()
        key, value = found
        if isinstance(value, Scalar):
            return self._flag("history"), ()
        hint = "write 'history: false', or 'history: {hide: [20240306T101500Z]}' with the last part of the address"
        names: list[str] = []
        for name, item in value.pairs if isinstance(value, Table) else ((key, value),):
            if key_of(name.text) != "hide":
                self.error(name.line, f"{name.text!r} does not say which versions to hide", hint)
                continue
            for text in self._list(name, item):
                if VERSION_NAME.fullmatch(text):
                    names.append(text)
                else:
                    self.error(item.line, f"{text!r} is not the name of a version", hint)
        self._came_from("history", key, ", ".join(names))
        return True, tuple(dict.fromkeys(names))

    # What only a profile has

    def _aliases(self) -> tuple[tuple[str, int], ...]:
        """Return other names of a term, each with its line; a comma may be a part of one."""
        found = self._find("aliases")
        if not found:
            return ()
        key, value = found
        lines: dict[str, int] = {}
        for item in value.items if isinstance(value, Series) else (value,):
            for name in self._list(key, Series((item,), item.line), splits=False):
                lines.setdefault(name, item.line)
        self._came_from("aliases", key, ", ".join(lines))
        return tuple(lines.items())

    def _links(self) -> tuple[Link, ...]:
        """Return links written as a mapping of titles to addresses, or as a list of such mappings."""
        found = self._find("links")
        if not found:
            return ()
        key, value = found
        result: list[Link] = []
        for table in value.items if isinstance(value, Series) else (value,):
            if not isinstance(table, Table):
                self.error(table.line, f"{key.text!r} must be titles with addresses", "write 'Title: https://...'")
                continue
            for title, node in table.pairs:
                address = self._scalar(title.text, title, node)
                if _ADDRESS.fullmatch(address):
                    result.append(Link(clean(title.text)[0], address))
                elif isinstance(node, Scalar):
                    hint = "write it in full, for example https://example.org/page or mailto:desk@example.org"
                    self.error(node.line, f"{address!r} is not an address", hint)
        self._came_from("links", key, ", ".join(link.url for link in result))
        return tuple(result)

    # What is left

    def _extra(self, table: Table) -> dict[str, Plain]:
        found = self._find("extra")
        result: dict[str, Plain] = {}
        if found:
            if isinstance(found[1], Table):
                result.update({clean(key.text)[0]: self._cleaned(value) for key, value in found[1].pairs})
            else:
                self.error(found[0].line, "'extra' must be a mapping", "write its keys below it, indented")
        for key, value in table.pairs:
            if key.text not in self._used:
                result.setdefault(clean(key.text)[0], self._cleaned(value))
        return result

    def _cleaned(self, value: Node) -> Plain:
        def walk(item: Plain) -> Plain:
            if isinstance(item, str):
                return clean(item)[0]
            if isinstance(item, tuple):
                return tuple(walk(part) for part in item)
            return {clean(key)[0]: walk(part) for key, part in item.items()} if isinstance(item, dict) else item

        return walk(yamltext.plain(value))

    def _unknown(self, table: Table) -> tuple[tuple[str, int], ...]:
        return tuple((key.text, key.line) for key, _ in table.pairs if key.text not in self._used)


def _label_of(text: str) -> str:
    return "-".join(text.casefold().replace("_", " ").replace("-", " ").split())
