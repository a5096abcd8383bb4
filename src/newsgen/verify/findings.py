"""What a comparison found."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["KINDS", "Finding", "Outcome"]

# "failed" is what could not be looked at: nobody can say what it holds.
KINDS = ("missing", "changed", "extra", "failed")


class Finding(NamedTuple):
    """A file that is not as it was built; `kind` is one of KINDS, `reason` says more, "" where that says all."""

    path: str
    kind: str
    reason: str = ""


class Outcome(NamedTuple):
    """What was found, sorted by path; `checked` counts the files that were looked at, now or by a run before.

    `passed_over` counts those that a host reads and does not show.
    """

    checked: int
    findings: tuple[Finding, ...]
    passed_over: int = 0

    def count(self, kind: str) -> int:
        """Return how many files were found to be of a kind."""
        return sum(finding.kind == kind for finding in self.findings)
