"""The rules that `newsgen check` holds a site to: what each looks for, and how grave a breach of it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from newsgen.value import Value

__all__ = ["BUILD", "LEVELS", "OFF", "RULES", "Rule", "by_name"]

OFF = "off"
# From grave to none.
LEVELS = ("error", "warning", "note", OFF)
# The rule of all that a build would tell by itself.
BUILD = "build"


@dataclass(frozen=True, slots=True)
class Rule(Value):
    """What is looked for, in a sentence, and its `level`, one of LEVELS.

    `option` names the `number` that the rule is measured by, between `least` and `most`; "" where it has none.
    """

    name: str
    level: str
    meaning: str
    option: str = ""
    number: int = 0
    least: int = 0
    most: int = 0


RULES = (
    Rule(BUILD, "warning", "what a build warns of; its errors are always errors"),
    Rule("link", "error", "a link on a page leads to nothing on the site"),
    Rule("anchor", "error", "a link leads to a place on a page that is not there"),
    Rule("image-missing", "error", "a picture, style sheet or other file that a page shows is not there"),
    Rule("moved-link", "note", "a text links to an address that redirects, or that was taken back"),
    Rule("redirect-loop", "error", "redirects lead back to where they start"),
    Rule("alt-text", "warning", "a picture has no words for those who cannot see it"),
    Rule("image-size", "warning", "a picture has more than `most` kilobytes", "most", 2_000, 1, 1_000_000),
    Rule("unused-file", "note", "a file beside articles or pages is named by no text, and so is not published"),
    Rule("unused-static", OFF, "no page and no style sheet leads to a file in static/"),
    Rule("date-order", "warning", "updated, expired or corrected before it was published, or corrected since updated"),
    Rule("file-date", "warning", "the date in the name of a file is not that of its article"),
    Rule("gap", "note", "`least` months or more without an article, in an archive that has most months", "least", 1, 1,
         1_200),
    Rule("headline-length", "warning", "a headline has more than `most` characters", "most", 110, 1, 10_000),
    Rule("short-text", "warning", "a text has fewer than `least` characters", "least", 100, 1, 100_000),
    Rule("same-headline", "warning", "two articles of one day have the same headline"),
    Rule("same-text", "warning", "two articles have the same text"),
    Rule("similar-terms", "warning", "two tags, or two of another taxonomy, differ by little; names shorter than"
         " `least` letters only by a plural", "least", 7, 4, 1_000),
    Rule("lone-term", OFF, "a tag has one article alone"),
    Rule("translation", "warning", "a translation of a translation, of itself in a ring, or in the same language"),
    Rule("no-summary", OFF, "an article has no written summary"),
    Rule("no-section", OFF, "an article has no section"),
    Rule("no-author", OFF, "an article has no author"),
    Rule("no-tags", OFF, "an article has no tag"),
    Rule("no-source", OFF, "an article does not say where it comes from"),
    Rule("external-link", "warning", "an address elsewhere does not answer; asked with --external alone"),
)  # fmt: skip


def by_name(rules: tuple[Rule, ...]) -> Mapping[str, Rule]:
    """Return rules by their names."""
    return {rule.name: rule for rule in rules}
