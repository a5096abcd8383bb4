"""The documentation says what is so: all that there is, and nothing that is not."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC
from pathlib import Path

import click
import pytest
from jinja2 import Environment
from markupsafe import Markup

from newsgen import config, dates, load, render, theme, words
from newsgen.build import build
from newsgen.cli import cli
from newsgen.errors import errors_in
from newsgen.frontmatter import ALIASES, PROFILE_KEYS, parse, parse_profile
from newsgen.markup import BUILT_IN_EXTENSIONS
from newsgen.model import (
    CORRECTION_KINDS,
    LABELS,
    STATUSES,
    Article,
    Correction,
    Entry,
    FeedItem,
    FileLink,
    Image,
    Link,
    MenuItem,
    Page,
    Profile,
    Site,
    StandingPage,
    Term,
)
from newsgen.permalink import PATTERN_FIELDS
from newsgen.plan import contexts
from newsgen.rules import RULES
from newsgen.source import clean, decode, split
from newsgen.version import VERSION
from tests.repositories import repository_at
from tests.sites import make, write

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
TEXTS = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
# What templates can see: the contexts and all values in them.
SEEN = [
    *(getattr(contexts, name) for name in contexts.__all__),
    Article, Correction, Entry, FeedItem, FileLink, Image, Link, MenuItem, Page, Profile, StandingPage, Term,
    dates.Moment,
]  # fmt: skip
ARTICLES = "".join(
    f"-- articles/{day}.md --\n---\ntitle: No {day}\ndate: 2024-03-0{day}\nauthors: Staff\nsection: A\n---\nText.\n"
    for day in (1, 2, 3)
)
# Names that examples use, and that no installed package provides.
EXAMPLE_FILES = ("flood.txt", "old.txt", "moves.txt")


def read(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def sections(text: str) -> dict[str, str]:
    """Return the text below each heading, up to the next heading of whatever level; code is no heading."""
    found: dict[str, list[str]] = {}
    heading, in_code = "", False
    for line in text.split("\n"):
        in_code ^= line.startswith("```")
        if not in_code and re.match(r"#+ ", line):
            heading = line.lstrip("# ")
        else:
            found.setdefault(heading, []).append(line)
    return {name: "\n".join(lines) for name, lines in found.items()}


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def code(text: str) -> set[str]:
    """Return what stands in backticks."""
    return set(re.findall(r"`([^`\n]+)`", text))


def rows(text: str) -> list[list[str]]:
    """Return the cells of each line of the tables in a text, without headings."""
    lines = [line for line in text.split("\n") if line.startswith("|")]
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
        if "| --- " not in line and "| --- " not in following
    ]


def first_column(text: str) -> set[str]:
    return {name for row in rows(text) for name in code(row[0])}


def attributes(kind: type) -> set[str]:
    """Return what a template can read of a value, its own and what it inherits."""
    own = {field.name for field in fields(kind)} if is_dataclass(kind) else set()
    return own | {name for name, value in vars(kind).items() if isinstance(value, property)}


# Templates


@pytest.mark.parametrize("kind", SEEN, ids=lambda kind: kind.__name__)
def test_every_field_that_a_template_can_see_is_documented_and_no_other(kind: type) -> None:
    wanted = attributes(kind)
    if kind is Article:
        wanted = wanted - attributes(Entry) | {"entry"}
    found = [text for name, text in sections(read("templates.md")).items() if f"`{kind.__name__}`" in name]
    assert len(found) == 1, f"docs/templates.md has no section on {kind.__name__}, or two"
    assert first_column(found[0]) == wanted


def test_every_template_of_the_theme_that_makes_pages_is_documented() -> None:
    parts = {"base.html", "macros.html"}
    names = {path.name for path in (ROOT / "templates").iterdir() if path.is_file()} - parts
    text = read("templates.md")
    documented = {name for heading in sections(text) for name in code(heading) if "." in name}
    assert documented == names
    assert parts <= code(text)


def test_every_filter_is_documented_and_no_other(tmp_path: Path) -> None:
    environment = render._environment(theme.Loader(tmp_path), lambda body: Markup(), str, "", None, words.english())
    ours = environment.filters.keys() - Environment().filters.keys()
    assert first_column(sections(read("templates.md"))["Filters"]) == ours


def test_what_was_taken_from_jinja_is_named(tmp_path: Path) -> None:
    environment = render._environment(theme.Loader(tmp_path), lambda body: Markup(), str, "", None, words.english())
    plain = Environment()
    gone = (plain.filters.keys() - environment.filters.keys()) | (plain.globals.keys() - environment.globals.keys())
    assert gone
    assert gone <= code(read("templates.md"))


def template_examples() -> list[tuple[str, str]]:
    return re.findall(r"^<!-- template: (\S+) -->\n```jinja\n(.*?)^```$", read("templates.md"), re.M | re.S)


@pytest.mark.parametrize(("name", "text"), template_examples())
def test_every_template_in_the_documentation_builds(tmp_path: Path, name: str, text: str) -> None:
    site = make(tmp_path, ARTICLES)
    write(site, f"templates/{name}", text)
    report = build(site)
    assert not report.warnings


def test_every_example_of_a_template_is_tried() -> None:
    assert len(template_examples()) == len(blocks(read("templates.md"), "jinja")) > 0


# Settings


def known_keys(tmp_path: Path, unknown: str) -> set[str]:
    """Return the keys that newsgen names where it is given one that it does not know."""
    write(tmp_path, "newsgen.yaml", f"title: T\n{unknown}\n")
    with pytest.raises(ExceptionGroup) as raised:
        config.read(tmp_path)
    hints = [error.problem.hint for error in errors_in(raised.value)]
    return set(hints[0].removeprefix("there are ").split(", "))


@pytest.mark.parametrize(
    ("section", "unknown"),
    [
        ("All keys", "zzzz: 1"),
        ("`publisher`", "publisher: {zzzz: 1}"),
        ("`feeds`", "feeds: {zzzz: 1}"),
        ("`sitemap`", "sitemap: {zzzz: 1}"),
        ("`search`", "search: {zzzz: 1}"),
        ("`history`", "history: {zzzz: 1}"),
        ("`markdown`", "markdown: {zzzz: 1}"),
        ("`colours`", "colours: {zzzz: 1}"),
    ],
)
def test_every_settings_key_is_documented_and_no_other(tmp_path: Path, section: str, unknown: str) -> None:
    assert first_column(sections(read("settings.md"))[section]) == known_keys(tmp_path, unknown)


def test_every_key_of_a_taxonomy_is_documented_and_no_other(tmp_path: Path) -> None:
    standard = {taxonomy.name: taxonomy for taxonomy in default_site(tmp_path).taxonomies}
    table = rows(sections(read("settings.md"))["`taxonomies`"])
    documented = {name for row in table for name in code(row[0])}
    assert documented == known_keys(tmp_path, "taxonomies: {tags: {zzzz: 1}}") | set(standard)
    for row in table:
        if (name := row[0].strip("`")) in standard:
            assert code(row[1]) == set(standard[name].keys)
            assert code(row[2]) == {standard[name].url}


def default_site(folder: Path) -> Site:
    write(folder, "newsgen.yaml", "title: T\n")
    return config.read(folder)


def test_the_documented_defaults_are_those_of_a_site_with_a_title_alone(tmp_path: Path) -> None:
    site = default_site(tmp_path)
    told = {row[0].strip("`[]").split("`")[0]: row[2] for row in rows(sections(read("settings.md"))["All keys"])}
    assert told["page_size"] == str(site.page_size)
    assert told["feed_size"] == str(site.feed_size)
    assert told["language"] == f"`{site.language}`"
    assert told["timezone"] == f"`{site.timezone}`"
    assert told["permalink"] == f"`{site.permalink}`"
    assert told["output"] == f"`{site.output}`"
    assert told["feeds"] == told["sitemap"] == "`true`"
    assert told["section_from_folder"] == "`false`"
    assert site.has_feeds and site.has_sitemap and not site.section_from_folder
    extensions = next(row[2] for row in rows(sections(read("settings.md"))["`markdown`"]) if "extensions" in row[0])
    assert code(extensions) == {name for name, _ in site.markdown.extensions}


@pytest.mark.parametrize("example", blocks(read("settings.md"), "yaml"))
def test_every_example_of_settings_builds(tmp_path: Path, example: str) -> None:
    # What the examples lead to: they say that it has to be there.
    there = "".join(f"-- pages/{name}.md --\n---\ntitle: T\n---\n" for name in ("about", "policies/corrections"))
    site = make(tmp_path, f"{ARTICLES}\n-- static/logo.svg --\n<svg/>\n{there}", settings=example)
    if "history:" in example:
        repository_at(site)
    report = build(site)
    assert not report.errors
    assert not report.warnings


def test_every_setting_with_a_section_has_an_example() -> None:
    for name, text in sections(read("settings.md")).items():
        if name.startswith("`"):
            assert any(name.strip("`") in block for block in blocks(text, "yaml")), name


def test_every_field_of_a_permalink_is_documented_and_no_other() -> None:
    assert first_column(sections(read("settings.md"))["`permalink`"]) == {f"{{{name}}}" for name in PATTERN_FIELDS}


def test_every_extension_that_is_said_to_be_there_is_there() -> None:
    text = sections(read("settings.md"))["`markdown`"]
    named = code(text[text.index("The extensions that come with") : text.index("Any other")])
    assert named <= BUILT_IN_EXTENSIONS


# Checks


def test_every_rule_of_a_check_is_documented_as_it_is_and_no_other(tmp_path: Path) -> None:
    told = [tuple(row) for row in rows(sections(read("check.md"))["Rules"])]
    assert told == [
        (f"`{rule.name}`", rule.level, f"`{rule.option}`: {rule.number:,}" if rule.option else "", rule.meaning)
        for rule in RULES
    ]
    assert known_keys(tmp_path, "check: {zzzzzzzz: off}") == {rule.name for rule in RULES}


# Articles


def test_every_field_of_an_article_is_documented_with_its_aliases_and_no_other(tmp_path: Path) -> None:
    taxonomies = {taxonomy.keys[0]: set(taxonomy.keys) for taxonomy in default_site(tmp_path).taxonomies}
    known = {name: {name, *keys} for name, keys in ALIASES.items()} | taxonomies
    told: dict[str, set[str]] = {}
    for name, text in sections(read("front-matter.md")).items():
        if name in ("What it is", "Where it stands", "How it is sorted", "Where it comes from", "Its picture") or (
            name == "What is done with it"
        ):
            told |= {row[0].strip("`"): code(row[0]) | code(row[1]) for row in rows(text)}
    assert told == known


def test_every_field_of_a_profile_is_documented_with_its_aliases_and_no_other() -> None:
    told: dict[str, set[str]] = {}
    for row in rows(sections(read("front-matter.md"))["Profiles of tags, authors, sections"]):
        told |= {name: {name, *code(row[1])} for name in code(row[0])}
    assert told == {name: set(keys) for name, keys in PROFILE_KEYS.items()}


@pytest.mark.parametrize("values", [STATUSES, LABELS, CORRECTION_KINDS])
def test_every_value_that_a_field_can_have_is_documented(values: tuple[str, ...]) -> None:
    assert set(values) <= code(read("front-matter.md"))


def test_every_date_that_is_said_to_be_accepted_is_a_date_and_the_others_are_not() -> None:
    text = sections(read("front-matter.md"))["Dates"]
    for row in rows(text):
        for written in code(row[0]):
            dates.parse(written, UTC)
    dates.parse("May 1987", UTC)
    refused = code(text[text.index("Anything else") :].split("\n")[0])
    assert len(refused) >= 4
    for written in refused:
        with pytest.raises(ValueError, match=re.escape(written)):
            dates.parse(written, UTC)


@pytest.mark.parametrize("document", ["front-matter.md", "../README.md"])
def test_every_example_of_an_article_is_read_without_a_complaint(tmp_path: Path, document: str) -> None:
    dialect = load.dialect_of(default_site(tmp_path))
    examples = blocks(read(document), "markdown")
    assert examples
    for example in examples:
        source = split(clean(decode(example.encode(), "example.md"))[0], "example.md")
        is_profile = "\naliases:\n" in source.front
        found = (parse_profile if is_profile else parse)(source, "example.md", dialect)
        assert found.title
        assert not found.unknown
        assert not found.warnings


def test_the_fields_that_a_standing_page_is_said_to_use_are_fields() -> None:
    text = sections(read("front-matter.md"))["Pages without a date"]
    named = code(text[text.index("Of the fields above") : text.index("A page can be a draft")])
    assert {"title", "summary", "template"} <= named <= set(ALIASES)


# Commands


def commands(group: click.Group = cli, path: str = "newsgen") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
            if command.invoke_without_command:
                yield f"{path} {name}", command
        elif command:
            yield f"{path} {name}", command


@pytest.mark.parametrize(
    ("path", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_option_of_every_command_is_documented_and_no_other(path: str, command: click.Command) -> None:
    text = sections(read("commands.md"))[f"`{path}`"]
    told = {name.split()[0] for row in rows(text) for name in code(row[0])}
    options = {name for item in command.params if isinstance(item, click.Option) for name in item.opts}
    assert told == options
    arguments = [str(item.name).upper() for item in command.params if isinstance(item, click.Argument)]
    assert all(re.search(rf"\b{name}\b", text) for name in arguments)


def test_every_command_is_in_the_list_of_commands() -> None:
    text = read("commands.md")
    assert {name for row in rows(text[: text.index("## ")]) for name in code(row[0])} == {
        path for path, _ in commands()
    }


def command_lines() -> list[str]:
    lines = [line for text in TEXTS for block in blocks(text.read_text("utf-8"), "sh") for line in block.split("\n")]
    return sorted({line for line in lines if line.startswith("newsgen ")})


@pytest.mark.parametrize("line", command_lines())
def test_every_command_line_in_the_documentation_is_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    for name in EXAMPLE_FILES:
        write(tmp_path, name, "A text.\n")
    monkeypatch.chdir(tmp_path)
    given = shlex.split(line)
    known = dict(commands())
    path = next(name for name in known if given[: len(name.split())] == name.split())
    known[path].make_context(path, given[len(path.split()) :])


# The rest


def test_the_readme_has_one_command_that_runs_and_one_that_tests() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    marked = re.findall(r"^<!-- command: (\w+) -->\n```sh\n(.*?)\n```$", text, re.MULTILINE | re.DOTALL)
    assert marked == [
        ("run", "python3 -m venv .venv && .venv/bin/pip install --quiet . && .venv/bin/newsgen build"),
        ("test", "python3 -m venv .venv && .venv/bin/pip install --quiet -e '.[test]' && .venv/bin/python -m pytest"),
    ]


def anchors(text: str) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    names = [name.lower().replace("`", "") for name in sections(text)]
    return {re.sub(r"[^\w\- ]", "", name).replace(" ", "-") for name in names}


@pytest.mark.parametrize("document", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_link_in_the_documentation_leads_nowhere(document: Path) -> None:
    text = re.sub(r"^```.*?^```$|`[^`\n]*\]\([^`\n]*`", "", document.read_text("utf-8"), flags=re.M | re.S)
    lost = []
    for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        place = document.parent / path if path else document
        if not place.exists() or (anchor and anchor not in anchors(place.read_text("utf-8"))):
            lost.append(target)
    assert not lost


def test_the_changelog_names_the_current_version_or_what_is_to_come() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(rf"^## \[(Unreleased|{re.escape(VERSION)})\]", text, re.MULTILINE)


def test_decisions_are_numbered_without_a_gap_and_all_are_listed() -> None:
    names = sorted(path.name for path in (DOCS / "decisions").glob("[0-9]*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    index = (DOCS / "decisions" / "README.md").read_text("utf-8")
    assert all(f"({name})" in index for name in names)
