"""What can be wrong with a site, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import NamedTuple

__all__ = [
    "BuildError",
    "ConfigError",
    "ContentError",
    "LedgerError",
    "Location",
    "NewsgenError",
    "PartlyWrittenError",
    "PlanError",
    "Problem",
    "TemplateError",
    "VerifyError",
    "did_you_mean",
    "errors_in",
    "printable",
    "raise_all",
]


class Location(NamedTuple):
    """A place in a file: `path` relative to the site, parts joined by "/"; `line` from 1, or 0 for the whole file."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return printable(f"{self.path}:{self.line}" if self.line else self.path)


class Problem(NamedTuple):
    """What was found, where, and an instruction that mends it ("" where there is none to give).

    `commands` are those of which one mends it, as the hint says.
    `rule` is the one of `newsgen check` that looks for the same; "" where none does.
    """

    message: str
    location: Location | None = None
    hint: str = ""
    rule: str = ""
    commands: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f"{self.location}: " if self.location else ""
        hint = f"\n    hint: {printable(self.hint)}" if self.hint else ""
        commands = "".join(f"\n        {printable(command)}" for command in self.commands)
        return f"{place}{printable(self.message)}{hint}{commands}"

    @property
    def sort_key(self) -> tuple[str, int, str, str]:
        """Order by place, problems without one last; then by message and hint."""
        path, line = self.location or ("\U0010ffff", 0)
        return (path, line, self.message, self.hint)


class NewsgenError(Exception):
    """A mistake in the site that its author can mend.

    Subclasses name the stage. A stage collects all that it finds and raises it as one ExceptionGroup.
    The only argument is the `Problem`, so the error survives pickling on its way from a worker process.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return str(self.problem)


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "", *, likeness: float = 0.5) -> str:
    """Return a hint that names the known name that is most like `name`; `otherwise` where none is like it enough."""
    near = get_close_matches(name, list(known), 1, likeness)
    return f"did you mean {near[0]!r}?" if near else otherwise


class ConfigError(NewsgenError):
    """A mistake in newsgen.yaml."""


class ContentError(NewsgenError):
    """A mistake in an article, a page or the name of a file."""


class LedgerError(NewsgenError):
    """A mistake in permalinks.lock, or what it holds against the site: a lost address, a text changed in silence."""


class PlanError(NewsgenError):
    """Pages that cannot stand beside each other, such as two at one URL."""


class TemplateError(NewsgenError):
    """A mistake in a template."""


class BuildError(NewsgenError):
    """The output folder cannot be written as asked."""


class VerifyError(NewsgenError):
    """Nothing can be compared: there are no checksums that can be used, or nobody answers."""


class PartlyWrittenError(BuildError):
    """The disk failed while pages were published: some are new and some as they were, all of them whole."""


def printable(text: str) -> str:
    r"""Return `text` with all that could disturb a terminal or a log escaped ("\x1b", "\ud800"); newlines too."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode("ascii") for char in text
    )


def raise_all(message: str, errors: Sequence[NewsgenError]) -> None:
    """Raise an ExceptionGroup of `errors`, if there are any."""
    if errors:
        raise ExceptionGroup(message, list(errors))


def errors_in(group: BaseException) -> Iterable[NewsgenError]:
    """Yield each NewsgenError in an exception or a group of them, however deep.

    Raises whatever else it finds, since that is a fault of newsgen and no mistake in the site.
    """
    if isinstance(group, BaseExceptionGroup):
        for part in group.exceptions:
            yield from errors_in(part)
    elif isinstance(group, NewsgenError):
        yield group
    else:
        raise group
